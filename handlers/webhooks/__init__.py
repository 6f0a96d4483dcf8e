"""Webhooks: signed deliveries of events from external services."""
