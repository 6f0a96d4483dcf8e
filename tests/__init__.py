from shell.start import starting

starting()
