"""The push to the browser: tickets to connect with, connections, and what each of them is told."""
