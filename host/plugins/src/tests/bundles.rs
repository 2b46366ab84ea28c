//! Which bundles are taken.

use std::path::Path;

use p256::ecdsa::SigningKey;
use tempfile::TempDir;

use super::inspections::components_in_components;
use crate::bundle::{Listed, MANIFEST, Manifest, SIGNATURE, sha256};
use crate::{
    Bundle, COMPONENTS, Flaw, LoadError, Plugins, PrivateKey, PublicKey, Trust, component_path,
    sign_folder,
};

const GOOD: &str =
    r#"(component (@custom "chargetap:contract" "0.1.0") (@custom "version" "1.2.3"))"#;
/// The one that goes wrong, which is read last.
pub(super) const LAST: &str = "receipt-generator";
const LAST_FILE: &str = "receipt-generator.wasm";

fn key(seed: u8) -> PrivateKey {
    PrivateKey(SigningKey::from_slice(&[seed; 32]).unwrap())
}

pub(super) fn owner() -> PrivateKey {
    key(1)
}

fn stranger() -> PrivateKey {
    key(2)
}

pub(super) fn trust(keys: &[PrivateKey]) -> Trust {
    Trust::Keys(keys.iter().map(PublicKey::from).collect())
}

/// A folder with three components.
pub(super) fn components() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in COMPONENTS {
        write_component(folder.path(), name, &wat::parse_str(GOOD).unwrap());
    }
    folder
}

fn write_component(folder: &Path, name: &str, bytes: &[u8]) {
    std::fs::write(component_path(folder, name), bytes).unwrap();
}

/// A bundle that the owner signed.
pub(super) fn bundle() -> TempDir {
    let folder = components();
    sign_folder(folder.path(), &owner()).unwrap();
    folder
}

fn sign_manifest(folder: &Path, manifest: &[u8]) {
    std::fs::write(folder.join(MANIFEST), manifest).unwrap();
    std::fs::write(folder.join(SIGNATURE), owner().sign(manifest)).unwrap();
}

/// Put another text in the place of one in the manifest, and have the owner sign that.
fn sign_changed(folder: &Path, from: &str, to: &str) {
    let manifest = std::fs::read_to_string(folder.join(MANIFEST)).unwrap();
    assert!(manifest.contains(from), "{manifest}");
    sign_manifest(folder, manifest.replacen(from, to, 1).as_bytes());
}

/// Have the owner sign a component in the place of the last one, whatever it is.
fn sign_with(folder: &Path, bytes: &[u8]) {
    write_component(folder, LAST, bytes);
    let listed = |name: &str| {
        let bytes = std::fs::read(component_path(folder, name)).unwrap();
        Listed {
            name: name.to_owned(),
            version: "1.2.3".to_owned(),
            size: bytes.len().try_into().unwrap(),
            sha256: sha256(&bytes),
        }
    };
    let manifest = Manifest::new("0.1.0".to_owned(), COMPONENTS.map(listed).to_vec());
    sign_manifest(folder, &manifest.to_bytes().unwrap());
}

fn sign_with_text(folder: &Path, text: &str) {
    sign_with(folder, &wat::parse_str(text).unwrap());
}

pub(super) fn change_last(folder: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::fs::read(component_path(folder, LAST)).unwrap();
    change(&mut bytes);
    write_component(folder, LAST, &bytes);
}

/// Whether a folder is trusted, without that anything is compiled.
pub(super) fn check(folder: &Path, trust: &Trust) -> Result<(), LoadError> {
    let bundle = Bundle::open(folder, trust)?;
    COMPONENTS
        .into_iter()
        .try_for_each(|name| bundle.component(name).map(drop))
}

/// What is wrong with a folder, and with which of its files, for a host that knows the owner's key.
fn refusal(folder: &Path) -> (String, Flaw) {
    let cache = folder.join("cache");
    let loaded = Plugins::load(folder, &trust(&[owner()]), &cache, Vec::new());
    // What is compiled is stored.
    assert!(!cache.exists(), "nothing is compiled");
    match loaded {
        Err(LoadError::Refused { path, flaw }) => {
            let file = path.file_name().unwrap().to_str().unwrap();
            (file.to_owned(), flaw)
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bundle_is_taken_as_it_was_signed() {
    let folder = bundle();
    check(folder.path(), &trust(&[owner()])).unwrap();
    let manifest = std::fs::read_to_string(folder.path().join(MANIFEST)).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["format"], 1);
    assert_eq!(manifest["contract"], "0.1.0");
    let bytes = std::fs::read(component_path(folder.path(), LAST)).unwrap();
    assert_eq!(
        manifest["components"][2],
        serde_json::json!({
            "name": LAST, "version": "1.2.3", "size": bytes.len(), "sha256": sha256(&bytes),
        })
    );
}

/// A change of a good bundle, the file that is refused for it, and whether that is for this reason.
type Case = (fn(&Path), &'static str, fn(&Flaw) -> bool);

fn wrong_manifests() -> Vec<Case> {
    vec![
        (
            |it| std::fs::remove_file(it.join(MANIFEST)).unwrap(),
            MANIFEST,
            |it| *it == Flaw::NoManifest,
        ),
        (
            |it| std::fs::write(it.join(MANIFEST), vec![b' '; 1 << 20]).unwrap(),
            MANIFEST,
            |it| matches!(it, Flaw::TooLarge(_)),
        ),
        (
            |it| std::fs::remove_file(it.join(SIGNATURE)).unwrap(),
            SIGNATURE,
            |it| *it == Flaw::NoSignature,
        ),
        (
            |it| std::fs::write(it.join(SIGNATURE), "AAAA").unwrap(),
            SIGNATURE,
            |it| *it == Flaw::MalformedSignature,
        ),
        (
            |it| drop(sign_folder(it, &stranger()).unwrap()),
            SIGNATURE,
            |it| *it == Flaw::UnknownSigner,
        ),
        (
            |it| sign_changed(it, "\"size\"", "\"weight\""),
            MANIFEST,
            |it| matches!(it, Flaw::MalformedManifest(_)),
        ),
        (
            |it| sign_manifest(it, br#"{"format":2,"bundle":[]}"#),
            MANIFEST,
            |it| *it == Flaw::OtherFormat(2),
        ),
        (
            |it| sign_changed(it, "\"contract\": \"0.1.0\"", "\"contract\": \"0.2.0\""),
            MANIFEST,
            |it| *it == Flaw::OtherContract("0.2.0".to_owned()),
        ),
    ]
}

fn wrong_components() -> Vec<Case> {
    vec![
        (
            |it| sign_changed(it, LAST, "another"),
            LAST_FILE,
            |it| *it == Flaw::NotListed,
        ),
        (
            |it| std::fs::remove_file(component_path(it, LAST)).unwrap(),
            LAST_FILE,
            |it| matches!(it, Flaw::Unreadable(_)),
        ),
        (
            |it| change_last(it, |bytes| bytes.truncate(bytes.len() - 1)),
            LAST_FILE,
            |it| matches!(it, Flaw::Truncated { size, listed } if size + 1 == *listed),
        ),
        (
            |it| change_last(it, |bytes| *bytes.last_mut().unwrap() ^= 1),
            LAST_FILE,
            |it| *it == Flaw::Altered,
        ),
        (
            |it| change_last(it, |bytes| bytes.resize((8 << 20) + 1, 0)),
            LAST_FILE,
            |it| *it == Flaw::TooLarge(8 << 20),
        ),
        (
            |it| sign_with(it, b"not wasm"),
            LAST_FILE,
            |it| matches!(it, Flaw::Malformed(_)),
        ),
        (
            |it| sign_with(it, &components_in_components(11)),
            LAST_FILE,
            |it| *it == Flaw::TooDeep,
        ),
        (
            |it| {
                let contains = "(instance (instantiate $c))".repeat(11);
                let text = format!(
                    r#"(component (@custom "chargetap:contract" "0.1.0") (component $c) {contains})"#
                );
                sign_with_text(it, &text);
            },
            LAST_FILE,
            |it| *it == Flaw::TooComplex,
        ),
        (
            |it| sign_with_text(it, "(component)"),
            LAST_FILE,
            |it| *it == Flaw::NoContract,
        ),
        (
            |it| sign_with_text(it, r#"(component (@custom "chargetap:contract" "0.0.9"))"#),
            LAST_FILE,
            |it| *it == Flaw::OtherContract("0.0.9".to_owned()),
        ),
        (
            |it| {
                sign_with_text(
                    it,
                    r#"(component (@custom "chargetap:contract" "0.1.0") (import "clock" (func)))"#,
                );
            },
            LAST_FILE,
            |it| *it == Flaw::Imports("clock".to_owned()),
        ),
    ]
}

#[test]
fn everything_that_can_be_wrong_is_told_apart_and_nothing_is_compiled() {
    let mut texts = Vec::new();
    for (change, file, is_expected) in wrong_manifests().into_iter().chain(wrong_components()) {
        let folder = bundle();
        change(folder.path());
        let (refused, flaw) = refusal(folder.path());
        assert_eq!(refused, file, "{flaw:?}");
        assert!(is_expected(&flaw), "{flaw:?}");
        texts.push(flaw.to_string());
    }
    let all = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), all, "each has a text of its own: {texts:#?}");
}

#[test]
fn a_folder_that_is_not_there_is_not_taken_for_an_unsigned_one() {
    let nowhere = tempfile::tempdir().unwrap().path().join("nowhere");
    let (_, flaw) = refusal(&nowhere);
    assert!(matches!(flaw, Flaw::Unreadable(_)), "{flaw}");
}

#[test]
fn a_manifest_that_was_changed_after_it_was_signed_is_refused() {
    let folder = bundle();
    let manifest = folder.path().join(MANIFEST);
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("1.2.3", "1.2.4")).unwrap();
    assert_eq!(
        refusal(folder.path()),
        (SIGNATURE.to_owned(), Flaw::UnknownSigner)
    );
}

#[test]
fn a_bundle_counts_while_any_of_the_trusted_keys_signed_it() {
    let (old, new) = (key(3), key(4));
    let folder = components();
    sign_folder(folder.path(), &old).unwrap();
    let [old, new] = [&old, &new].map(PublicKey::from);
    let is_taken = |keys: &[&PublicKey]| {
        let keys = keys.iter().copied().cloned().collect();
        check(folder.path(), &Trust::Keys(keys)).is_ok()
    };
    assert!(is_taken(&[&old]));
    assert!(is_taken(&[&new, &old]));
    assert!(!is_taken(&[&new]));
    sign_folder(folder.path(), &key(4)).unwrap();
    assert!(is_taken(&[&new, &old]));
    assert!(is_taken(&[&new]));
    assert!(!is_taken(&[]));
}

#[test]
fn unsigned_components_are_taken_if_they_are_wanted_and_can_only_compute() {
    let folder = components();
    check(folder.path(), &Trust::Unsigned).unwrap();
    for (text, expected) in [
        ("(component)", Flaw::NoContract),
        (
            r#"(component (@custom "chargetap:contract" "0.1.0") (import "clock" (func)))"#,
            Flaw::Imports("clock".to_owned()),
        ),
        (
            r#"(module (@custom "chargetap:contract" "0.1.0"))"#,
            Flaw::Malformed("it is a core module".to_owned()),
        ),
    ] {
        write_component(folder.path(), LAST, &wat::parse_str(text).unwrap());
        match check(folder.path(), &Trust::Unsigned) {
            Err(LoadError::Refused { flaw, .. }) => assert_eq!(flaw, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_no_host_would_take_is_not_signed() {
    for text in [
        r#"(component (@custom "version" "1.2.3"))"#,
        r#"(component (@custom "chargetap:contract" "0.1.0"))"#,
    ] {
        let folder = components();
        write_component(folder.path(), LAST, &wat::parse_str(text).unwrap());
        let error = sign_folder(folder.path(), &owner())
            .unwrap_err()
            .to_string();
        assert!(error.contains(LAST), "{error}");
        assert!(!folder.path().join(MANIFEST).exists());
        assert!(!folder.path().join(SIGNATURE).exists());
    }
}

#[test]
fn the_same_components_have_the_same_signature_by_the_same_key() {
    let [one, other] = [(); 2].map(|()| {
        let folder = bundle();
        [MANIFEST, SIGNATURE].map(|name| std::fs::read(folder.path().join(name)).unwrap())
    });
    assert_eq!(one, other);
}

#[test]
fn a_signature_may_be_broken_into_lines() {
    let folder = bundle();
    let path = folder.path().join(SIGNATURE);
    let mut text = std::fs::read_to_string(&path).unwrap();
    text.insert_str(64, "\r\n");
    std::fs::write(&path, text).unwrap();
    check(folder.path(), &trust(&[owner()])).unwrap();
}
