"""The audit trail: every event, unchanged, one per line."""
