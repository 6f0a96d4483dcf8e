"""How people are refused their own profile; the tree begins in `handlers/kit/errors.py`.

Forbidden
├── NotAPerson
├── EmailMissing
├── EmailUnverified
└── ProfileDisabled
Conflict
└── ProfileNotLinked
"""

from handlers.kit.errors import Conflict, Forbidden, PreconditionFailed, Unavailable


class NotAPerson(Forbidden):
    """The token is not the access token of a person."""

    title = "Only people have a profile"


class EmailMissing(Forbidden):
    """The token names no e-mail address that a profile could have."""

    title = "The token carries no usable e-mail address"


class EmailUnverified(Forbidden):
    """The token's e-mail address may be somebody else's: nobody has verified it."""

    title = "The e-mail address is not verified"


class ProfileDisabled(Forbidden):
    """The profile is disabled: its owner may see it and not change it."""

    title = "The profile is disabled"


class ProfileNotLinked(Conflict):
    """A profile has the person's e-mail address and cannot become theirs."""

    title = "The e-mail address belongs to another profile"


TO_READ = (NotAPerson, EmailMissing, EmailUnverified, ProfileNotLinked, Unavailable)
"""Every way to refuse somebody the sight of their own profile."""

TO_CHANGE = (*TO_READ, ProfileDisabled, PreconditionFailed)
"""Every way to refuse a change of it."""
