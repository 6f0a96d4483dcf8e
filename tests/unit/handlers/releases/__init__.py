"""Tests of the releases' pruning."""
