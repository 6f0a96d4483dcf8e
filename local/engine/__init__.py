"""The Pulumi engine against the embedded cloud: the same program and provider, run by `pulumi` itself."""
