"""The response to requests that match no route."""
