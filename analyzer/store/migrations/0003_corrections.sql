CREATE TABLE originals (
    meeting TEXT PRIMARY KEY REFERENCES meetings (id) ON DELETE CASCADE,
    content TEXT NOT NULL                   -- Transcript as JSON, as the engines left it
) STRICT;

CREATE TABLE corrections (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- they apply in this order
    meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    content TEXT NOT NULL,                  -- Correction as JSON
    made    TEXT NOT NULL
) STRICT;
CREATE INDEX corrections_by_meeting ON corrections (meeting);
