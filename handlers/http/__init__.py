"""HTTP requests and responses of Lambda functions behind the API."""
