//! The application as its manifest describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use spin_host::{Application, Settings, Spin};
use tokio::net::TcpListener;
use toml::{Table, Value};

/// The manifest's folder; its paths are relative to it.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The application, composed and compiled once for all tests.
pub fn application() -> &'static Application {
    static APPLICATION: OnceLock<Application> = OnceLock::new();
    APPLICATION.get_or_init(|| {
        let component = component();
        let dependencies = component["dependencies"].as_table().unwrap().iter();
        let dependencies: Vec<(&str, PathBuf)> = dependencies
            .map(|(interface, dependency)| (interface.as_str(), built(&dependency["path"])))
            .collect();
        Application::compose(&built(&component["source"]), &dependencies).unwrap()
    })
}

fn manifest() -> Table {
    let text = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    text.parse().unwrap()
}

fn component() -> Value {
    manifest()["component"]["chargetap"].clone()
}

fn built(path: &Value) -> PathBuf {
    let path = root().join(path.as_str().unwrap());
    assert!(
        path.is_file(),
        "{} is not built: run `cargo xtask build`, or all with `cargo xtask test`",
        path.display()
    );
    path
}

/// A value for every variable that must have one, long enough for a key.
pub fn required_variables() -> BTreeMap<String, String> {
    let variables = manifest()["variables"].as_table().unwrap().clone();
    variables
        .into_iter()
        .filter(|(_, variable)| variable.get("required").is_some())
        .map(|(name, _)| (name, "0123456789abcdef".repeat(4)))
        .collect()
}

/// Every variable that the component sees, with its default or a value of ours.
fn variables() -> BTreeMap<String, String> {
    let required = required_variables();
    let declared = manifest()["variables"].as_table().unwrap().clone();
    let seen = component()["variables"].as_table().unwrap().clone();
    seen.into_iter()
        .map(|(name, template)| {
            let source = template.as_str().unwrap();
            let source = source.trim_start_matches("{{ ").trim_end_matches(" }}");
            let value = required.get(source).cloned().unwrap_or_else(|| {
                let default = declared[source]["default"].as_str();
                default.unwrap().to_owned()
            });
            (name, value)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_application_starts_with_what_the_manifest_gives_it() {
    let folder = tempfile::tempdir().unwrap();
    for file in component()["files"].as_array().unwrap() {
        let [source, destination] =
            ["source", "destination"].map(|key| file[key].as_str().unwrap());
        let destination = destination.trim_start_matches('/');
        std::fs::copy(root().join(source), folder.path().join(destination)).unwrap();
    }
    let settings = Settings {
        files: folder.path().to_owned(),
        variables: variables(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let spin = Spin::start(application(), settings, listener).unwrap();
    let client = chargetap::client::client().unwrap();
    let ready = client.get(format!("{}/readyz", spin.url())).send().await;
    assert_eq!(ready.unwrap().status(), 200, "{}", spin.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_a_secret_says_which_and_serves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let example = root().join("host/gateway/examples/chargetap.toml");
    std::fs::copy(example, folder.path().join("chargetap.toml")).unwrap();
    let mut variables = variables();
    variables.remove("callback_key");
    let settings = Settings {
        files: folder.path().to_owned(),
        variables,
    };
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
    let manifest = manifest();
    let declared = manifest["variables"].as_table().unwrap();
    let component = component();
    let seen = component["variables"].as_table().unwrap();
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
    let example: Table = std::fs::read_to_string(example).unwrap().parse().unwrap();
    let mut names = Vec::new();
    collect_env(&Value::Table(example), &mut names);
    assert!(names.contains(&"PAYTER_API_KEY".to_owned()), "{names:?}");
    let component = component();
    let seen = component["variables"].as_table().unwrap();
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
    let component = component();
    let allowed = component["allowed_outbound_hosts"].as_array().unwrap();
    let allowed: Vec<_> = allowed.iter().filter_map(Value::as_str).collect();
    for variable in ["payter_url", "station_url"] {
        let template = format!("{{{{ {variable} }}}}");
        assert!(allowed.contains(&template.as_str()), "{allowed:?}");
    }
}
