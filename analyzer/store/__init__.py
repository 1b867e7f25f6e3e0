"""The library: one folder, one SQLite file, and the reports."""
