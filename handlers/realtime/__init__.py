"""Realtime: pushes events to browsers over WebSocket connections, which are opened with tickets."""
