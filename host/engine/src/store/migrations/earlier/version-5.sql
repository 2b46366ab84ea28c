CREATE TABLE store_version (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL
    ) STRICT;
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
    is_folded INTEGER NOT NULL DEFAULT 0,
    is_thinned INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER,
    last_place INTEGER,
    UNIQUE (terminal, payment)
    ) STRICT;
CREATE UNIQUE INDEX session_of_evse ON session (station, connector)
    WHERE phase IN ('authorising', 'starting', 'charging', 'stopping');
CREATE INDEX session_unresolved ON session (number)
    WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken');
CREATE INDEX session_of_terminal ON session (terminal, phase);
CREATE INDEX session_due ON session (deadline)
    WHERE deadline IS NOT NULL;
CREATE INDEX session_to_fold ON session (number)
    WHERE is_folded = 0 AND phase IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken');
CREATE INDEX session_to_thin ON session (number) WHERE is_folded = 1 AND is_thinned = 0;
CREATE INDEX session_to_close ON session (number) WHERE is_thinned = 1 AND closed_at IS NULL;
CREATE INDEX session_to_remove ON session (closed_at) WHERE closed_at IS NOT NULL;
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
    terms TEXT,
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
CREATE INDEX paper_by_number ON paper (document ->> '$.number');
CREATE INDEX paper_of_card ON paper (terminal, last_four, amount);
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
CREATE INDEX ask_by_age ON ask (expires_at);
CREATE INDEX ask_of_terminal ON ask (terminal, number);
CREATE TABLE notice (
    terminal TEXT PRIMARY KEY,
    notice TEXT NOT NULL,
    at INTEGER NOT NULL
    ) STRICT;
CREATE TABLE recall (
    session TEXT PRIMARY KEY,
    terminal TEXT NOT NULL,
    card TEXT NOT NULL,
    notice TEXT NOT NULL,
    at INTEGER NOT NULL,
    arming TEXT
    ) STRICT;
CREATE INDEX recall_by_card ON recall (terminal, card, at);
CREATE INDEX recall_by_arming ON recall (arming);
CREATE TABLE stop_question (
    arming TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    asked_at INTEGER NOT NULL
    ) STRICT;
CREATE TRIGGER next_driver AFTER INSERT ON event
    WHEN NEW.version = 1 AND NEW.phase = 'authorising' BEGIN
    DELETE FROM notice WHERE terminal = NEW.view ->> '$.terminal';
    END;
CREATE TABLE report (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint TEXT NOT NULL,
    dedupe TEXT UNIQUE,
    at INTEGER NOT NULL,
    report TEXT NOT NULL
    ) STRICT;
CREATE INDEX report_by_age ON report (at);
CREATE INDEX report_by_delivery ON report (at) WHERE dedupe IS NOT NULL;
CREATE INDEX event_by_delivery ON event (at)
    WHERE dedupe IS NOT NULL AND instr(dedupe, '/') = 0;
CREATE TABLE vehicle (
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    since INTEGER NOT NULL,
    served INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (station, connector)
    ) STRICT;
CREATE TABLE station (
    id TEXT PRIMARY KEY,
    connected_at INTEGER,
    booted_at INTEGER,
    vendor TEXT,
    model TEXT,
    serial TEXT,
    firmware TEXT
    ) STRICT;
CREATE TABLE connector (
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    denies INTEGER NOT NULL DEFAULT 0,
    reported_at INTEGER NOT NULL,
    PRIMARY KEY (station, connector)
    ) STRICT;
CREATE TABLE station_transaction (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    station TEXT NOT NULL,
    connector INTEGER NOT NULL,
    token TEXT NOT NULL,
    session TEXT UNIQUE,
    is_local INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER,
    start_energy INTEGER,
    energy INTEGER,
    heard_at INTEGER NOT NULL,
    ended_at INTEGER,
    is_lost INTEGER NOT NULL DEFAULT 0,
    untold_at INTEGER,
    stop_at INTEGER,
    stops INTEGER NOT NULL DEFAULT 0
    ) STRICT;
CREATE INDEX station_transaction_running ON station_transaction (station, connector)
    WHERE ended_at IS NULL;
CREATE INDEX station_transaction_ended ON station_transaction (ended_at)
    WHERE ended_at IS NOT NULL;
CREATE INDEX station_transaction_untold ON station_transaction (number)
    WHERE untold_at IS NOT NULL;
CREATE INDEX station_transaction_of_station ON station_transaction (station, number);
CREATE TABLE named_transaction (
    station TEXT NOT NULL,
    name TEXT NOT NULL,
    connector INTEGER,
    start_energy INTEGER,
    signed TEXT,
    token TEXT,
    number INTEGER,
    heard_at INTEGER NOT NULL,
    PRIMARY KEY (station, name)
    ) STRICT, WITHOUT ROWID;
CREATE INDEX named_transaction_by_age ON named_transaction (heard_at);
CREATE INDEX named_transaction_by_number ON named_transaction (number)
    WHERE number IS NOT NULL;
CREATE TRIGGER session_closed AFTER UPDATE OF closed_at ON session
    WHEN NEW.closed_at IS NOT NULL AND OLD.closed_at IS NULL BEGIN
    DELETE FROM event WHERE session = NEW.id;
    DELETE FROM command WHERE session = NEW.id AND status = 'done';
    UPDATE paper SET last_four = NULL,
        document = json_remove(document, '$.subject.Session.card', '$.subject.Refund.session.card',
                               '$.subject.Invoice.session.card', '$.subject.Payout.session.card')
    WHERE session = NEW.id;
    END;
CREATE TRIGGER session_removed AFTER DELETE ON session BEGIN
    UPDATE invoice SET command = 'past/' || command
    WHERE command IN (SELECT command FROM paper WHERE session = OLD.id);
    DELETE FROM paper WHERE session = OLD.id;
    DELETE FROM signed_value WHERE session = OLD.id;
    DELETE FROM command WHERE session = OLD.id;
    DELETE FROM station_transaction WHERE session = OLD.id;
    END;
CREATE TRIGGER vehicle_served AFTER INSERT ON event
    WHEN NEW.phase = 'charging' AND NEW.event ->> '$.ChargingStarted' IS NOT NULL BEGIN
    INSERT INTO vehicle (station, connector, since, served)
    VALUES (NEW.view ->> '$.evse.station', NEW.view ->> '$.evse.connector', NEW.at, 1)
    ON CONFLICT (station, connector) DO UPDATE SET served = 1;
    END;
CREATE TRIGGER session_stepped AFTER INSERT ON event BEGIN
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
CREATE TRIGGER receipt_numbered AFTER INSERT ON event BEGIN
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
CREATE TABLE card_key (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    fingerprint TEXT NOT NULL
    ) STRICT;
CREATE TABLE probe (
    filler BLOB NOT NULL
    ) STRICT;
CREATE TRIGGER probe_done AFTER INSERT ON probe BEGIN
    DELETE FROM probe;
    END;
CREATE TABLE fleet_write (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    idempotency TEXT UNIQUE,
    fingerprint TEXT,
    answer TEXT,
    changes TEXT
    ) STRICT;
CREATE INDEX fleet_write_by_age ON fleet_write (at);
CREATE TABLE audit_limit (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    upto INTEGER NOT NULL
    ) STRICT;
CREATE INDEX fleet_write_repeatable ON fleet_write (at) WHERE idempotency IS NOT NULL;
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
CREATE TRIGGER fleet_change_is_kept_for_its_time BEFORE DELETE ON fleet_change
    WHEN OLD.write > coalesce((SELECT upto FROM audit_limit), 0) BEGIN
    SELECT raise(ABORT, 'the audit log is only added to');
    END;
CREATE TRIGGER fleet_write_stays BEFORE UPDATE OF number, at, actor ON fleet_write
    BEGIN
    SELECT raise(ABORT, 'the audit log is only added to');
    END;
CREATE TRIGGER fleet_write_is_kept_for_its_time BEFORE DELETE ON fleet_write
    WHEN OLD.number > coalesce((SELECT upto FROM audit_limit), 0) BEGIN
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
CREATE TRIGGER incident_removed AFTER DELETE ON fleet_item WHEN OLD.kind = 'incident' BEGIN
    DELETE FROM picture
    WHERE hash IN (SELECT value ->> '$.hash' FROM json_each(OLD.item, '$.record.photographs'))
      AND hash NOT IN (SELECT photograph.value ->> '$.hash'
                       FROM fleet_item, json_each(item, '$.record.photographs') AS photograph
                       WHERE kind = 'incident');
    END;
CREATE TABLE delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    webhook TEXT NOT NULL,
    alert TEXT NOT NULL,
    body TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('waiting', 'delivered', 'dead')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL,
    first_at INTEGER NOT NULL DEFAULT 0,
    last_at INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    UNIQUE (webhook, alert)
    ) STRICT;
CREATE INDEX delivery_over ON delivery (last_at) WHERE status <> 'waiting';
CREATE INDEX delivery_dead ON delivery (number) WHERE status = 'dead';
CREATE INDEX delivery_waiting ON delivery (next_at) WHERE status = 'waiting';
CREATE TABLE clock_step (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    by INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0
    ) STRICT;
CREATE TABLE clock_step_order (
    number INTEGER PRIMARY KEY,
    after_event INTEGER NOT NULL
    ) STRICT;
CREATE TRIGGER clock_step_ordered AFTER INSERT ON clock_step BEGIN
    INSERT INTO clock_step_order (number, after_event)
    SELECT NEW.number, coalesce(max(rowid), 0) FROM event;
    END;
CREATE TRIGGER waits_clock_stepped AFTER INSERT ON clock_step BEGIN
    UPDATE ask SET renew_at = NEW.at, expires_at = max(0, expires_at + NEW.by),
                   told_at = max(0, told_at + NEW.by),
                   hidden_until = iif(hidden_until = 0, 0, max(0, hidden_until + NEW.by)),
                   card_seen_at = max(0, card_seen_at + NEW.by);
    UPDATE command SET sent_at = max(0, sent_at + NEW.by) WHERE status = 'sent';
    UPDATE delivery SET next_at = max(0, next_at + NEW.by) WHERE status = 'waiting';
    UPDATE notice SET at = max(0, at + NEW.by);
    UPDATE recall SET at = max(0, at + NEW.by);
    END;
CREATE TRIGGER clock_stepped_at_questions AFTER INSERT ON clock_step BEGIN
    UPDATE stop_question SET asked_at = max(0, asked_at + NEW.by);
    END;
CREATE TRIGGER stations_clock_stepped AFTER INSERT ON clock_step BEGIN
    UPDATE station_transaction SET stop_at = max(0, stop_at + NEW.by), heard_at = max(0, heard_at + NEW.by)
    WHERE ended_at IS NULL;
    UPDATE station SET connected_at = max(0, connected_at + NEW.by),
           booted_at = max(0, booted_at + NEW.by);
    UPDATE connector SET reported_at = max(0, reported_at + NEW.by);
    END;
CREATE TABLE restore (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    upto INTEGER NOT NULL,
    transactions INTEGER NOT NULL
    ) STRICT;
CREATE TABLE hold_comparison (
    terminal TEXT NOT NULL,
    restore INTEGER NOT NULL,
    unknown TEXT NOT NULL,
    PRIMARY KEY (terminal, restore)
    ) STRICT, WITHOUT ROWID;
CREATE VIEW receipt AS SELECT id, session, document FROM paper WHERE false;
