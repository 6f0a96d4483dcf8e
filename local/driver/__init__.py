"""The driver: runs the Pulumi program in this process and applies what it declares to the embedded cloud."""
