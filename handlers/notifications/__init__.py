"""Notifications: who is told what by mail and SMS, once, and what comes back of it."""
