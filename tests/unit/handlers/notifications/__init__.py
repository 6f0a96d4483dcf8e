"""Tests of notifications: sending, SES's feedback, and the digest."""
