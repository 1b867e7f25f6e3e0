"""Labelled meetings, how engines are scored on them, and what keeps the scores honest."""
