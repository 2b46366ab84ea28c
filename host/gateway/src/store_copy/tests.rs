use std::path::{Path, PathBuf};

use chargetap_engine::platform::Row;
use chargetap_engine::verification;
use tempfile::TempDir;

use super::*;
use crate::database_file::DatabaseFile;

/// What is in the source: an event whose readings are gone, a number that was given out and is there no more, and what
/// is sorted otherwise in other languages.
const CONTENT: &str = "
    INSERT INTO event (rowid, session, version, event, at, state, view, phase, commands)
    VALUES (7, 'S-1', 1, '{}', 5, x'00ff', '{\"terminal\":\"T\",\"evse\":{\"station\":\"CT\",\"connector\":1}}',
            'charging', '[]'),
           (9, 'S-1', 2, '{}', 6, x'01', '{\"terminal\":\"T\",\"evse\":{\"station\":\"CT\",\"connector\":1}}',
            'settled', '[]');
    UPDATE sqlite_sequence SET seq = 1000041 WHERE name = 'session';
    INSERT INTO sqlite_sequence (name, seq) VALUES ('station_transaction', 1000000);
    INSERT INTO notice VALUES ('b', '1', 1), ('A', '2', 1), ('ä', '3', 1), ('B', '4', 1);
    INSERT INTO picture VALUES ('hash', x'00');
    INSERT INTO fleet_write (number, at, actor, changes)
    VALUES (1, 1, 'somebody', '[{\"kind\":\"site\",\"key\":\"s\",\"after\":{\"record\":1}}]');";

struct Files {
    _folder: TempDir,
    source: PathBuf,
    target: PathBuf,
}

impl Files {
    /// A store with contents, and a file that is not there.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (source, target) = (folder.path().join("from.db"), folder.path().join("to.db"));
        verification::upgrade(&DatabaseFile::open(&source).unwrap())
            .await
            .unwrap();
        execute(&source, CONTENT);
        Self {
            _folder: folder,
            source,
            target,
        }
    }

    async fn copy(&self) -> Result<Copied, CopyError> {
        let source = Connection::File(DatabaseFile::look(&self.source).unwrap());
        let target = Target::from(DatabaseFile::open(&self.target).unwrap());
        copy(&source, &target, None, &Faults::default()).await
    }

    /// As if the last copy had not ended, and more.
    fn undo(&self, statements: &str) {
        let unfinished = "UPDATE store_version SET version = 9223372036854775807";
        execute(&self.target, unfinished);
        // The audit log is only added to.
        let triggers =
            "SELECT concat('DROP TRIGGER ', name) FROM sqlite_schema WHERE type = 'trigger'";
        for drop in texts(&self.target, triggers) {
            execute(&self.target, &drop);
        }
        execute(&self.target, statements);
    }
}

fn execute(path: &Path, statements: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(statements).unwrap();
}

fn texts(path: &Path, query: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut query = connection.prepare(query).unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn a_copy_has_every_row_every_place_and_every_number_that_was_given_out() {
    let files = Files::new().await;
    let copied = files.copy().await.unwrap();
    assert_eq!(copied.found, 0);
    for query in [
        "SELECT concat(rowid, session, version, hex(state), at, coalesce(card, '-')) FROM event ORDER BY rowid",
        "SELECT concat(number, id, phase, version) FROM session",
        "SELECT concat(terminal, notice) FROM notice ORDER BY terminal",
        "SELECT concat(kind, key, item) FROM fleet_item",
        "SELECT concat(write, kind, key, after) FROM fleet_change",
        "SELECT concat(name, seq) FROM sqlite_sequence WHERE seq > 0 ORDER BY name",
        "SELECT concat(type, name) FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name",
        "SELECT concat('version ', version) FROM store_version",
    ] {
        let found = texts(&files.target, query);
        assert!(!found.is_empty(), "{query}");
        assert_eq!(found, texts(&files.source, query), "{query}");
    }
    execute(
        &files.target,
        "INSERT INTO session (id, version, terminal, station, connector, phase, view, state)
         VALUES ('S-2', 1, 'T', 'CT', 1, 'charging', '{}', x'00')",
    );
    let next = texts(&files.target, "SELECT '' || max(number) FROM session");
    assert_eq!(next, ["1000042"]);
}

#[tokio::test]
async fn a_copy_that_was_cut_off_goes_on_after_the_last_row_of_each_table() {
    let files = Files::new().await;
    let all = files.copy().await.unwrap().rows;
    files.undo("DELETE FROM event WHERE rowid = 9; DELETE FROM notice WHERE terminal > 'B'; DROP TABLE vehicle");
    let copied = files.copy().await.unwrap();
    assert_eq!((copied.rows, copied.found), (all, all - 3), "{copied:?}");
    let notices = texts(&files.target, "SELECT notice FROM notice ORDER BY terminal");
    assert_eq!(notices, ["2", "4", "1", "3"]);
}

#[tokio::test]
async fn a_number_that_was_given_out_in_the_target_is_not_taken_back() {
    let files = Files::new().await;
    files.copy().await.unwrap();
    files.undo("UPDATE sqlite_sequence SET seq = 2000000 WHERE name = 'session'");
    files.copy().await.unwrap();
    let kept = "SELECT '' || seq FROM sqlite_sequence WHERE name = 'session'";
    assert_eq!(texts(&files.target, kept), ["2000000"]);
}

#[tokio::test]
async fn a_row_that_is_missing_or_another_is_found_and_no_gateway_starts_on_it() {
    let files = Files::new().await;
    files.copy().await.unwrap();
    for (damage, expected) in [
        (
            "DELETE FROM event WHERE rowid = 7",
            "table event of the target has 1 rows",
        ),
        (
            "UPDATE notice SET at = 2 WHERE terminal = 'A'",
            "the rows of table notice are others",
        ),
        (
            "UPDATE picture SET bytes = x'01'",
            "the rows of table picture are others",
        ),
        (
            "INSERT INTO recall VALUES ('a', 'b', 'c', 'd', 1, NULL)",
            "table recall of the target has 1 rows",
        ),
    ] {
        files.undo(damage);
        let error = files.copy().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        let target = DatabaseFile::open(&files.target).unwrap();
        let error = verification::upgrade(&target).await.unwrap_err();
        assert!(error.to_string().contains("did not end"), "{error}");
        drop(target);
        std::fs::remove_file(&files.target).unwrap();
        files.copy().await.unwrap();
    }
}

#[tokio::test]
async fn only_a_store_of_this_version_is_copied_and_only_into_an_empty_database() {
    let files = Files::new().await;
    files.copy().await.unwrap();
    let error = files.copy().await.unwrap_err();
    assert!(matches!(error, CopyError::NotEmpty), "{error}");
    std::fs::remove_file(&files.target).unwrap();
    execute(&files.target, "CREATE TABLE notes (text TEXT)");
    let error = files.copy().await.unwrap_err();
    assert!(matches!(error, CopyError::NotEmpty), "{error}");
    execute(&files.source, "UPDATE store_version SET version = 1");
    let error = files.copy().await.unwrap_err();
    assert!(
        error.to_string().contains("start the gateway on it once"),
        "{error}"
    );
}

#[test]
fn rows_that_only_look_alike_have_different_sums() {
    let sum = |rows: &[Row]| {
        let mut hash = Sha256::new();
        rows.iter().for_each(|row| add(&mut hash, row));
        <[u8; 32]>::from(hash.finalize())
    };
    let text = |text: &str| Value::Text(text.into());
    let rows = [
        vec![text("ab"), text("c")],
        vec![text("a"), text("bc")],
        vec![text("1"), Value::Null],
        vec![Value::Integer(1), Value::Null],
        vec![Value::Blob(b"1".to_vec()), Value::Null],
        vec![Value::Null, text("1")],
    ];
    for (at, row) in rows.iter().enumerate() {
        for other in rows.iter().skip(at + 1) {
            assert_ne!(
                sum(std::slice::from_ref(row)),
                sum(std::slice::from_ref(other))
            );
        }
    }
    let [first, second, ..] = rows;
    assert_ne!(
        sum(&[first.clone(), second.clone()]),
        sum(&[second, first]),
        "the order counts"
    );
}
