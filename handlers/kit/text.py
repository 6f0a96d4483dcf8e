"""Patterns of text that people read, valid in Python and in JSON Schema (ECMA-262 with the flag `u`)."""

# Python's `$` also matches before a final newline; JSON Schema's does not. The lookahead makes them agree.
END = r"$(?!\n)"

# Spaces, the blank Braille pattern, and code points that only modify their neighbors: joiners (Persian and
# Hindi need them) and variation selectors (Japanese and emoji do).
_BLANK = (
    r" \xa0\u034f\u1680\u180b-\u180f\u2000-\u200a\u200c\u200d\u202f\u205f\u2800\u3000\ufe00-\ufe0f"
    "\U000e0100-\U000e01ef"
)
# Control characters, line separators, the controls of bidirectional text (Unicode's Bidi_Control), the other
# invisible characters (Default_Ignorable_Code_Point), and U+FFFD, which replaces bytes that are not text.
# JSON Schema and Python write code points beyond U+FFFF differently, so those stand for themselves.
_FORBIDDEN = (
    r"\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    r"\ufeff\uffa0\ufff0-\ufffb\ufffd-\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)

LINE = rf"^[{_BLANK}]*[^{_BLANK}{_FORBIDDEN}][^{_FORBIDDEN}]*{END}"
"""A line of text with a visible character, without control characters and other invisible ones."""
LINE_DESCRIPTION = "a non-blank line of text without control or invisible characters"
