"""A server that keeps the contract between app and platform: files, session, API and events.

The API is the platform's own handlers on simulated tables. Sign-in and the front door are played: they follow
docs/api.md and docs/realtime.md, with real cookies and real sessions.
"""
