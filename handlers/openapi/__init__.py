"""The API's OpenAPI document: generated at deployment, served by a function."""
