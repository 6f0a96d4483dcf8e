"""The audit trail: every event, unchanged, a line each."""
