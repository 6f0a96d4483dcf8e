"""The Pulumi engine on the embedded cloud: the same program and provider, run by `pulumi`."""
