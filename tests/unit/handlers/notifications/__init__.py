"""Notifications: what goes out, what comes back, and the digest."""
