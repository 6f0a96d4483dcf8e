"""Triggers of the Cognito user pool."""
