"""SES: identities, configuration sets and templates."""

from __future__ import annotations

from provider.service import Service, Tags

SERVICE = Service("sesv2", "NotFoundException", Tags())
