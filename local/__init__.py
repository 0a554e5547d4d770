"""The stack on one machine: moto's server for S3, SQS and DynamoDB, the real handlers around it."""
