//! The same from a terminal: for people, and for scripts.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::at_work;
use crate::world::{TERMINAL, World};

async fn chargetap(world: &World, arguments: &[&str]) -> Output {
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

fn said(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).unwrap()
}

#[tokio::test]
async fn the_command_line_does_what_the_interface_does() {
    let world = at_work().await;
    let listed = chargetap(&world, &["terminal", "list"]).await;
    let table = said(&listed.stdout);
    for text in ["SERIAL", TERMINAL, "activated", "stora-torget"] {
        assert!(table.contains(text), "{text} in {table}");
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
    let error = said(&refused.stderr);
    assert!(error.starts_with("error: "), "{error}");
    let token = world.token();
    assert!(!error.contains(token) && !table.contains(token));
}

#[tokio::test]
async fn a_file_is_imported_from_a_terminal_and_its_mistakes_are_told_by_line() {
    let world = at_work().await;
    let order = json!({
        "customer": "parkeringshuset", "origin": "factory-fitted", "processor": "platform",
        "activations": 2, "software_years": 2,
    });
    world.does("PUT", "/api/v1/orders/SO-9", Some(order)).await;
    let file = world.folder().join("terminals.csv");
    let import = ["order", "import", "SO-9", "--file", "terminals.csv"];
    let header = "serial,model,site,domain\n";
    std::fs::write(&file, format!("{header}A-1,p99,stora-torget,platform\n")).unwrap();
    let refused = chargetap(&world, &import).await;
    assert_eq!(refused.status.code(), Some(1));
    assert!(said(&refused.stderr).contains("line 2"), "{refused:?}");
    std::fs::write(&file, format!("{header}A-1,p66,stora-torget,platform\n")).unwrap();
    let taken = chargetap(&world, &import).await;
    assert!(taken.status.success(), "{taken:?}");
    let ticket = said(&chargetap(&world, &["order", "ticket", "SO-9"]).await.stdout);
    assert!(ticket.contains("A-1"), "{ticket}");
}

#[tokio::test]
async fn who_lost_the_first_token_has_another_one_issued_while_the_gateway_is_stopped() {
    let mut world = at_work().await;
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
    let said = said(&issued.stdout);
    let token = said
        .split_whitespace()
        .find(|word| word.starts_with("ctp_"))
        .unwrap();
    world.restart_gateway().await;
    let answer = world
        .call_as(token, "GET", "/api/v1/tokens", None, &[])
        .await;
    assert_eq!(answer.status, 200);
}
