"""The AWS provider of the embedded cloud: resource types by service, and what carries them."""
