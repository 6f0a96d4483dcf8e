"""What a developer of Strata runs: checks, recorded files, generated docs, a generator of domains."""
