"""Accounts: the sign-in of a person in Cognito, which follows the state of their profile."""
