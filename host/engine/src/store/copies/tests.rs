use super::*;
use crate::store::disk::Disk;
use crate::store::migrations::migrate;

/// The names of what a database has, except what SQLite makes by itself.
async fn names(disk: &Disk) -> String {
    disk.text(
        "SELECT group_concat(type || ' ' || name, ', ' ORDER BY type, name)
         FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
    )
    .await
}

#[tokio::test]
async fn no_gateway_starts_on_a_copy_that_did_not_end() {
    let disk = Disk::empty();
    assert_eq!(state(&disk).await.unwrap(), CopyState::Empty);
    begin(&disk).await.unwrap();
    assert_eq!(state(&disk).await.unwrap(), CopyState::Unfinished);
    let error = migrate(&disk).await.unwrap_err().to_string();
    assert!(error.contains("did not end"), "{error}");
    // It goes on, and may begin as often as it is cut off.
    begin(&disk).await.unwrap();
    assert_eq!(state(&disk).await.unwrap(), CopyState::Unfinished);
    assert!(finish(&disk).await.unwrap());
    assert_eq!(state(&disk).await.unwrap(), CopyState::Current);
    migrate(&disk).await.unwrap();
    // Another copy that was made at the same time comes too late.
    assert!(!finish(&disk).await.unwrap());
}

#[tokio::test]
async fn a_copy_has_the_tables_indexes_and_triggers_of_a_store() {
    let (disk, fresh) = (Disk::empty(), Disk::fresh().await);
    begin(&disk).await.unwrap();
    assert!(
        !names(&disk).await.contains("trigger"),
        "{}",
        names(&disk).await
    );
    assert!(finish(&disk).await.unwrap());
    assert_eq!(names(&disk).await, names(&fresh).await);
}

#[tokio::test]
async fn what_a_database_is_is_told_apart() {
    let disk = Disk::empty();
    disk.execute("CREATE TABLE store_version (id INTEGER PRIMARY KEY, version INTEGER)")
        .await;
    assert_eq!(state(&disk).await.unwrap(), CopyState::Empty);
    disk.execute("CREATE TABLE notes (text TEXT)").await;
    assert_eq!(state(&disk).await.unwrap(), CopyState::Unknown);
    disk.execute("INSERT INTO store_version VALUES (1, 1)")
        .await;
    assert_eq!(state(&disk).await.unwrap(), CopyState::OfVersion(1));
}

#[test]
fn whatever_is_copied_has_a_column_in_postgresql_too() {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    for definition in tables() {
        connection.execute_batch(definition).unwrap();
    }
    let columns = "SELECT tables.name, columns.name
                   FROM pragma_table_list AS tables, pragma_table_info(tables.name) AS columns
                   WHERE tables.schema = 'main' AND tables.name NOT LIKE 'sqlite_%'";
    let mut columns = connection.prepare(columns).unwrap();
    let columns = columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    let columns: Vec<(String, String)> = columns.unwrap().map(Result::unwrap).collect();
    assert!(columns.len() > 150, "{columns:?}");
    for (table, column) in columns {
        let made = format!("CREATE TABLE IF NOT EXISTS {table} (");
        let definition = postgres::DEFINITIONS
            .iter()
            .find(|it| it.starts_with(&made));
        let mut lines = definition.unwrap().lines().map(str::trim);
        let has = lines.any(|line| line.starts_with(&format!("{column} ")));
        assert!(has, "{table}.{column}");
    }
}
