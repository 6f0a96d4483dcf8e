"""The embedded cloud's provider as a Pulumi plugin, which the engine runs as `pulumi-resource-aws`."""
