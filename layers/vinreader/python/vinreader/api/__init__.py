"""What the HTTP API is made of, beside its routes: requests, problems, the document."""
