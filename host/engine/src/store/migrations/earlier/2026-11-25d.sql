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
CREATE INDEX command_of_session ON command (session, number);
CREATE TABLE paper (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    command TEXT NOT NULL UNIQUE,
    session TEXT NOT NULL,
    code TEXT UNIQUE,
    terminal TEXT NOT NULL,
    amount INTEGER NOT NULL,
    last_four INTEGER,
    document TEXT NOT NULL
    ) STRICT;
CREATE INDEX paper_of_session ON paper (session, number);
CREATE INDEX paper_of_card ON paper (terminal, last_four, amount);
CREATE TABLE receipt (
    id TEXT PRIMARY KEY,
    session TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
    ) STRICT;
CREATE TABLE invoice (
    issuer TEXT NOT NULL,
    number INTEGER NOT NULL,
    command TEXT NOT NULL UNIQUE,
    PRIMARY KEY (issuer, number)
    ) STRICT;
CREATE TABLE signed_value (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL,
    packet TEXT NOT NULL,
    UNIQUE (session, packet)
    ) STRICT;
CREATE TABLE ask (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    terminal TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    renew_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ask TEXT NOT NULL,
    chosen TEXT NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0,
    answer INTEGER,
    hidden_until INTEGER NOT NULL DEFAULT 0,
    card_seen_at INTEGER
    ) STRICT;
CREATE INDEX ask_by_terminal ON ask (terminal, number);
CREATE TABLE report (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    dedupe TEXT UNIQUE,
    at INTEGER NOT NULL,
    report TEXT NOT NULL
    ) STRICT;
CREATE INDEX event_by_delivery ON event (at)
    WHERE dedupe IS NOT NULL AND instr(dedupe, '/') = 0;
CREATE TABLE vehicle (
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    since INTEGER NOT NULL,
    served INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (station, connector)
    ) STRICT;
CREATE TRIGGER vehicle_served AFTER INSERT ON event
    WHEN NEW.phase = 'charging' AND NEW.event ->> '$.ChargingStarted' IS NOT NULL BEGIN
    INSERT INTO vehicle (station, connector, since, served)
    VALUES (NEW.view ->> '$.evse.station', NEW.view ->> '$.evse.connector', NEW.at, 1)
    ON CONFLICT (station, connector) DO UPDATE SET served = 1;
    END;
CREATE TRIGGER event_applied AFTER INSERT ON event BEGIN
    INSERT INTO session (id, version, terminal, card, station, connector, phase, payment,
    view, state, deadline)
    VALUES (NEW.session, NEW.version, NEW.view ->> '$.terminal', NEW.card,
    NEW.view ->> '$.evse.station', NEW.view ->> '$.evse.connector', NEW.phase,
    NEW.view ->> '$.hold.payment', NEW.view, NEW.state, NEW.deadline)
    ON CONFLICT (id) DO UPDATE SET
    version = excluded.version, phase = excluded.phase, payment = excluded.payment,
    view = excluded.view, state = excluded.state, deadline = excluded.deadline;
    UPDATE command SET status = 'done' WHERE id = NEW.ended_command;
    INSERT INTO command (id, session, action, status)
    SELECT value ->> '$.id', NEW.session, value -> '$.action', 'pending'
    FROM json_each(NEW.commands) WHERE true ORDER BY key
    ON CONFLICT (id) DO UPDATE SET
    action = excluded.action, status = excluded.status;
    END;
CREATE TRIGGER event_numbered AFTER INSERT ON event BEGIN
    INSERT INTO invoice (issuer, number, command)
    SELECT issuer, 1 + coalesce((SELECT max(number) FROM invoice
    WHERE invoice.issuer = numbered.issuer), 0), id
    FROM (SELECT value ->> '$.id' AS id,
    coalesce((SELECT issuer FROM invoice
    WHERE command = NEW.session || '/receipt'),
    value ->> '$.issuer') AS issuer
    FROM json_each(NEW.commands) WHERE value ->> '$.issuer' IS NOT NULL) AS numbered
    WHERE true ON CONFLICT (command) DO NOTHING;
    END;
CREATE TABLE attempt (
    minute INTEGER PRIMARY KEY,
    count INTEGER NOT NULL
    ) STRICT;
CREATE TABLE fleet_write (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    idempotency TEXT UNIQUE,
    fingerprint TEXT,
    answer TEXT,
    changes TEXT
    ) STRICT;
CREATE TABLE fleet_item (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    write INTEGER NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (kind, key)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE fleet_change (
    write INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (write, kind, key)
    ) STRICT, WITHOUT ROWID;
CREATE INDEX fleet_change_of_item ON fleet_change (kind, key, write);
CREATE TRIGGER fleet_written AFTER INSERT ON fleet_write BEGIN
    INSERT INTO fleet_change (write, kind, key, before, after)
    SELECT NEW.number, value ->> '$.kind', value ->> '$.key', item,
    nullif(value -> '$.after', 'null')
    FROM json_each(NEW.changes) LEFT JOIN fleet_item
    ON fleet_item.kind = value ->> '$.kind' AND fleet_item.key = value ->> '$.key';
    DELETE FROM fleet_item WHERE (kind, key) IN
    (SELECT kind, key FROM fleet_change WHERE write = NEW.number AND after IS NULL);
    INSERT INTO fleet_item (kind, key, write, item)
    SELECT kind, key, write, after FROM fleet_change
    WHERE write = NEW.number AND after IS NOT NULL
    ON CONFLICT (kind, key) DO UPDATE SET write = excluded.write, item = excluded.item;
    INSERT INTO delivery (webhook, alert, body, status, next_at)
    SELECT webhook.key, alert.key, alert.after -> '$.record', 'waiting', NEW.at
    FROM fleet_change AS alert JOIN fleet_item AS webhook
    WHERE alert.write = NEW.number AND alert.kind = 'alert' AND alert.before IS NULL
    AND webhook.kind = 'webhook';
    UPDATE fleet_write SET changes = NULL WHERE number = NEW.number;
    END;
CREATE TRIGGER fleet_change_stays BEFORE UPDATE ON fleet_change BEGIN
    SELECT raise(ABORT, 'the audit log is only added to');
    END;
CREATE TRIGGER fleet_change_is_kept BEFORE DELETE ON fleet_change BEGIN
    SELECT raise(ABORT, 'the audit log is only added to');
    END;
CREATE TRIGGER fleet_write_stays BEFORE UPDATE OF number, at, actor ON fleet_write
    BEGIN
    SELECT raise(ABORT, 'the audit log is only added to');
    END;
CREATE TRIGGER fleet_write_is_kept BEFORE DELETE ON fleet_write BEGIN
    SELECT raise(ABORT, 'the audit log is only added to');
    END;
CREATE TABLE seen (
    terminal TEXT PRIMARY KEY,
    seen TEXT NOT NULL
    ) STRICT;
CREATE TABLE picture (
    hash TEXT PRIMARY KEY,
    bytes BLOB NOT NULL
    ) STRICT;
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL,
    alert TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    error TEXT,
    UNIQUE (webhook, alert)
    ) STRICT;
CREATE INDEX delivery_waiting ON delivery (next_at) WHERE status = 'waiting';
