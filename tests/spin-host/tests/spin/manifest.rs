//! The application as its manifest describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use spin_host::{Application, Manifest, Settings, Spin};
use tokio::net::TcpListener;
use toml::{Table, Value};

/// The manifest's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The application, composed and compiled once for all tests.
pub fn application() -> &'static Application {
    static APPLICATION: OnceLock<Application> = OnceLock::new();
    APPLICATION.get_or_init(|| {
        manifest()
            .compose()
            .expect("run `cargo xtask build`, or all with `cargo xtask test`")
    })
}

fn manifest() -> Manifest {
    Manifest::read(&root().join("spin.toml")).unwrap()
}

/// A value for every variable that must have one, long enough for a key.
pub fn required_variables() -> BTreeMap<String, String> {
    let names = manifest().required_variables().unwrap().into_iter();
    names
        .map(|name| (name, "0123456789abcdef".repeat(4)))
        .collect()
}

/// What the manifest gives the application, with these files.
fn settings(files: &Path) -> Settings {
    manifest().settings(files, &required_variables()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_starts_with_what_the_manifest_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let spin = Spin::start(application(), settings, listener).unwrap();
    let client = chargetap::client::client().unwrap();
    let ready = client.get(format!("{}/readyz", spin.url())).send().await;
    assert_eq!(ready.unwrap().status(), 200, "{}", spin.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_a_secret_says_which_and_serves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings(folder.path());
    settings.variables.remove("callback_key");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let spin = Spin::start(application(), settings, listener).unwrap();
    let client = chargetap::client::client().unwrap();
    let ready = client.get(format!("{}/readyz", spin.url())).send().await;
    assert_eq!(ready.unwrap().status(), 503);
    assert!(spin.log().contains("callback_key"), "{}", spin.log());
}

/// Spin's rule for the name of a variable: words of lower-case letters and digits, each beginning with
/// a letter, joined by single underscores.
fn is_variable_name(name: &str) -> bool {
    name.split('_').all(|word| {
        let begins_with_a_letter = word.starts_with(|first: char| first.is_ascii_lowercase());
        let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
        begins_with_a_letter && word.chars().all(is_plain)
    })
}

#[test]
fn every_variable_has_a_name_that_spin_accepts() {
    let manifest = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    let manifest: Table = manifest.parse().unwrap();
    let declared = manifest["variables"].as_table().unwrap();
    let seen = manifest["component"]["chargetap"]["variables"]
        .as_table()
        .unwrap();
    assert!(!declared.is_empty() && !seen.is_empty());
    for name in declared.keys().chain(seen.keys()) {
        assert!(is_variable_name(name), "Spin refuses the variable {name}");
    }
    for refused in ["ct_1_password", "Key", "a__b", "_a", "a_", "1a", ""] {
        assert!(!is_variable_name(refused), "{refused}");
    }
}

#[test]
fn the_secrets_of_the_example_configuration_are_variables_of_the_manifest() {
    let example = root().join("host/gateway/examples/chargetap.toml");
    let mut example: Table = std::fs::read_to_string(example).unwrap().parse().unwrap();
    // The stations' passwords are for the bridge.
    example.remove("stations").unwrap();
    let mut names = Vec::new();
    collect_env(&Value::Table(example), &mut names);
    assert!(names.contains(&"PAYTER_API_KEY".to_owned()), "{names:?}");
    let manifest = manifest();
    let seen = manifest.component().unwrap()["variables"]
        .as_table()
        .unwrap();
    for name in names {
        let variable = name.to_lowercase();
        assert!(
            seen.contains_key(&variable),
            "{name} has no variable {variable}"
        );
    }
}

/// The names in every `{ env = "NAME" }`.
fn collect_env(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Table(table) => {
            names.extend(table.get("env").and_then(Value::as_str).map(str::to_owned));
            table.values().for_each(|it| collect_env(it, names));
        }
        Value::Array(items) => items.iter().for_each(|it| collect_env(it, names)),
        _ => {}
    }
}

#[test]
fn every_address_that_the_application_calls_is_an_allowed_host() {
    let manifest = manifest();
    let allowed = manifest.component().unwrap()["allowed_outbound_hosts"]
        .as_array()
        .unwrap();
    let allowed: Vec<_> = allowed.iter().filter_map(Value::as_str).collect();
    for variable in ["payter_url", "bridge_url"] {
        let template = format!("{{{{ {variable} }}}}");
        assert!(allowed.contains(&template.as_str()), "{allowed:?}");
    }
}
