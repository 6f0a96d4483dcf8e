"""The caller's own profile, preferences and phone number: the user that a signed-in person is linked to."""
