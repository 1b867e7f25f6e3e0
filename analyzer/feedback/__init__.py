"""Counts over the labels, and what the manager reads first."""
