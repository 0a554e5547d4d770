"""How far the reader's numbers can be trusted: fitted to synthetic photos, judged on others."""
