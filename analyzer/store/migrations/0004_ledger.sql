CREATE TABLE follow_ups (
    meeting  TEXT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    content  TEXT NOT NULL,                 -- FollowUp as JSON, of promises that came up: the ledger reads only these
    PRIMARY KEY (meeting, position)
) STRICT;
INSERT INTO follow_ups
    SELECT m.id, f.key, f.value FROM meetings m, json_each(m.analysis, '$.follow_ups') f
    WHERE m.analysis IS NOT NULL AND f.value ->> '$.outcome' <> 'unmentioned';

CREATE INDEX meetings_by_pair ON meetings (info ->> '$.manager', info ->> '$.rep');

CREATE TABLE planned (
    uid     TEXT NOT NULL,                  -- of the calendar's event
    day     TEXT NOT NULL,                  -- on which its series has it, before anybody moved it
    manager TEXT NOT NULL,
    rep     TEXT NOT NULL,
    content TEXT NOT NULL,                  -- Planned as JSON
    PRIMARY KEY (uid, day)
) STRICT;
CREATE INDEX planned_by_pair ON planned (manager, rep);
