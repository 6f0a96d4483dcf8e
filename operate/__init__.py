"""Operator commands for any stack, through the AWS APIs: events, dead-letter queues, traces, partner keys.

`operate.cli` parses the command line and handles errors, and `operate.target` finds a stack by its outputs.
Each command's logic has its own module, which does not print. `operate.results` defines the JSON documents,
and `operate.render` prints them or their text form.
"""

from shell.start import starting

starting()
