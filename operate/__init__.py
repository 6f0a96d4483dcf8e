"""What an operator runs against any stack, through AWS's APIs: events, dead letters, traces, partners' keys.

`operate.cli` reads the command line, `operate.target` finds the stack by its outputs, and each command is a
module of its own that knows nothing of terminals; `operate.render` is what a person sees.
"""
