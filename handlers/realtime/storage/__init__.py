"""The realtime tables in DynamoDB, one module per table; no other code accesses them."""
