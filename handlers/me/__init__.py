"""The caller's own profile: the user that a signed-in person is linked to."""
