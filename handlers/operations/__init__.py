"""What the platform tells its operators of itself."""
