"""Code that runs in Lambda, one folder per domain.

Imports go one way: entry points (`create.py`, `read.py`, ...) → logic → storage → models. Every domain uses
`http` (requests) and `events` (queues and the event bus), and all of them use `kit`. A function's settings
and the names of its resources are environment variables.
"""
