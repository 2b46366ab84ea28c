//! What stands in a configuration is put on record, and goes on without it.

use std::process::{Command, Output};

use crate::fleet::text;
use crate::world::{Setup, World};

fn import_config(world: &World, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(["import-config", "chargetap.toml", "--url", &world.url("")])
        .args(arguments)
        .env("CHARGETAP_TOKEN", world.token())
        .current_dir(world.folder())
        .output()
        .unwrap()
}

/// Take tariffs, stations and terminals out of the configuration.
fn take_out(world: &World) {
    let path = world.folder().join("chargetap.toml");
    let mut file: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
    for table in ["tariffs", "stations", "terminals"] {
        assert!(file.remove(table).is_some(), "{table}");
    }
    std::fs::write(&path, file.to_string()).unwrap();
}

#[tokio::test]
async fn a_gateway_goes_on_by_its_records_once_its_configuration_was_put_there() {
    let mut world = World::new(Setup::default()).await;
    world
        .until("the gateway says what could be on record", async || {
            let lines = world.log().lines();
            lines.iter().any(|it| it.contains("import-config"))
        })
        .await;
    world.charge_and_pay().await;
    let shown = text(&import_config(&world, &["--dry-run"]).stdout);
    assert!(
        shown.contains("the password of station CT-1: would be put on record"),
        "{shown}"
    );
    let put = import_config(&world, &[]);
    assert!(put.status.success(), "{put:?}");
    let put = text(&put.stdout);
    for what in [
        "tariff standard: put on record",
        "the password of station CT-1: put on record",
        "how terminal P66-0001 takes cards: put on record",
        "can be taken out of chargetap.toml",
    ] {
        assert!(put.contains(what), "{put}");
    }
    assert!(!put.contains("left: "), "{put}");
    let again = text(&import_config(&world, &[]).stdout);
    assert!(
        again.starts_with("There is nothing to put on record."),
        "{again}"
    );

    world.stop_gateway();
    take_out(&world);
    world.restart_gateway().await;
    world.tap("card-2").await;
    let receipts = world.receipts(2).await;
    let prices = |at: usize| receipts[at]["session"]["prices"].clone();
    assert_eq!(prices(0), prices(1));
    for receipt in &receipts {
        let energy = receipt["charging"]["energy_wh"].as_u64().unwrap();
        assert_eq!(
            receipt["captured"],
            crate::world::price(energy),
            "{receipt}"
        );
    }
}
