"""What makes handlers fail at random, laid into a copy of them as `handlers/kit/chaos.py`.

Each fate is drawn by SHA-256 from a seed, the place where it strikes, what is struck, and how often that was
struck at there before: the same message fails and succeeds in the same order in every run, whichever process
it meets, and is not condemned to fail for ever.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

SEED = 5
FOLDER = Path("FOLDER")
"""Where it is kept what met which fate; the copy names a folder of the test's."""

MESSAGE = {"fail before": 0.148, "fail after": 0.148, "die before": 0.002, "die after": 0.002}
"""How many of the messages' deliveries fail, and how: `die` takes the process and its whole batch along."""

EFFECT = {"fail": 0.01}
STREAM = {"fail here": 0.28, "die here": 0.02}


_suffering = "nobody"
"""The correlation id of the message that is being handled."""


class ChaosError(Exception):
    """What fails here fails on purpose."""


def suffer[T](where: str, of: str, work: Callable[[], T]) -> T:
    """Do the work on a message, and fail before it, after it, or not at all."""
    global _suffering  # noqa: PLW0603 - a function handles one message at a time
    _suffering = of
    fate = _fate(where, of, MESSAGE)
    _strike(fate, "before")
    done = work()
    _strike(fate, "after")
    return done


def suffer_together[T](
    where: str, bodies: Sequence[str], work: Callable[[Sequence[str]], Sequence[T]], failed: T
) -> list[T]:
    """Do the work on a batch of events: what became of each, `failed` where it is to fail."""
    fates = [_fate(where, _correlation(body), MESSAGE) for body in bodies]
    _die(fates, "die before")
    spared = [body for body, fate in zip(bodies, fates, strict=True) if fate != "fail before"]
    done = iter(work(spared))
    _die(fates, "die after")
    kept = [failed if fate == "fail before" else next(done) for fate in fates]
    return [failed if fate == "fail after" else each for each, fate in zip(kept, fates, strict=True)]


def doubt(when: str) -> None:
    """Fail, seldom, in the middle of an effect: nobody knows then whether it has happened."""
    if _fate(f"effect {when}", _suffering, EFFECT):
        raise ChaosError(f"the effect has {when}")


def interrupt(batches: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """The batches of one invocation, broken off before the first, between two, or after the last."""
    whole = list(batches)
    of = whole[0][0].correlation_id if whole else "nothing"
    fate = _fate("stream", of, STREAM)
    place = int(_drawn("place", of) * (len(whole) + 1))
    yield from whole[:place]
    _strike(fate, "here")
    yield from whole[place:]


def _strike(fate: str | None, when: str) -> None:
    if fate == f"fail {when}":
        raise ChaosError(fate)
    if fate == f"die {when}":
        os._exit(1)


def _die(fates: Sequence[str | None], fate: str) -> None:
    if fate in fates:
        os._exit(1)


def _fate(where: str, of: str, shares: Mapping[str, float]) -> str | None:
    """What happens to it this time; None where it is spared."""
    drawn = _drawn(where, of)
    found = None
    for fate, share in shares.items():
        if 0 <= drawn < share:
            found = fate
        drawn -= share
    _append(FOLDER / "fates", f"{json.dumps([where, found])}\n")
    return found


def _drawn(where: str, of: str) -> float:
    """The next number of this place and thing, from 0 to 1."""
    name = sha256(f"{where} {of}".encode()).hexdigest()
    times = _append(FOLDER / name, ".")
    digest = sha256(f"{SEED} {where} {of} {times}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


def _append(path: Path, text: str) -> int:
    """Add to a file that other processes add to as well; how long it is with that."""
    file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    try:
        os.write(file, text.encode())
        return os.lseek(file, 0, os.SEEK_CUR)
    finally:
        os.close(file)


def _correlation(body: str) -> str:
    return json.loads(body)["detail"]["metadata"]["correlationId"]
