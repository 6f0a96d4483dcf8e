"""Code that every function uses: environment, AWS clients, log, correlation id, errors, retries."""
