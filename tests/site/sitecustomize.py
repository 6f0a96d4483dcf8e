"""Checks the requests of each process that the tests start: Python imports this module when it starts."""

from aws_models import processes

processes.check()
