"""The front door: one address for the HTTP API and the WebSocket API."""
