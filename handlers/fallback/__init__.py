"""What no route answers."""
