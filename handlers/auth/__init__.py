"""Sign-in: Cognito's trigger, and the backend of the browser's sessions (docs/sign-in.md)."""
