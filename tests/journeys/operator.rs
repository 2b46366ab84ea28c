//! What the operator sees when something is wrong before the gateway can start.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::Signal;

use crate::world::{Setup, TERMINAL, World, components};

pub(crate) fn chargetap(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CHARGETAP_LOG")
        .output()
        .unwrap()
}

/// The one line with which the gateway of this folder refuses to start.
pub(crate) fn start_error(folder: &Path) -> String {
    let output = chargetap(&["serve", "chargetap.toml"], folder);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8(output.stderr).unwrap();
    let line = error
        .lines()
        .find(|line| line.starts_with("error: "))
        .unwrap_or(&error);
    assert!(!error.contains("panicked"), "{error}");
    line.to_owned()
}

/// A folder with a configuration, of a gateway that has ended.
pub(crate) async fn folder_of_a_gateway() -> World {
    let mut world = World::new(Setup::default()).await;
    world.stop_gateway();
    world
}

fn change_configuration(folder: &Path, from: &str, to: &str) {
    let path = folder.join("chargetap.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Check a configuration on a machine that has the components and the secrets which it names. Returns
/// what is printed.
pub(crate) fn check_on_a_machine(configuration: &Path) -> String {
    let machine = tempfile::tempdir().unwrap();
    let folder = machine.path().join("gateway");
    std::fs::create_dir(&folder).unwrap();
    for components_folder in [machine.path(), &folder] {
        let built = std::fs::canonicalize(components()).unwrap();
        symlink(built, components_folder.join("components")).unwrap();
    }
    for secret in ["payter.key", "station.key", "callback.key"] {
        std::fs::write(folder.join(secret), format!("{SECRET}\n")).unwrap();
    }
    let name = configuration.file_name().unwrap();
    std::fs::copy(configuration, folder.join(name)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .arg("check-config")
        .arg(name)
        .current_dir(&folder)
        .env_remove("CHARGETAP_LOG")
        .env("PAYTER_API_KEY", SECRET)
        .env("CALLBACK_KEY", SECRET)
        .env("STATION_CT1_PASSWORD", SECRET)
        .env("CT_1_PASSWORD", SECRET)
        .output()
        .unwrap();
    let printed = [output.stdout, output.stderr].concat();
    String::from_utf8(printed).unwrap()
}

/// Long enough for every use.
const SECRET: &str = "canary-of-a-secret-of-more-than-32-bytes";

#[test]
fn the_example_configurations_are_good() {
    let folder = &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for name in ["chargetap.toml", "local.toml"] {
        let printed = check_on_a_machine(&folder.join(name));
        assert_eq!(printed, format!("{name}: good (1 terminals, 1 stations)\n"));
    }
}

#[tokio::test]
async fn every_mistake_is_printed_on_a_line_of_its_own_by_check_and_start_alike() {
    let world = folder_of_a_gateway().await;
    let folder = world.folder();
    for (from, to) in [
        ("tariff = \"standard\"", "tariff = \"cheap\""),
        (
            "time_zone = \"Europe/Stockholm\"",
            "time_zone = \"Europe/Sundsvall\"",
        ),
        ("{ file = \"station.key\" }", "{ file = \"nowhere.key\" }"),
        ("\"chargetap.db\"", "\"nowhere/chargetap.db\""),
        ("SE556677889901", "SE556677889801"),
    ] {
        change_configuration(folder, from, to);
    }
    std::fs::write(folder.join("api.key"), format!("{SECRET}\n{SECRET}")).unwrap();
    let [checked, started] = ["check-config", "serve"].map(|command| {
        let output = chargetap(&[command, "chargetap.toml"], folder);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    });
    assert_eq!(checked, started);
    assert_eq!(checked.lines().count(), 6, "{checked}");
    for (line, key) in checked.lines().zip([
        "server.database",
        "payter.api_key",
        "issuers.vat_number",
        "site.time_zone",
        "stations.password",
        "terminals.tariff",
    ]) {
        assert!(
            line.starts_with("error: configuration chargetap.toml: line "),
            "{line}"
        );
        assert!(line.contains(&format!(": {key}: ")), "{line}");
    }
    assert!(!checked.contains(SECRET), "{checked}");
}

#[tokio::test]
async fn a_mistake_in_the_configuration_is_named_by_file_line_and_key() {
    let world = folder_of_a_gateway().await;
    change_configuration(
        world.folder(),
        "tariff = \"standard\"",
        "tariff = \"cheap\"",
    );
    let output = chargetap(&["check-config", "chargetap.toml"], world.folder());
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stderr).unwrap();
    let text = std::fs::read_to_string(world.folder().join("chargetap.toml")).unwrap();
    let line = text
        .lines()
        .position(|line| line.contains("cheap"))
        .unwrap()
        + 1;
    assert_eq!(
        printed,
        format!(
            "error: configuration chargetap.toml: line {line}: terminals.tariff: \
             there is no tariff of this id\n"
        )
    );
}

#[tokio::test]
async fn a_missing_component_is_named() {
    let world = folder_of_a_gateway().await;
    let components = components();
    change_configuration(world.folder(), components.to_str().unwrap(), "nowhere");
    let error = start_error(world.folder());
    assert!(
        error.contains("nowhere/callback-verifier.wasm cannot be used: it cannot be read"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_that_is_no_component_is_named() {
    let world = folder_of_a_gateway().await;
    let components = components();
    let bad = world.folder().join("bad");
    std::fs::create_dir(&bad).unwrap();
    for name in [
        "callback-verifier",
        "session-orchestrator",
        "receipt-generator",
    ] {
        std::fs::copy(
            components.join(name).with_extension("wasm"),
            bad.join(name).with_extension("wasm"),
        )
        .unwrap();
    }
    std::fs::write(bad.join("session-orchestrator.wasm"), "not wasm").unwrap();
    change_configuration(
        world.folder(),
        &format!("components = \"{}\"", components.display()),
        "components = \"bad\"",
    );
    let error = start_error(world.folder());
    assert!(
        error.contains("bad/session-orchestrator.wasm cannot be used"),
        "{error}"
    );
}

#[tokio::test]
async fn one_component_in_the_place_of_another_is_named() {
    let world = folder_of_a_gateway().await;
    let components = components();
    let bad = world.folder().join("bad");
    std::fs::create_dir(&bad).unwrap();
    for name in [
        "callback-verifier",
        "session-orchestrator",
        "receipt-generator",
    ] {
        std::fs::copy(
            components.join("receipt-generator.wasm"),
            bad.join(name).with_extension("wasm"),
        )
        .unwrap();
    }
    change_configuration(
        world.folder(),
        &format!("components = \"{}\"", components.display()),
        "components = \"bad\"",
    );
    let error = start_error(world.folder());
    assert!(
        error.contains("bad/callback-verifier.wasm cannot be used"),
        "{error}"
    );
    assert!(error.contains("verification"), "{error}");
}

#[tokio::test]
async fn a_missing_secret_is_named_and_not_shown() {
    let world = folder_of_a_gateway().await;
    std::fs::remove_file(world.folder().join("callback.key")).unwrap();
    let error = start_error(world.folder());
    assert!(
        error.contains("the secret in file callback.key cannot be read"),
        "{error}"
    );
}

#[tokio::test]
async fn a_key_that_is_too_short_is_refused_without_being_shown() {
    let world = folder_of_a_gateway().await;
    std::fs::write(world.folder().join("callback.key"), "short-canary").unwrap();
    let error = start_error(world.folder());
    assert!(
        error.contains("the callback keys cannot be used"),
        "{error}"
    );
    assert!(
        error.contains("journey") && !error.contains("short-canary"),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_named() {
    let world = folder_of_a_gateway().await;
    for file in std::fs::read_dir(world.folder()).unwrap() {
        let path = file.unwrap().path();
        if path
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("chargetap.db")
        {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::write(
        world.folder().join("chargetap.db"),
        "not a database".repeat(999),
    )
    .unwrap();
    let error = start_error(world.folder());
    assert!(
        error.contains("database chargetap.db cannot be opened"),
        "{error}"
    );
}

#[tokio::test]
async fn a_second_gateway_on_the_same_database_is_refused() {
    let world = World::new(Setup::default()).await;
    // Another address, so that it is the database and not the address that is taken.
    let address = world.url("").replace("http://", "");
    change_configuration(
        world.folder(),
        &format!("listen = \"{address}\""),
        "listen = \"127.0.0.1:0\"",
    );
    let error = start_error(world.folder());
    assert!(
        error.contains("database chargetap.db is in use by another gateway"),
        "{error}"
    );
}

#[tokio::test]
async fn the_key_that_recognises_cards_cannot_be_removed_while_a_session_charges() {
    const OLD: &str =
        "[[callback_keys]]\n        id = \"journey\"\n        secret = { file = \"callback.key\" }";
    const NEW: &str =
        "[[callback_keys]]\n        id = \"new\"\n        secret = { file = \"new.key\" }";
    let mut world = World::new(Setup {
        unplug_after: None,
        // So little that the hold lasts until the card is shown again.
        power: 1_000,
        ..Setup::default()
    })
    .await;
    std::fs::write(world.folder().join("new.key"), SECRET).unwrap();
    world.tap("card-1").await;
    world
        .until("energy flows", async || world.metered_live().await > 0)
        .await;
    world.stop_gateway();

    world.configure(OLD, NEW);
    let error = start_error(world.folder());
    assert!(error.contains("put that key last again"), "{error}");
    assert!(!error.contains(SECRET), "{error}");

    world.configure(NEW, &format!("{NEW}\n        {OLD}"));
    world.restart_gateway().await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    world.receipts(1).await;
    world.stop_gateway();
    world.configure(&format!("{NEW}\n        {OLD}"), NEW);
    world.restart_gateway().await;
    world
        .until("the gateway is ready", async || world.is_ready().await)
        .await;
}

#[tokio::test]
async fn a_hang_up_does_not_end_the_gateway() {
    let mut world = World::new(Setup::default()).await;
    world.signal_gateway(Signal::HUP);
    let is_taken = |line: &String| line.contains("SIGHUP changes nothing");
    world
        .until("the signal is taken", async || {
            world.log().lines().iter().any(is_taken)
        })
        .await;
    assert_eq!(world.get(&world.url("/healthz"), "*/*").await.0, 200);
    assert_eq!(world.gateway_ended(), None);
}

#[tokio::test]
async fn a_log_that_is_not_shown_on_a_terminal_has_no_colours() {
    let world = folder_of_a_gateway().await;
    let mut gateway = Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(["serve", "chargetap.toml"])
        .current_dir(world.folder())
        .env_remove("CHARGETAP_LOG")
        .env_remove("NO_COLOR")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It prints where it listens as its first line.
    let output = gateway.stdout.take().unwrap();
    BufReader::new(output).lines().next().unwrap().unwrap();
    let client = chargetap::client::client().unwrap();
    let wrong = client.post(world.url("/callbacks/payter/nonsense"));
    assert_eq!(wrong.send().await.unwrap().status(), 404);
    gateway.kill().unwrap();
    let log = gateway.wait_with_output().unwrap().stderr;
    let log = String::from_utf8(log).unwrap();
    assert!(log.contains("WARN"), "{log}");
    assert!(!log.contains('\u{1b}'), "{log:?}");
}

#[test]
fn the_demonstration_ends_with_the_money_right() {
    let components = components();
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "demo",
        "--once",
        "--components",
        components.to_str().unwrap(),
    ];
    let output = chargetap(&arguments, folder.path());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for step in [
        "terminal says   €0.6125/kWh, €0.3125 per session, hold €50.00",
        "terminal says   Card accepted. Plug in to charge.",
        "terminal says   Charging has begun.",
        "terminal says   In use.",
        "terminal says   Charging ended: €",
        "terminal says   Paid: €",
        "tap ",
        "pre-authorised ",
        "started ",
        "charging ",
        "stopped ",
        "captured ",
        "released ",
    ] {
        assert!(
            printed.contains(&format!("s  {step}")),
            "no {step:?} in\n{printed}"
        );
    }
    assert!(
        printed.contains("One hold, one transaction, one capture."),
        "{printed}"
    );
    assert!(!printed.contains("WRONG"), "{printed}");
}

#[tokio::test]
async fn a_gateway_that_cannot_read_an_open_session_says_which_and_what_to_do() {
    let mut world = World::charging(Setup::default()).await;
    world.stop_gateway();
    let session = world.session();
    // As a later component would have stored it.
    let version = world.replace_state_version(&session, 99);
    let error = start_error(world.folder());
    for part in [
        session.as_str(),
        "version 99",
        "newer component folder back",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    world.replace_state_version(&session, version);
    world.restart_gateway().await;
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    world.closed_sessions(1).await;
}

#[tokio::test]
async fn a_session_goes_on_although_its_terminal_is_gone_from_the_configuration() {
    let mut world = World::charging(Setup::default()).await;
    world.stop_gateway();
    let session = world.session();
    world.configure(&format!("\"{TERMINAL}\""), "\"P66-NEW\"");
    world.restart_gateway().await;
    assert_eq!(world.operate(&session, "stop", None).await, 204);
    world.closed_sessions(1).await;
    let log = world.log().lines().join("\n");
    assert!(log.contains("is not configured"), "{log}");
}
