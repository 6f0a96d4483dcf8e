"""Tests of the metrics for operators."""
