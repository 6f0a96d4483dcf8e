"""What the platform tells its operators."""
