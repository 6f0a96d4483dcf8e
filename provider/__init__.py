"""The AWS provider of the embedded cloud: resource types written with boto3."""
