"""How much of a sales one-to-one was inspection and how much coaching, and who promised what."""

__version__ = "0.1.0"
