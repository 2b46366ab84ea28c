//! The fleet's records: what is there now, and who changed what.
//!
//! A write is one statement: an insert into `fleet_write`, which a trigger spreads to `fleet_item` (what is),
//! `fleet_change` (what was: nothing there is ever changed, or removed before its time) and `delivery`. With an
//! incident go the pictures that no other one has.

use chargetap_fleet::fleet::{Change, Fleet, Item, Kind};

use super::error::StoreError;
use super::rows;
use super::rows::{Reader, by_dialect, integer, is_full, json, optional_text, place, text};
use crate::platform::{Database, DatabaseError, Value};

/// Changes on their way into the store.
pub(crate) struct Write<'a> {
    /// The write that they follow on: after another one, nothing is stored.
    pub(crate) after: u64,
    pub(crate) at: u64,
    pub(crate) actor: &'a str,
    pub(crate) changes: &'a [Change],
    /// By which a repetition is recognised.
    pub(crate) repetition: Option<Repetition<'a>>,
}

/// A request that may come again, and its answer.
#[derive(Clone, Copy)]
pub(crate) struct Repetition<'a> {
    /// The caller's key for it.
    pub(crate) key: &'a str,
    /// A hash of what was asked.
    pub(crate) fingerprint: &'a str,
    /// The answer; absent where it tells a secret.
    pub(crate) answer: Option<&'a str>,
}

/// A trigger carries the changes to the other tables.
pub(super) const WRITE: &str =
    "INSERT INTO fleet_write (number, at, actor, idempotency, fingerprint, answer, changes)
     SELECT ?1 + 1, ?2, ?3, ?4, ?5, ?6, ?7
     WHERE ?1 = coalesce((SELECT max(number) FROM fleet_write), 0)
     RETURNING number";

/// The same without triggers. All parts see the tables as they were before.
pub(super) const WRITE_AND_SPREAD: &str = "WITH written AS (
        INSERT INTO fleet_write (number, at, actor, idempotency, fingerprint, answer)
        SELECT ?1 + 1, ?2, ?3, ?4, ?5, ?6
        WHERE ?1 = coalesce((SELECT max(number) FROM fleet_write), 0)
        RETURNING number, at),
     change AS (
        SELECT written.number AS write, written.at, element.value ->> 'kind' AS kind, element.value ->> 'key' AS key,
               fleet_item.item AS before, nullif(CAST(element.value -> 'after' AS text), 'null') AS after
        FROM written CROSS JOIN json_array_elements(CAST(?7 AS json)) AS element (value)
        LEFT JOIN fleet_item
        ON fleet_item.kind = element.value ->> 'kind' AND fleet_item.key = element.value ->> 'key'),
     logged AS (
        INSERT INTO fleet_change (write, kind, key, before, after)
        SELECT write, kind, key, before, after FROM change),
     removed AS (
        DELETE FROM fleet_item USING change
        WHERE fleet_item.kind = change.kind AND fleet_item.key = change.key AND change.after IS NULL),
     put AS (
        INSERT INTO fleet_item (kind, key, write, item)
        SELECT kind, key, write, after FROM change WHERE after IS NOT NULL
        ON CONFLICT (kind, key) DO UPDATE SET write = excluded.write, item = excluded.item),
     told AS (
        INSERT INTO delivery (webhook, alert, body, status, next_at)
        SELECT webhook.key, change.key, CAST(CAST(change.after AS json) -> 'record' AS text), 'waiting', change.at
        FROM change JOIN fleet_item AS webhook ON webhook.kind = 'webhook'
        WHERE change.kind = 'alert' AND change.before IS NULL AND change.after IS NOT NULL),
     unused AS (
        DELETE FROM picture USING change,
                                  json_array_elements(CAST(change.before AS json) #> '{record,photographs}') AS gone
        WHERE change.kind = 'incident' AND change.after IS NULL AND picture.hash = gone ->> 'hash'
          AND NOT EXISTS (
            SELECT 1 FROM fleet_item,
                          json_array_elements(CAST(item AS json) #> '{record,photographs}') AS photograph
            WHERE kind = 'incident' AND photograph ->> 'hash' = picture.hash
              AND key NOT IN (SELECT key FROM change WHERE kind = 'incident' AND after IS NULL)))
     SELECT number FROM written";

/// Store changes, all or none. Whether they were: they are not when another write came first.
pub(crate) async fn write(database: &impl Database, write: &Write<'_>) -> Result<bool, StoreError> {
    let repetition = write.repetition.as_ref();
    let written = database
        .query(
            by_dialect(database, WRITE, WRITE_AND_SPREAD),
            vec![
                integer(write.after)?,
                integer(write.at)?,
                text(write.actor),
                optional_text(repetition.map(|it| it.key)),
                optional_text(repetition.map(|it| it.fingerprint)),
                optional_text(repetition.and_then(|it| it.answer)),
                json(write.changes)?,
            ],
        )
        .await;
    match written {
        Ok(rows) => Ok(!rows.is_empty()),
        Err(DatabaseError::Constraint(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// What was answered to a request before: the hash of what was asked, and the answer, if it was kept.
pub(crate) async fn answered(
    database: &impl Database,
    key: &str,
) -> Result<Option<(String, Option<String>)>, StoreError> {
    let rows = database
        .query(
            "SELECT fingerprint, answer FROM fleet_write WHERE idempotency = ?1",
            vec![text(key)],
        )
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let mut row = Reader::new(row);
    Ok(Some((row.text()?, row.optional_text()?)))
}

/// The number of the last write.
pub(crate) async fn last_write(database: &impl Database) -> Result<u64, StoreError> {
    let rows = database
        .query(
            "SELECT coalesce(max(number), 0) FROM fleet_write",
            Vec::new(),
        )
        .await?;
    Reader::new(rows.into_iter().next().unwrap_or_default()).unsigned()
}

/// Keep the answer to a request that was stored without one.
pub(crate) async fn keep_answer(
    database: &impl Database,
    key: &str,
    answer: &str,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE fleet_write SET answer = ?2 WHERE idempotency = ?1",
            vec![text(key), text(answer)],
        )
        .await?;
    Ok(())
}

/// The whole fleet as it is now.
pub(crate) async fn load(database: &impl Database) -> Result<Fleet, StoreError> {
    // One statement, so that the records belong together.
    let rows = database
        .query(
            "SELECT write, item FROM fleet_item
             UNION ALL SELECT coalesce(max(number), 0), CAST(NULL AS text) FROM fleet_write",
            Vec::new(),
        )
        .await?;
    let mut fleet = Fleet::default();
    for row in rows {
        let mut row = Reader::new(row);
        let write = row.unsigned()?;
        match row.optional_text()? {
            Some(stored) => {
                let item: Item = parse(&stored)?;
                fleet.apply(Change::from(item), write);
            }
            None => fleet.write = write,
        }
    }
    Ok(fleet)
}

/// Take in what was written since.
pub(crate) async fn catch_up(
    database: &impl Database,
    fleet: &mut Fleet,
) -> Result<(), StoreError> {
    let rows = database
        .query(
            "SELECT write, kind, key, after FROM fleet_change WHERE write > ?1 ORDER BY write",
            vec![integer(fleet.write)?],
        )
        .await?;
    for row in rows {
        let mut row = Reader::new(row);
        let write = row.unsigned()?;
        let kind: Kind = parse_name(&row.text()?)?;
        let key = row.text()?;
        let after = row.optional_text()?;
        let after = after.map(|stored| parse(&stored)).transpose()?;
        fleet.apply(Change { kind, key, after }, write);
        fleet.write = write;
    }
    Ok(())
}

/// A change as the audit log has it.
pub(crate) struct Audited {
    pub(crate) number: u64,
    pub(crate) at: u64,
    pub(crate) actor: String,
    pub(crate) kind: Kind,
    pub(crate) key: String,
    pub(crate) before: Option<Item>,
    pub(crate) after: Option<Item>,
}

/// Who changed what: the newest writes before one, as many as that, of one record if it is named.
pub(crate) async fn audit(
    database: &impl Database,
    of: Option<&(Kind, String)>,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Audited>, StoreError> {
    let mut parameters = vec![place(before)?, integer(limit.into())?];
    let statement = match of {
        None => {
            "SELECT write, at, actor, kind, key, before, after
             FROM fleet_change JOIN fleet_write ON number = write
             WHERE write < ?1 ORDER BY write DESC, kind, key LIMIT ?2"
        }
        Some((kind, key)) => {
            parameters.extend([text(kind.name()), text(key)]);
            "SELECT write, at, actor, kind, key, before, after
             FROM fleet_change JOIN fleet_write ON number = write
             WHERE write < ?1 AND kind = ?3 AND key = ?4 ORDER BY write DESC LIMIT ?2"
        }
    };
    let rows = database.query(statement, parameters).await?;
    let audited = |row| {
        let mut row = Reader::new(row);
        Ok(Audited {
            number: row.unsigned()?,
            at: row.unsigned()?,
            actor: row.text()?,
            kind: parse_name(&row.text()?)?,
            key: row.text()?,
            before: row.optional_text()?.map(|it| parse(&it)).transpose()?,
            after: row.optional_text()?.map(|it| parse(&it)).transpose()?,
        })
    };
    rows.into_iter().map(audited).collect()
}

/// Drop so many keys of requests that are not repeated any more, with their answers. Whether there may be more.
pub(crate) async fn delete_repetitions(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let dropped = database
        .query(
            "UPDATE fleet_write SET idempotency = NULL, fingerprint = NULL, answer = NULL
             WHERE number IN (SELECT number FROM fleet_write WHERE at < ?1 AND idempotency IS NOT NULL
                              ORDER BY at LIMIT ?2)
             RETURNING number",
            vec![integer(before)?, integer(most)?],
        )
        .await?;
    Ok(is_full(&dropped, most))
}

/// Delete so much of what was written before a moment from the audit log. The last change of each record that there is,
/// and the last write stay. Whether there may be more.
pub(crate) async fn shorten_audit(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let limit = "INSERT INTO audit_limit (id, upto)
                 SELECT 1, number FROM fleet_write WHERE at < ?1 ORDER BY at DESC, number DESC LIMIT 1
                 ON CONFLICT (id) DO UPDATE SET upto = excluded.upto WHERE audit_limit.upto < excluded.upto";
    database.query(limit, vec![integer(before)?]).await?;
    let mut is_any_full = false;
    for statement in [
        "DELETE FROM fleet_change WHERE (write, kind, key) IN (
            SELECT old.write, old.kind, old.key
            FROM fleet_write JOIN fleet_change AS old ON old.write = number
            WHERE at < ?1 AND number <= (SELECT upto FROM audit_limit)
              AND number < (SELECT max(number) FROM fleet_write)
              AND NOT EXISTS (SELECT 1 FROM fleet_item AS record
                              WHERE record.kind = old.kind AND record.key = old.key AND record.write = old.write)
            ORDER BY at LIMIT ?2)
         RETURNING write",
        "DELETE FROM fleet_write WHERE number IN (
            SELECT number FROM fleet_write AS old
            WHERE at < ?1 AND number <= (SELECT upto FROM audit_limit)
              AND number < (SELECT max(number) FROM fleet_write)
              AND NOT EXISTS (SELECT 1 FROM fleet_change WHERE write = old.number)
            ORDER BY at LIMIT ?2)
         RETURNING number",
    ] {
        let parameters = vec![integer(before)?, integer(most)?];
        is_any_full |= is_full(&database.query(statement, parameters).await?, most);
    }
    Ok(is_any_full)
}

/// Keep a picture under its hash.
pub(crate) async fn insert_picture(
    database: &impl Database,
    hash: &str,
    bytes: Vec<u8>,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO picture (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            vec![text(hash), Value::Blob(bytes)],
        )
        .await?;
    Ok(())
}

/// Delete a picture, unless an incident has it.
pub(crate) async fn delete_unused_picture(
    database: &impl Database,
    hash: &str,
) -> Result<(), StoreError> {
    database
        .query(
            by_dialect(
                database,
                "DELETE FROM picture WHERE hash = ?1 AND NOT EXISTS (
                    SELECT 1 FROM fleet_item, json_each(item, '$.record.photographs') AS photograph
                    WHERE kind = 'incident' AND photograph.value ->> '$.hash' = ?1)",
                "DELETE FROM picture WHERE hash = ?1 AND NOT EXISTS (
                    SELECT 1 FROM fleet_item,
                                  json_array_elements(CAST(item AS json) #> '{record,photographs}') AS photograph
                    WHERE kind = 'incident' AND photograph ->> 'hash' = ?1)",
            ),
            vec![text(hash)],
        )
        .await?;
    Ok(())
}

/// A picture by its hash.
pub(crate) async fn picture(
    database: &impl Database,
    hash: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let rows = database
        .query(
            "SELECT bytes FROM picture WHERE hash = ?1",
            vec![text(hash)],
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|row| Reader::new(row).blob()).transpose()
}

fn parse<T: serde::de::DeserializeOwned>(stored: &str) -> Result<T, StoreError> {
    serde_json::from_str(stored).map_err(rows::unreadable)
}

fn parse_name(name: &str) -> Result<Kind, StoreError> {
    serde_json::from_value(name.into()).map_err(rows::unreadable)
}
