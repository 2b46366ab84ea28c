//! Reads the gateway's store, and changes it for tests.

use serde_json::{Value, json};

use super::{DATABASE, TERMINAL, World};

impl World {
    pub(crate) fn stored_events(&self) -> usize {
        self.count("SELECT count(*) FROM event")
    }

    /// The meter readings in the journal.
    pub(crate) fn stored_readings(&self) -> usize {
        self.count("SELECT count(*) FROM event WHERE event ->> '$.MeterRead' IS NOT NULL")
    }

    pub(crate) fn stored_pictures(&self) -> usize {
        self.count("SELECT count(*) FROM picture")
    }

    pub(crate) fn stored_sessions(&self) -> usize {
        self.count("SELECT count(*) FROM session")
    }

    /// The stations of which anything is on record.
    pub(crate) fn stored_stations(&self) -> Vec<String> {
        self.texts(
            "SELECT id FROM station UNION SELECT station FROM connector
             UNION SELECT station FROM station_transaction",
        )
    }

    /// Make the payment providers' reports this many days older.
    pub(crate) fn age_reports(&self, days: i64) {
        let statement = "UPDATE report SET at = at - ?1 * 86400000";
        self.store().execute(statement, [days]).unwrap();
    }

    /// Make all events so many days older.
    pub(crate) fn age_events(&self, days: i64) {
        let statement = "UPDATE event SET at = at - ?1 * 86400000";
        self.store().execute(statement, [days]).unwrap();
    }

    /// Put on record that the clock was set ahead by so many milliseconds, of which no session has heard.
    pub(crate) fn set_clock_ahead(&self, by: i64) {
        let statement = "INSERT INTO clock_step (at, by, upto)
            SELECT (SELECT max(at) FROM event) + ?1, ?1, max(number) FROM session";
        self.store().execute(statement, [by]).unwrap();
    }

    /// How often sessions heard that the clock was set.
    pub(crate) fn heard_clock_steps(&self) -> usize {
        self.count("SELECT count(*) FROM event WHERE event ->> '$.ClockSet' IS NOT NULL")
    }

    /// Delete all prompts, as happens to old ones.
    pub(crate) fn forget_prompts(&self) {
        self.store().execute("DELETE FROM ask", []).unwrap();
    }

    /// How many commands are not done, of those up to this number.
    pub(crate) fn open_commands_up_to(&self, number: i64) -> usize {
        let statement = "SELECT count(*) FROM command WHERE status <> 'done' AND number <= ?1";
        let open: i64 = self
            .store()
            .query_row(statement, [number], |row| row.get(0))
            .unwrap();
        open.try_into().unwrap()
    }

    /// How many deliveries could be recognised if they were repeated.
    pub(crate) fn known_reports(&self) -> usize {
        self.count("SELECT count(*) FROM report WHERE dedupe IS NOT NULL")
    }

    /// The ids of all receipts, in the order in which they were issued.
    pub(crate) fn receipt_ids(&self) -> Vec<String> {
        self.texts("SELECT id FROM paper ORDER BY number")
    }

    /// The codes by which receipts are found.
    pub(crate) fn receipt_codes(&self) -> Vec<String> {
        self.texts("SELECT code FROM paper WHERE code IS NOT NULL")
    }

    /// The only session's id.
    pub(crate) fn session(&self) -> String {
        self.store()
            .query_row("SELECT id FROM session", [], |row| row.get(0))
            .unwrap()
    }

    /// How many events a session has.
    pub(crate) fn session_version(&self, session: &str) -> i64 {
        let query = "SELECT version FROM session WHERE id = ?1";
        self.store()
            .query_row(query, [session], |row| row.get(0))
            .unwrap()
    }

    pub(crate) fn session_phase(&self, session: &str) -> String {
        let query = "SELECT phase FROM session WHERE id = ?1";
        self.store()
            .query_row(query, [session], |row| row.get(0))
            .unwrap()
    }

    /// What a session has delivered, in watt-hours.
    pub(crate) fn session_energy(&self, session: &str) -> u64 {
        let query = "SELECT view ->> '$.energy' FROM session WHERE id = ?1";
        let energy: i64 = self
            .store()
            .query_row(query, [session], |row| row.get(0))
            .unwrap();
        energy.unsigned_abs()
    }

    /// Put another version before the state of a session. Returns the one before.
    pub(crate) fn replace_state_version(&self, session: &str, version: u8) -> u8 {
        let query = "SELECT state FROM session WHERE id = ?1";
        let store = self.store();
        let mut state: Vec<u8> = store.query_row(query, [session], |row| row.get(0)).unwrap();
        let before = std::mem::replace(&mut state[0], version);
        let statement = "UPDATE session SET state = ?2 WHERE id = ?1";
        store.execute(statement, (session, state)).unwrap();
        before
    }

    pub(crate) fn payment_reports(&self) -> usize {
        self.count("SELECT count(*) FROM report")
    }

    pub(crate) fn confirmed_prompts(&self) -> usize {
        self.count("SELECT count(*) FROM ask WHERE confirmed = 1")
    }

    /// Whether the provider confirmed the terminal's latest prompt.
    pub(crate) fn is_latest_prompt_confirmed(&self) -> bool {
        let latest = "SELECT count(*) FROM ask
            WHERE number = (SELECT max(number) FROM ask) AND confirmed = 1";
        self.count(latest) == 1
    }

    /// How many prompts there are.
    pub(crate) fn prompts(&self) -> usize {
        self.count("SELECT count(*) FROM ask")
    }

    /// Insert a prompt before all others, as if the terminal had been armed with it.
    pub(crate) fn insert_earlier_prompt(&self, arming_id: &str) {
        self.store()
            .execute(
                r#"INSERT INTO ask (number, id, terminal, ask, chosen, told_at, renew_at, expires_at, confirmed)
                   VALUES (-1, ?1, ?2, '{"Card": {"evse": null, "hold": 1, "text": ""}}', 'null',
                           0, 9000000000000, 9000000000000, 1)"#,
                [arming_id, TERMINAL],
            )
            .unwrap();
    }

    /// The commands that raised alerts were executed, and the gateway died before that was on record.
    pub(crate) fn forget_that_alerts_were_raised(&self) {
        let statement =
            "UPDATE command SET status = 'sent' WHERE action ->> '$.RaiseAlert' IS NOT NULL";
        assert_eq!(self.store().execute(statement, []).unwrap(), 1);
    }

    /// How many commands are not done.
    pub(crate) fn commands_left(&self) -> usize {
        self.count("SELECT count(*) FROM command WHERE status <> 'done'")
    }

    /// How many sessions have not ended.
    pub(crate) fn open_sessions(&self) -> usize {
        self.count(
            "SELECT count(*) FROM session
             WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')",
        )
    }

    /// No alert is on record, as a version left it that did not count versions.
    pub(crate) fn remove_alerts(&self) {
        let statements = "DELETE FROM fleet_item WHERE kind = 'alert'; DELETE FROM store_version;";
        self.store().execute_batch(statements).unwrap();
    }

    /// The session asks for an alert that says this.
    pub(crate) fn insert_alert(&self, session: &str, reason: &str) {
        let alert = json!({"reason": reason, "next_action": "Look at it."});
        let action = json!({"RaiseAlert": alert}).to_string();
        self.store()
            .execute(
                "INSERT INTO command (id, session, action, status)
                 VALUES (?1 || '/99/0/alert', ?1, ?2, 'pending')",
                [session, &action],
            )
            .unwrap();
    }

    /// A command was sent long ago that no version can read.
    pub(crate) fn insert_unreadable_command(&self) {
        let statement = "INSERT INTO command (id, session, action, status, sent_at)
                         VALUES ('S/1', 'S', '{\"Unknown\":{}}', 'sent', 1)";
        self.store().execute(statement, []).unwrap();
    }

    /// Insert a receipt, and one that is still to be issued, in the form of version 0.1. There, a
    /// session had one receipt and was not its subject.
    pub(crate) fn insert_old_receipts(&self, issued: &Value, to_issue: &Value) {
        let store = self.store();
        let table = "DELETE FROM store_version;
                     DROP VIEW receipt;
                     CREATE TABLE receipt (
                         id TEXT PRIMARY KEY,
                         session TEXT NOT NULL UNIQUE,
                         document TEXT NOT NULL
                     ) STRICT;";
        store.execute_batch(table).unwrap();
        let id = issued["id"].as_str().unwrap();
        let session = issued["summary"]["session"].as_str().unwrap();
        store
            .execute(
                "INSERT INTO receipt (id, session, document) VALUES (?1, ?2, ?3)",
                [id, session, &issued.to_string()],
            )
            .unwrap();
        let session = to_issue["session"].as_str().unwrap();
        let action = json!({"IssueReceipt": to_issue}).to_string();
        store
            .execute(
                "INSERT INTO command (id, session, action, status)
                 VALUES (?1 || '/receipt', ?1, ?2, 'pending')",
                [session, &action],
            )
            .unwrap();
    }

    fn texts(&self, query: &str) -> Vec<String> {
        if let Some(server) = &self.server {
            let rows = ask_server(server, query);
            return rows.iter().map(|row| row.get(0)).collect();
        }
        let store = self.store();
        let mut statement = store.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    fn count(&self, query: &str) -> usize {
        let count: i64 = match &self.server {
            Some(server) => ask_server(server, query)[0].get(0),
            None => self.store().query_row(query, [], |row| row.get(0)).unwrap(),
        };
        count.try_into().unwrap()
    }

    /// The database, which is a file.
    fn store(&self) -> rusqlite::Connection {
        assert!(self.server.is_none(), "the database is on a server");
        rusqlite::Connection::open(self.folder().join(DATABASE)).unwrap()
    }
}

/// What a server's database answers to a query that is the same for both.
fn ask_server(server: &str, query: &str) -> Vec<tokio_postgres::Row> {
    let ask = async {
        let connecting = tokio_postgres::connect(server, tokio_postgres::NoTls);
        let (client, connection) = connecting.await.unwrap();
        tokio::spawn(connection);
        client.query(query, &[]).await.unwrap()
    };
    let on_its_own = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(ask)
    };
    // A runtime neither waits for another one on its own thread, nor drops one there.
    std::thread::scope(|scope| scope.spawn(on_its_own).join().unwrap())
}
