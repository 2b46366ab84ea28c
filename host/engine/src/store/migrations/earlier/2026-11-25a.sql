CREATE TABLE session (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    terminal TEXT NOT NULL,
    card TEXT,
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    phase TEXT NOT NULL,
    payment TEXT,
    view TEXT NOT NULL,
    state BLOB NOT NULL,
    deadline INTEGER,
    UNIQUE (terminal, payment)
    ) STRICT;
CREATE UNIQUE INDEX session_at_evse ON session (station, connector)
    WHERE phase IN ('authorising', 'starting', 'charging', 'stopping');
CREATE INDEX session_by_terminal ON session (terminal, phase);
CREATE INDEX session_by_deadline ON session (deadline)
    WHERE deadline IS NOT NULL;
CREATE TABLE event (
    session TEXT NOT NULL,
    version INTEGER NOT NULL,
    event TEXT NOT NULL,
    at INTEGER NOT NULL,
    dedupe TEXT UNIQUE,
    read TEXT UNIQUE,
    ended_command TEXT,
    state BLOB NOT NULL,
    view TEXT NOT NULL,
    card TEXT,
    phase TEXT NOT NULL,
    commands TEXT NOT NULL,
    deadline INTEGER,
    PRIMARY KEY (session, version)
    ) STRICT;
CREATE TABLE command (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    action TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'sent', 'done')),
    attempts INTEGER NOT NULL DEFAULT 0,
    sent_at INTEGER
    ) STRICT;
CREATE INDEX command_waiting ON command (status, number)
    WHERE status <> 'done';
CREATE TABLE receipt (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
    ) STRICT;
CREATE TABLE ask (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    terminal TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    ask TEXT NOT NULL,
    chosen TEXT NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0,
    answer INTEGER,
    card_seen_at INTEGER
    ) STRICT;
CREATE INDEX ask_by_terminal ON ask (terminal, number);
CREATE TABLE vehicle (
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (station, connector)
    ) STRICT;
CREATE TRIGGER event_spread AFTER INSERT ON event BEGIN
    INSERT INTO session (id, version, terminal, card, station, connector, phase, payment,
    view, state, deadline)
    VALUES (NEW.session, NEW.version, NEW.view ->> '$.terminal', NEW.card,
    coalesce(NEW.view ->> '$.evse.station', ''),
    coalesce(NEW.view ->> '$.evse.connector', 0), NEW.phase,
    NEW.view ->> '$.hold.payment', NEW.view, NEW.state, NEW.deadline)
    ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, phase = excluded.phase, payment = excluded.payment,
    view = excluded.view, state = excluded.state, deadline = excluded.deadline;
    DELETE FROM vehicle WHERE NEW.version = 1 AND station = NEW.view ->> '$.evse.station'
    AND connector = NEW.view ->> '$.evse.connector';
    UPDATE command SET status = 'done' WHERE id = NEW.ended_command;
    INSERT INTO command (id, session, action, status)
    SELECT value ->> '$.id', NEW.session, value -> '$.action', 'pending'
    FROM json_each(NEW.commands) WHERE true ORDER BY key
    ON CONFLICT (id) DO UPDATE SET
    action = excluded.action, status = excluded.status;
    END;
