"""Extensions of the emulator, one module each, which `local.emulator.launcher` installs."""
