//! Whether tables, indexes and triggers are those of this program's version: a trigger that is missing, or is of
//! somebody else, changes what is stored, and without a unique index two sessions could have the same EVSE.

use super::finding::{Checked, Finding, MADE_ANEW, RESTORE};
use crate::platform::{Database, Dialect};
use crate::store::error::StoreError;
use crate::store::migrations::{VERSION, version};
use crate::store::rows::{Reader, texts};
use crate::store::schema::{DEFINITIONS, postgres};

const FOREIGN: (&str, &str) = (
    "it is none of this program's",
    "Somebody else added it: remove it.",
);

/// Find what is not as this program makes it.
pub(super) async fn definitions(database: &impl Database) -> Result<Checked, StoreError> {
    if let Some(of_other_version) = of_other_version(database).await? {
        return Ok(of_other_version);
    }
    match database.dialect() {
        Dialect::Sqlite => in_file(database).await,
        Dialect::Postgres => on_server(database).await,
    }
}

async fn in_file(database: &impl Database) -> Result<Checked, StoreError> {
    let statement = "SELECT concat(type, ' ', name), coalesce(sql, '') FROM sqlite_schema
                     WHERE name NOT LIKE 'sqlite_%' AND tbl_name NOT LIKE '%_of_version_0'";
    let mut found = Vec::new();
    for row in database.query(statement, Vec::new()).await? {
        let mut row = Reader::new(row);
        found.push((row.text()?, row.text()?));
    }
    let known: Vec<(String, String)> = DEFINITIONS.iter().filter_map(|it| named(it)).collect();
    let missing = known.iter().filter_map(|(name, sql)| {
        let there = found.iter().find(|(found, _)| found == name);
        let problem = match there {
            None => "it is missing",
            // The columns of a table may stand in another order: some were added.
            Some((_, kept)) if !name.starts_with("table ") && words(kept) != *sql => {
                "it is another"
            }
            Some(_) => return None,
        };
        Some((name, problem, RESTORE))
    });
    let foreign = found
        .iter()
        .map(|(name, _)| name)
        .filter(|name| *name != "view receipt" && known.iter().all(|(known, _)| known != *name))
        .map(|name| (name, FOREIGN.0, FOREIGN.1));
    Ok(Checked {
        count: known.len() as u64,
        findings: findings(missing.chain(foreign)),
    })
}

/// A server keeps definitions in words of its own: their names are compared, and which indexes are unique. It has no
/// triggers of this program.
async fn on_server(database: &impl Database) -> Result<Checked, StoreError> {
    let statement = "SELECT concat('table ', table_name) FROM information_schema.tables
                     WHERE table_schema = current_schema()
                     UNION ALL
                     SELECT concat(CASE WHEN indexdef LIKE 'CREATE UNIQUE %' THEN 'unique ' ELSE '' END,
                                   'index ', indexname)
                     FROM pg_indexes WHERE schemaname = current_schema()
                     UNION ALL
                     SELECT concat('trigger ', trigger_name) FROM information_schema.triggers
                     WHERE trigger_schema = current_schema()";
    let found = texts(database.query(statement, Vec::new()).await?)?;
    let known = on_servers();
    let missing = known.iter().filter(|it| !found.contains(it));
    let missing = missing.map(|it| (it, "it is missing", MADE_ANEW));
    let foreign = found.iter().filter(|it| it.starts_with("trigger "));
    let foreign = foreign.map(|it| (it, FOREIGN.0, FOREIGN.1));
    Ok(Checked {
        count: known.len() as u64,
        findings: findings(missing.chain(foreign)),
    })
}

/// What this program makes on a server, by the names of it there.
fn on_servers() -> Vec<String> {
    let made = postgres::DEFINITIONS.iter().filter_map(|it| named(it));
    made.map(
        |(name, statement)| match statement.starts_with("CREATE UNIQUE ") {
            true => format!("unique {name}"),
            false => name,
        },
    )
    .collect()
}

fn findings<'a>(
    found: impl Iterator<Item = (&'a String, &'static str, &'static str)>,
) -> Vec<Finding> {
    let finding = |(name, problem, action): (&String, &'static str, &'static str)| Finding {
        id: name.clone(),
        problem: problem.to_owned(),
        action,
    };
    found.map(finding).collect()
}

/// What is found in a database of another version.
async fn of_other_version(database: &impl Database) -> Result<Option<Checked>, StoreError> {
    let version = version(database).await?;
    Ok((version != VERSION).then(|| Checked {
        count: 0,
        findings: vec![Finding {
            id: "version".to_owned(),
            problem: format!("it is {version}, and that of this program is {VERSION}"),
            action: "Verify it by the program that wrote it. A start of this one, and `chargetap restore`, bring an \
                     earlier version to its own.",
        }],
    }))
}

/// The kind and name of what a statement makes, and the statement as SQLite keeps it, word by word.
fn named(definition: &str) -> Option<(String, String)> {
    let kept = words(&definition.replacen("IF NOT EXISTS ", "", 1));
    let made = kept.strip_prefix("CREATE ")?;
    let mut made = made.strip_prefix("UNIQUE ").unwrap_or(made).split(' ');
    let (kind, name) = (made.next()?, made.next()?);
    Some((format!("{} {name}", kind.to_lowercase()), kept.clone()))
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_and_index_of_a_server_has_a_name_by_which_it_is_found() {
        let known = on_servers();
        assert_eq!(known.len(), postgres::DEFINITIONS.len());
        for name in [
            "table session",
            "unique index session_of_evse",
            "index session_due",
        ] {
            assert!(known.iter().any(|it| it == name), "{name}: {known:?}");
        }
    }
}
