"""Exchanges and their labels: the rubric, the interface, the engines."""
