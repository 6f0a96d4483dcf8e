"""What every function needs, whoever invokes it: environment, log line, correlation id, errors, retries."""
