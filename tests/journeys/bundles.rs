//! Signed components: a gateway starts with them only as somebody signed them whose key it knows. Keys are made by
//! `openssl`, as the README has it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::operator::{chargetap, folder_of_a_gateway, start_error};
use crate::world::{World, components};

pub(crate) const COMPONENTS: [&str; 3] = [
    "callback-verifier",
    "session-orchestrator",
    "receipt-generator",
];

/// Run commands in a shell.
fn shell(commands: &str, folder: &Path) {
    let output = Command::new("bash")
        .args(["-e", "-o", "pipefail", "-c", commands])
        .current_dir(folder)
        .output();
    let output = output.expect("bash and openssl are installed");
    assert!(output.status.success(), "{commands}\n{output:?}");
}

/// Make a key pair, as two files.
pub(crate) fn make_key(name: &str, folder: &Path) {
    shell(
        &format!(
            "openssl ecparam -name prime256v1 -genkey -noout |
                openssl pkcs8 -topk8 -nocrypt -out {name}.key.pem
            openssl pkey -in {name}.key.pem -pubout -out {name}.pub.pem"
        ),
        folder,
    );
}

/// Put the components into a new folder.
pub(crate) fn copy_components(copy: &Path) {
    std::fs::create_dir(copy).unwrap();
    for name in COMPONENTS {
        let file = Path::new(name).with_extension("wasm");
        std::fs::copy(components().join(&file), copy.join(file)).unwrap();
    }
}

/// Run a command that must succeed. Returns what it printed.
pub(crate) fn run(arguments: &[&str], folder: &Path) -> String {
    let output = chargetap(arguments, folder);
    assert!(output.status.success(), "{arguments:?}\n{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn sign(name: &str, folder: &Path) {
    let key = format!("{name}.key.pem");
    run(&["plugins", "sign", "components", "--key", &key], folder);
}

/// The text with which a command fails.
fn failure(arguments: &[&str], folder: &Path) -> String {
    let output = chargetap(arguments, folder);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn json(arguments: &[&str], folder: &Path) -> Value {
    serde_json::from_str(&run(arguments, folder)).unwrap()
}

/// A gateway that has ended, with components and keys of its own, which takes what these lines say.
async fn gateway(trust: &str) -> World {
    let world = folder_of_a_gateway().await;
    let folder = world.folder();
    copy_components(&folder.join("components"));
    for name in ["owner", "stranger"] {
        make_key(name, folder);
    }
    world.configure(
        &format!(
            "components = \"{}\"\n        unsigned = true",
            components().display()
        ),
        &format!("components = \"components\"\n{trust}"),
    );
    world
}

pub(crate) const OWNERS: &str = "keys = [\"owner.pub.pem\"]";

pub(crate) fn alter(file: &Path) {
    let mut bytes = std::fs::read(file).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_gateway_starts_with_signed_components_and_not_with_one_that_was_altered_afterwards() {
    let mut world = gateway(OWNERS).await;
    sign("owner", world.folder());
    world.restart_gateway().await;
    world
        .until("the gateway is ready", async || world.is_ready().await)
        .await;
    world.stop_gateway();

    alter(&world.folder().join("components/receipt-generator.wasm"));
    let error = start_error(world.folder());
    assert!(
        error.contains("components/receipt-generator.wasm cannot be used: it was changed"),
        "{error}"
    );
    let checked = failure(&["check-config", "chargetap.toml"], world.folder());
    assert_eq!(checked.trim_end(), error);
}

#[tokio::test]
async fn components_that_a_stranger_signed_or_nobody_are_refused() {
    let world = gateway(OWNERS).await;
    let error = start_error(world.folder());
    assert!(error.contains("components/bundle.json cannot"), "{error}");
    for way in ["chargetap plugins sign", "unsigned = true"] {
        assert!(error.contains(way), "{error}");
    }

    sign("stranger", world.folder());
    let error = start_error(world.folder());
    assert!(error.contains("components/bundle.json.sig"), "{error}");
    assert!(error.contains("a key that is not trusted"), "{error}");
}

#[tokio::test]
async fn a_gateway_changes_to_another_key_without_refusing_anything_in_between() {
    let mut world = gateway(OWNERS).await;
    make_key("successor", world.folder());
    sign("owner", world.folder());

    let both = "keys = [\"owner.pub.pem\", \"successor.pub.pem\"]";
    world.configure(OWNERS, both);
    world.restart_gateway().await;
    world.stop_gateway();
    sign("successor", world.folder());
    world.restart_gateway().await;
    world.stop_gateway();
    world.configure(both, "keys = [\"successor.pub.pem\"]");
    world.restart_gateway().await;
    world.stop_gateway();

    sign("owner", world.folder());
    let error = start_error(world.folder());
    assert!(error.contains("a key that is not trusted"), "{error}");
}

#[tokio::test]
async fn a_gateway_that_is_not_told_whose_components_to_take_says_both_ways() {
    let world = gateway("").await;
    let error = start_error(world.folder());
    for text in ["server.keys", "keys = [", "unsigned = true"] {
        assert!(error.contains(text), "{error}");
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_a_mistake_in_the_configuration() {
    let world = gateway("keys = [\n\"nowhere.pem\",\n\"owner.key.pem\"]").await;
    let errors = failure(&["check-config", "chargetap.toml"], world.folder());
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 2, "{errors}");
    assert!(lines[0].contains("server.keys: nowhere.pem"), "{errors}");
    // A private key in the place of the public one is not shown.
    assert!(lines[1].contains("openssl pkey"), "{errors}");
    assert!(!errors.contains("BEGIN"), "{errors}");
}

#[test]
fn openssl_and_the_gateway_verify_each_others_signatures() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    copy_components(&folder.join("components"));
    make_key("owner", folder);
    make_key("other", folder);
    sign("owner", folder);
    shell(
        "cd components
        base64 -d bundle.json.sig > ../signature.der
        openssl dgst -sha256 -verify ../owner.pub.pem -signature ../signature.der bundle.json",
        folder,
    );
    let verify = |key| ["plugins", "verify", "components", "--key", key];
    run(&verify("owner.pub.pem"), folder);
    shell(
        "cd components
        openssl dgst -sha256 -sign ../other.key.pem bundle.json | base64 > bundle.json.sig",
        folder,
    );
    run(&verify("other.pub.pem"), folder);
    let error = failure(&verify("owner.pub.pem"), folder);
    assert!(error.contains("components/bundle.json.sig"), "{error}");
}

#[test]
fn a_signed_folder_is_packed_once_and_the_commands_that_push_it_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    copy_components(&folder.join("components"));
    make_key("owner", folder);
    let pack = ["plugins", "pack", "components", "--oci", "layout"];
    let error = failure(&pack, folder);
    assert!(error.contains("chargetap plugins sign"), "{error}");
    sign("owner", folder);
    let text = run(&pack, folder);
    for name in COMPONENTS.into_iter().chain(["bundle"]) {
        let command =
            format!("oras cp --from-oci-layout layout:{name} REGISTRY/chargetap/{name}:0.1.0\n");
        assert!(text.contains(&command), "{text}");
    }
    assert!(folder.join("layout/index.json").is_file());
    let error = failure(&pack, folder);
    assert!(error.contains("layout cannot be used"), "{error}");
}

#[test]
fn what_is_wrong_with_components_is_listed_beside_those_that_are_good() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    copy_components(&folder.join("components"));
    std::fs::write(folder.join("components/session-orchestrator.wasm"), "no").unwrap();
    let rows = json(&["plugins", "list", "components", "--json"], folder);
    assert_eq!(rows[0]["name"], "callback-verifier");
    assert_eq!(rows[0]["version"], "0.1.0");
    assert_eq!(rows[0]["contract"], "0.1.0");
    assert_eq!(rows[0]["problem"], Value::Null);
    let problem = rows[1]["problem"].as_str().unwrap();
    assert!(problem.contains("session-orchestrator.wasm"), "{problem}");
    assert_eq!(rows[2]["problem"], Value::Null);

    // Nobody signs it, either.
    make_key("owner", folder);
    let error = failure(
        &["plugins", "sign", "components", "--key", "owner.key.pem"],
        folder,
    );
    assert!(error.contains("session-orchestrator.wasm"), "{error}");
}

#[tokio::test]
async fn a_configurations_components_are_listed_as_its_keys_have_it() {
    let world = gateway(OWNERS).await;
    sign("stranger", world.folder());
    let rows = json(&["plugins", "list", "--json"], world.folder());
    for row in rows.as_array().unwrap() {
        let problem = row["problem"].as_str().unwrap();
        assert!(problem.contains("a key that is not trusted"), "{rows:#}");
    }
    sign("owner", world.folder());
    let table = run(&["plugins", "list"], world.folder());
    assert_eq!(table.lines().count(), 4, "{table}");
    assert!(!table.contains("cannot"), "{table}");
}

#[test]
fn a_file_is_inspected_without_being_compiled() {
    let folder = tempfile::tempdir().unwrap();
    let file = components().join("receipt-generator.wasm");
    let file = file.to_str().unwrap();
    let shown = json(&["plugins", "inspect", file, "--json"], folder.path());
    assert_eq!(shown["kind"], "component");
    assert_eq!(shown["name"], "receipt-generator");
    assert_eq!(shown["contract"], "0.1.0");
    assert_eq!(
        shown["exports"],
        serde_json::json!(["chargetap:receipt-generator/rendering@0.1.0"])
    );
    let imports = shown["imports"].as_array().unwrap();
    assert!(
        imports.iter().all(|it| it["types_only"] == true),
        "{shown:#}"
    );
    let text = run(&["plugins", "inspect", file], folder.path());
    assert!(text.contains("contract: 0.1.0\n"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
