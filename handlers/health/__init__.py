"""The health check of the API."""
