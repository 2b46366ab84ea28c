//! A folder of files that say what is to be on record.
//!
//! | file                    | what it says                                                                    |
//! |-------------------------|---------------------------------------------------------------------------------|
//! | `sites/north.json`      | the details of the site `north`, as `site put` takes them                       |
//! | `sites.json`            | the details of many sites, by their keys                                        |
//! | `terminals/SO-7.csv`    | many terminals of the order `SO-7`, as `order import` takes them                |
//!
//! So for every kind. A station may name a `password`, as `{"file": "CT-1.key"}` or `{"env": "VARIABLE"}`, and a terminal
//! its `domain` at the vendor.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chargetap_engine::config::SecretSource;
use chargetap_fleet::import;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::problem::sentence;
use crate::secrets;

/// What there can be, by the names of files and folders.
const KINDS: [&str; 7] = [
    "customers",
    "sites",
    "people",
    "tariffs",
    "stations",
    "orders",
    "terminals",
];

/// Everything that a folder says, as the interface takes it.
///
/// # Errors
/// A file cannot be read, has another name or form than one may have, or says again what another one says.
pub(super) fn read(path: &Path) -> anyhow::Result<Folder> {
    let mut folder = Folder {
        path: path.to_owned(),
        records: Map::new(),
        passwords: BTreeMap::new(),
        files: BTreeMap::new(),
    };
    for entry in entries(path)? {
        folder.take_entry(&entry)?;
    }
    if folder.records.is_empty() {
        bail!("{} says nothing: {}", path.display(), HINT);
    }
    Ok(folder)
}

const HINT: &str = "a site is in sites/KEY.json, or in sites.json by its key, and so are customers, people, tariffs, stations, \
     orders and terminals";

/// What a folder says.
pub(super) struct Folder {
    path: PathBuf,
    /// As the interface takes them.
    pub(super) records: Map<String, Value>,
    /// By station.
    pub(super) passwords: BTreeMap<String, SecretString>,
    /// Which file said what.
    files: BTreeMap<(String, String), PathBuf>,
}

impl Folder {
    fn take_entry(&mut self, entry: &Path) -> anyhow::Result<()> {
        let (Some(named), true) = (stem(entry), is_ours(entry)) else {
            return Ok(());
        };
        let Some(kind) = KINDS.into_iter().find(|kind| *kind == named) else {
            // Keys, notes and other files may lie beside.
            match entry.is_dir() || entry.extension() == Some(OsStr::new("json")) {
                true => bail!("{} is of no kind: {HINT}", entry.display()),
                false => return Ok(()),
            }
        };
        if !entry.is_dir() {
            let Value::Object(records) = json(entry)? else {
                bail!(
                    "{} has to be an object with the records by their keys",
                    entry.display()
                );
            };
            for (key, details) in records {
                self.take(kind, key, details, entry)?;
            }
            return Ok(());
        }
        for file in entries(entry)? {
            let Some(name) = stem(&file).filter(|_| is_ours(&file)) else {
                continue;
            };
            match file.extension().and_then(OsStr::to_str) {
                Some("json") => self.take(kind, name.to_owned(), json(&file)?, &file)?,
                Some("csv") if kind == "terminals" => self.take_terminals(name, &file)?,
                _ => bail!(
                    "{} has to be a file of JSON, or of CSV for terminals",
                    file.display()
                ),
            }
        }
        Ok(())
    }

    fn take_terminals(&mut self, order: &str, file: &Path) -> anyhow::Result<()> {
        let bytes = std::fs::read(file).with_context(|| unreadable(file))?;
        let order = order.parse();
        let order = order.map_err(|error| anyhow::anyhow!("{}: {error}", file.display()))?;
        let rows = import::parse(&bytes, &order).map_err(|reasons| {
            let reasons: Vec<String> = reasons.iter().map(sentence).collect();
            anyhow::anyhow!("{}: {}", file.display(), reasons.join("\n  "))
        })?;
        for row in rows {
            let mut details = serde_json::to_value(&row.details)?;
            if let Value::Object(details) = &mut details {
                details.insert("domain".to_owned(), serde_json::to_value(row.domain)?);
            }
            self.take("terminals", row.serial.to_string(), details, file)?;
        }
        Ok(())
    }

    fn take(
        &mut self,
        kind: &str,
        key: String,
        mut details: Value,
        file: &Path,
    ) -> anyhow::Result<()> {
        let name = (kind.to_owned(), key.clone());
        if let Some(other) = self.files.insert(name, file.to_owned()) {
            bail!(
                "{} and {} both say what {kind} {key} is",
                other.display(),
                file.display()
            );
        }
        if let Value::Object(members) = &mut details {
            if kind == "stations"
                && let Some(source) = members.remove("password")
            {
                let source: SecretSource =
                    serde_json::from_value(source).with_context(|| file.display().to_string())?;
                let password = secrets::read(&source, &self.path)?;
                self.passwords.insert(key.clone(), password);
            }
            if kind == "terminals"
                && let Some(domain) = members.remove("domain")
            {
                self.put("domains", &key, domain);
            }
        }
        self.put(kind, &key, details);
        Ok(())
    }

    fn put(&mut self, kind: &str, key: &str, value: Value) {
        let of_kind = self
            .records
            .entry(kind)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(of_kind) = of_kind {
            of_kind.insert(key.to_owned(), value);
        }
    }
}

fn entries(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| unreadable(folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.with_context(|| unreadable(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn json(file: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(file).with_context(|| unreadable(file))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
}

fn unreadable(path: &Path) -> String {
    format!("{} cannot be read", path.display())
}

fn stem(path: &Path) -> Option<&str> {
    path.file_stem()?.to_str()
}

/// Whether it is none of those that editors and systems leave.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    !name.starts_with('.') && !name.ends_with('~')
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::json;

    use super::*;

    fn write(folder: &Path, name: &str, text: &str) {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn a_folder_says_records_in_files_of_one_and_of_many() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        write(folder, "sites/north.json", r#"{"name": "North"}"#);
        write(
            folder,
            "tariffs.json",
            r#"{"day": {"prices": {}}, "night": {"prices": {}}}"#,
        );
        write(
            folder,
            "stations/CT-1.json",
            r#"{"site": "north", "password": {"file": "ct-1.key"}}"#,
        );
        write(folder, "ct-1.key", "correct horse\n");
        write(
            folder,
            "terminals/SO-7.csv",
            "serial,model,site,domain\nP66-1,p66,north,platform\n",
        );
        write(folder, ".git/config", "");
        write(folder, "README.md", "");
        let Folder {
            records, passwords, ..
        } = read(folder).unwrap();
        let records = Value::Object(records);
        assert_eq!(records["sites"], json!({"north": {"name": "North"}}));
        assert_eq!(
            records["tariffs"],
            json!({"day": {"prices": {}}, "night": {"prices": {}}})
        );
        assert_eq!(records["stations"], json!({"CT-1": {"site": "north"}}));
        assert_eq!(passwords["CT-1"].expose_secret(), "correct horse");
        assert_eq!(records["domains"], json!({"P66-1": "platform"}));
        assert_eq!(records["terminals"]["P66-1"]["order"], "SO-7");
    }

    #[test]
    fn what_cannot_be_meant_is_named_by_its_file() {
        for (files, named) in [
            (&[("site/north.json", "{}")][..], "site is of no kind"),
            (&[("sites/north.json", "{")], "north.json is no JSON"),
            (
                &[
                    ("sites/north.json", "{}"),
                    ("sites.json", r#"{"north": {}}"#),
                ],
                "both say what sites north is",
            ),
            (&[("sites/north.txt", "")], "north.txt has to be"),
            (&[("terminals/SO-7.csv", "serial\n")], "SO-7.csv: "),
            (
                &[("stations/CT-1.json", r#"{"password": "correct horse"}"#)],
                "a secret never stands here",
            ),
            (&[("notes.txt", "")], "says nothing"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            for (name, text) in files {
                write(folder.path(), name, text);
            }
            let Err(error) = read(folder.path()) else {
                panic!("{files:?}");
            };
            let error = format!("{error:#}");
            assert!(error.contains(named), "{error}");
            assert!(!error.contains("correct horse"), "{error}");
        }
    }
}
