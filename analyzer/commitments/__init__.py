"""Who promised what by when: extraction, and the days that spoken deadlines mean."""
