"""Words to turns, transcript files to turns, and the names and roles of who spoke."""
