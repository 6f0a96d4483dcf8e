"""What Cognito asks before it lets somebody in."""
