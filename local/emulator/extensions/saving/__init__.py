"""Saves of the emulator's data while it serves.

The emulator by itself saves on a clean stop only. Here, a few seconds after a change, the process forks: the
child has a copy of all memory as of one moment and writes it as a saved state, while the parent continues
to serve.

**What a saved state contains.** The fork happens on the event loop, between two requests, while no other
thread holds a lock of the emulator. The copy is therefore one moment of all services: a table, its stream and
the position of each consumer in it; a queue and the messages that are being processed; the driver's state.
After a restore, work that was in progress at that moment continues as after a failure on AWS:

- a message that was being processed is received again after its visibility timeout;
- a stream continues at the last processed record, so a batch that was being processed is processed again;
- the driver continues like after it was killed.

Consumers are idempotent, so a repetition has no further effect, and the ledger of their effects is of the
same moment. Changes after that moment are lost together; only other programs may have seen them. Two
things are not in the copy:

- asynchronous invocations that are waiting or running, because the emulator keeps them in threads;
- objects in S3: they are in files, which the child links in the first moments after the fork. An object may
  therefore be newer than the rest, but never partly written.
"""
