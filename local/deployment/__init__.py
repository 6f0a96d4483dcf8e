"""The platform on this machine: the emulator, the program deployed to it, the front door, and the people."""
