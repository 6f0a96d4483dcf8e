"""The AWS resource types: a package a service, named as its boto3 client, and a module a type."""
