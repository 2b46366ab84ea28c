//! What is in the gateway's journal, and what a test puts there.

use serde_json::{Value, json};

use super::{TERMINAL, World};

impl World {
    pub(crate) fn stored_events(&self) -> usize {
        self.count("SELECT count(*) FROM event")
    }

    pub(crate) fn sessions_in_journal(&self) -> usize {
        self.count("SELECT count(*) FROM session")
    }

    /// Make what was reported so many days older.
    pub(crate) fn age_reports(&self, days: i64) {
        let statement = "UPDATE report SET at = at - ?1 * 86400000";
        self.journal().execute(statement, [days]).unwrap();
    }

    /// How many deliveries could be recognised if they were repeated.
    pub(crate) fn known_reports(&self) -> usize {
        self.count("SELECT count(*) FROM report WHERE dedupe IS NOT NULL")
    }

    /// The only session's id.
    pub(crate) fn session(&self) -> String {
        self.journal()
            .query_row("SELECT id FROM session", [], |row| row.get(0))
            .unwrap()
    }

    /// How many events a session has.
    pub(crate) fn session_version(&self, session: &str) -> i64 {
        let query = "SELECT version FROM session WHERE id = ?1";
        self.journal()
            .query_row(query, [session], |row| row.get(0))
            .unwrap()
    }

    pub(crate) fn session_phase(&self, session: &str) -> String {
        let query = "SELECT phase FROM session WHERE id = ?1";
        self.journal()
            .query_row(query, [session], |row| row.get(0))
            .unwrap()
    }

    pub(crate) fn payment_reports(&self) -> usize {
        self.count("SELECT count(*) FROM report")
    }

    pub(crate) fn reads(&self) -> usize {
        self.count("SELECT count(*) FROM ask WHERE confirmed = 1")
    }

    /// Put a read before all others in the journal, as if the terminal had been armed with it.
    pub(crate) fn insert_read_before(&self, read: &str) {
        self.journal()
            .execute(
                r#"INSERT INTO ask (number, id, terminal, ask, chosen, told_at, renew_at, expires_at, confirmed)
                   VALUES (-1, ?1, ?2, '{"Card": {"evse": null, "hold": 1, "text": ""}}', 'null',
                           0, 9000000000000, 9000000000000, 1)"#,
                [read, TERMINAL],
            )
            .unwrap();
    }

    /// Put a receipt into the journal, and one that is still to be issued, as version 0.1 kept them
    /// when a session had one receipt and sessions were no subjects.
    pub(crate) fn insert_old_receipts(&self, issued: &Value, asked_for: &Value) {
        let journal = self.journal();
        let id = issued["id"].as_str().unwrap();
        let session = issued["summary"]["session"].as_str().unwrap();
        journal
            .execute(
                "INSERT INTO receipt (id, session, document) VALUES (?1, ?2, ?3)",
                [id, session, &issued.to_string()],
            )
            .unwrap();
        let session = asked_for["session"].as_str().unwrap();
        let action = json!({"IssueReceipt": asked_for}).to_string();
        journal
            .execute(
                "INSERT INTO command (id, session, action, status)
                 VALUES (?1 || '/receipt', ?1, ?2, 'pending')",
                [session, &action],
            )
            .unwrap();
    }

    fn count(&self, query: &str) -> usize {
        let count: i64 = self
            .journal()
            .query_row(query, [], |row| row.get(0))
            .unwrap();
        count.try_into().unwrap()
    }

    fn journal(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder().join("chargetap.db")).unwrap()
    }
}
