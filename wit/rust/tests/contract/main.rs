//! The contract through its versions: what was released stays as it is, and what is compatible by its version is.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod changes;
mod lint;
mod packages;
mod parts;
mod released;

use std::path::{Path, PathBuf};

use wit_parser::{Resolve, SourceMap};

fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folders in a folder, in the order of their names.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = paths.filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

/// A folder for each released version, whose name is the version.
fn releases() -> Vec<PathBuf> {
    folders(&wit().join("released"))
}

/// The contract with a package in each folder, after its files were edited.
fn contract(folder: &Path, mut edit: impl FnMut(&Path, String) -> String) -> Resolve {
    let mut packages = Vec::new();
    for folder in folders(folder) {
        let mut files = SourceMap::default();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "wit") {
                let text = std::fs::read_to_string(&path).unwrap();
                files.push(&path, edit(&path, text));
            }
        }
        if files.source_files().next().is_some() {
            packages.push(files.parse().map_err(|(_, error)| error).unwrap());
        }
    }
    let mut resolve = Resolve::default();
    let any = packages.pop().unwrap();
    resolve.push_groups(any, packages).unwrap();
    resolve
}

fn unedited(folder: &Path) -> Resolve {
    contract(folder, |_, text| text)
}
