//! The same with `chargetap fleet`, for people and for scripts.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::commissioned;
use crate::world::{TERMINAL, World};

pub(crate) async fn chargetap(world: &World, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chargetap"));
    command
        .arg("fleet")
        .args(arguments)
        .current_dir(world.folder())
        .env("CHARGETAP_URL", world.url(""))
        .env("CHARGETAP_TOKEN", world.token());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

pub(crate) fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

#[tokio::test]
async fn the_command_line_does_what_the_interface_does() {
    let world = commissioned().await;
    let listed = chargetap(&world, &["terminal", "list"]).await;
    let table = text(&listed.stdout);
    for part in ["SERIAL", TERMINAL, "activated", "stora-torget"] {
        assert!(table.contains(part), "{part} in {table}");
    }
    let listed = chargetap(&world, &["--json", "terminal", "list"]).await;
    let items: Value = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(items[0]["serial"], TERMINAL);

    let suspend = ["terminal", "suspend", TERMINAL, "--reason", "a new bracket"];
    let suspended = chargetap(&world, &suspend).await;
    assert!(suspended.status.success(), "{suspended:?}");
    assert_eq!(
        world.items("/api/v1/terminals").await[0]["state"],
        "suspended"
    );

    let refused = chargetap(&world, &suspend).await;
    assert_eq!(refused.status.code(), Some(1));
    let error = text(&refused.stderr);
    assert!(error.starts_with("error: "), "{error}");
    let token = world.token();
    assert!(!error.contains(token) && !table.contains(token));
}

#[tokio::test]
async fn a_file_is_imported_and_its_mistakes_are_named_by_line() {
    let world = commissioned().await;
    let order = json!({
        "customer": "parkeringshuset", "origin": "factory-fitted", "processor": "platform",
        "activations": 2, "software_years": 2,
    });
    world
        .succeeds("PUT", "/api/v1/orders/SO-9", Some(order))
        .await;
    let file = world.folder().join("terminals.csv");
    let import = ["order", "import", "SO-9", "--file", "terminals.csv"];
    let header = "serial,model,site,domain\n";
    std::fs::write(&file, format!("{header}A-1,p99,stora-torget,platform\n")).unwrap();
    let refused = chargetap(&world, &import).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("line 2"), "{refused:?}");
    std::fs::write(&file, format!("{header}A-1,p66,stora-torget,platform\n")).unwrap();
    let taken = chargetap(&world, &import).await;
    assert!(taken.status.success(), "{taken:?}");
    let ticket = text(&chargetap(&world, &["order", "ticket", "SO-9"]).await.stdout);
    assert!(ticket.contains("A-1"), "{ticket}");
}

#[tokio::test]
async fn a_lost_bootstrap_token_is_replaced_while_the_gateway_is_stopped() {
    let mut world = commissioned().await;
    let issue = |folder: &std::path::Path| {
        Command::new(env!("CARGO_BIN_EXE_chargetap"))
            .args(["operator-token", "chargetap.toml"])
            .current_dir(folder)
            .output()
            .unwrap()
    };
    let busy = issue(world.folder());
    assert_eq!(busy.status.code(), Some(1), "{busy:?}");
    world.stop_gateway();
    let issued = issue(world.folder());
    assert!(issued.status.success(), "{issued:?}");
    let printed = text(&issued.stdout);
    let token = printed
        .split_whitespace()
        .find(|word| word.starts_with("ctp_"))
        .unwrap();
    world.restart_gateway().await;
    let answer = world
        .call_as(token, "GET", "/api/v1/tokens", None, &[])
        .await;
    assert_eq!(answer.status, 200);
}
