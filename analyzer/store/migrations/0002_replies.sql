CREATE TABLE rubrics (
    hash    TEXT PRIMARY KEY,
    content TEXT NOT NULL                   -- the file, so that a report can be written again after it has changed
) STRICT;

CREATE TABLE replies (
    key     TEXT PRIMARY KEY,               -- SHA-256 over prompt, model and everything sent but the fence
    meeting TEXT REFERENCES meetings (id) ON DELETE CASCADE,  -- whose words were in the request
    content TEXT NOT NULL                   -- Reply as JSON; only validated ones
) STRICT;
CREATE INDEX replies_by_meeting ON replies (meeting);

CREATE TABLE waiting (
    custom_id TEXT PRIMARY KEY,             -- what a batch calls the request
    meeting   TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    rubric    TEXT NOT NULL REFERENCES rubrics (hash),
    content   TEXT NOT NULL                 -- Waiting as JSON
) STRICT;
CREATE INDEX waiting_by_meeting ON waiting (meeting);

CREATE TABLE endpoints (
    key     TEXT PRIMARY KEY,               -- address and model
    profile TEXT NOT NULL                   -- Profile as JSON: what it can do, found by the canary
) STRICT;
