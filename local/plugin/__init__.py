"""The embedded cloud's provider as a Pulumi plugin: what the engine runs as `pulumi-resource-aws`."""
