"""Code that runs in Lambda, a folder a domain.

Arrows point one way: entry points (`create.py`, `read.py`, …) → logic → storage → models; `http` and `kit`
lie below all of them. What a function must find reaches it as an environment variable.
"""
