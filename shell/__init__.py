"""How every command starts and ends: signals, standard streams and the exit status.

A package with modules that `python -m` runs calls `shell.start.starting` in its `__init__`, before it imports
anything else. Such a module passes its function to `shell.command.run`:

    if __name__ == "__main__":
        run(main)

Exit status:

    129, 130, 143   after SIGHUP, SIGINT (Ctrl-C), SIGTERM: 128 + the signal's number
    141             the reader of the output closed its pipe, as `head` does; without a message
    1               the output cannot be written, such as to a full disk; with one line of error
    otherwise       what the function returns
"""
