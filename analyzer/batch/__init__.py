"""A folder of recordings: what is left to do, and doing it one after the other."""
