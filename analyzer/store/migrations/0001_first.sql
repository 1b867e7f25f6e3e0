CREATE TABLE meetings (
    id           TEXT PRIMARY KEY,          -- first twelve digits of content_hash
    content_hash TEXT NOT NULL UNIQUE,      -- SHA-256 of the file's bytes: the same file twice is one meeting
    source_name  TEXT NOT NULL,
    source_path  TEXT NOT NULL,             -- where it was last seen
    info         TEXT NOT NULL,             -- MeetingInfo as JSON
    known        TEXT NOT NULL,             -- what flags and sidecar said, as JSON: kept for a rerun
    state        TEXT NOT NULL CHECK (state IN ('started', 'done', 'failed')),
    reason       TEXT,                      -- of a failure
    analysis     TEXT,                      -- Analysis as JSON, once done
    added        TEXT NOT NULL,
    changed      TEXT NOT NULL
) STRICT;

CREATE TABLE stages (
    key     TEXT PRIMARY KEY,               -- SHA-256 over stage, code version, input and settings
    meeting TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    stage   TEXT NOT NULL,
    result  TEXT NOT NULL,                  -- JSON
    made    TEXT NOT NULL
) STRICT;
CREATE INDEX stages_by_meeting ON stages (meeting);

CREATE TABLE commitments (
    id       TEXT PRIMARY KEY,              -- made from meeting, owner and quote: the same promise keeps its id
    meeting  TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    owner    TEXT,
    due      TEXT,
    content  TEXT NOT NULL                  -- Commitment as JSON
) STRICT;
CREATE INDEX commitments_by_meeting ON commitments (meeting);

CREATE TABLE decisions (
    commitment TEXT PRIMARY KEY,            -- kept when a meeting is analysed again, so no foreign key
    status     TEXT NOT NULL CHECK (status IN ('done', 'dropped', 'open')),
    decided    TEXT NOT NULL
) STRICT;

CREATE TABLE files (
    path         TEXT PRIMARY KEY,          -- absolute; remembered so that a rerun need not read every file again
    size         INTEGER NOT NULL,
    mtime_ns     INTEGER NOT NULL,
    content_hash TEXT NOT NULL
) STRICT;
