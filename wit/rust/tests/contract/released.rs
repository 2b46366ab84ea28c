//! What was released stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::lint::findings;
use crate::parts::{Kind, parts};
use crate::{folders, releases, unedited, wit};

/// What `sha256sum` wrote, by file.
fn listed(sums: &str) -> BTreeMap<String, String> {
    let lines = sums.lines().map(|line| line.split_once("  ").unwrap());
    lines
        .map(|(sum, file)| (file.to_owned(), sum.to_owned()))
        .collect()
}

/// The sums of all files in these folders and theirs.
fn sums(root: &Path, folder: &Path, sums: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            self::sums(root, &path, sums);
        } else {
            let sum = Sha256::digest(std::fs::read(&path).unwrap());
            let file = path.strip_prefix(root).unwrap().to_str().unwrap();
            sums.insert(file.to_owned(), base16ct::lower::encode_string(&sum));
        }
    }
}

#[test]
fn the_files_of_a_release_are_those_that_were_released() {
    let folder = wit().join("released");
    let mut found = BTreeMap::new();
    for release in releases() {
        sums(&folder, &release, &mut found);
    }
    let listed = listed(&std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap());
    assert_eq!(found, listed, "a release never changes: put it back");
}

#[test]
fn the_contract_keeps_what_was_released() {
    for release in releases() {
        let found = findings(&unedited(&release), &unedited(&wit()));
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(
            found.is_empty(),
            "{} is altered. If that is wanted, wit/README.md says how.\n{}",
            release.display(),
            found.join("\n")
        );
    }
}

#[test]
fn every_package_of_a_contract_has_its_version() {
    let versions = |folder: &Path| {
        let resolve = unedited(folder);
        let names = resolve.package_names.keys();
        let versions = names.map(|it| it.version.as_ref().unwrap().to_string());
        versions.collect::<BTreeSet<_>>()
    };
    assert_eq!(versions(&wit()).len(), 1);
    let releases = releases();
    assert!(!releases.is_empty());
    for release in &releases {
        let name = release.file_name().unwrap().to_str().unwrap();
        assert_eq!(versions(release), BTreeSet::from([name.to_owned()]));
        assert_eq!(folders(release).len(), 5, "{name}");
    }
}

#[test]
fn a_component_imports_nothing_that_it_can_call() {
    let parts = parts(&unedited(&wit()));
    let worlds = |kind| {
        let linked = parts.values().filter(move |it| it.kind == kind);
        linked.map(|it| it.parent.as_str()).collect::<BTreeSet<_>>()
    };
    let components = worlds(Kind::Export);
    assert_eq!(components.len(), 3, "{components:?}");
    assert!(worlds(Kind::Import).is_disjoint(&components));
}
