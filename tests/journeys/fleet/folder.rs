//! Records that a folder of files says.

use std::path::Path;

use serde_json::{Value, json};

use super::empty;
use crate::fleet::{chargetap, text};
use crate::world::{PASSWORD, Setup};

const SITE: &str = "/api/v1/sites/stora-torget";

fn write(folder: &Path, name: &str, content: impl ToString) {
    let path = folder.join("records").join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content.to_string()).unwrap();
}

fn site() -> Value {
    json!({"customer": "parkeringshuset", "name": "Stora Torget",
           "address": "Torget 2, 111 23 Stockholm", "time_zone": "Europe/Stockholm"})
}

/// All that two terminals need, each at a station of its own.
fn write_all(folder: &Path) {
    let contact =
        json!({"name": "Astrid Lund", "email": "astrid@parkering.example", "phone": null});
    let customer = json!({"name": "Parkeringshuset AB", "contact": contact, "vendor_contract": null,
        "vendor_domain": null, "merchant": null});
    write(folder, "customers/parkeringshuset.json", customer);
    write(folder, "sites/stora-torget.json", site());
    write(
        folder,
        "people.json",
        json!({"astrid": {"contact": contact, "sites": ["stora-torget"]}}),
    );
    let prices = json!({"currency": "EUR", "per_kwh": "0.49", "vat_percent": "25"});
    write(folder, "tariffs/on-record.json", json!({"prices": prices}));
    for station in ["CT-1", "CT-2"] {
        let details = json!({"site": "stora-torget", "evses": [{"connector": 1, "id": null}],
            "password": {"file": "station.key"}});
        write(folder, &format!("stations/{station}.json"), details);
    }
    write(folder, "station.key", PASSWORD);
    let order = json!({"customer": "parkeringshuset", "origin": "factory-fitted", "processor": "platform",
        "activations": 2, "software_years": 2, "wanted_by": null});
    write(folder, "orders/SO-7.json", order);
    let terminals = "\
serial,model,site,domain,station,connectors,sim,users,tariff,currency,holds
P66-0001,apollo,stora-torget,platform,CT-1,1,none,astrid,on-record,EUR,50.00
P66-0002,apollo,stora-torget,platform,CT-2,1,none,astrid,on-record,EUR,50.00
";
    write(folder, "terminals/SO-7.csv", terminals);
}

#[tokio::test]
async fn a_folder_of_files_becomes_terminals_that_take_cards() {
    let world = empty(Setup {
        places: 2,
        further_on_record: true,
        ..Setup::default()
    })
    .await;
    write_all(world.folder());
    let dry = chargetap(&world, &["apply", "records", "--dry-run"]).await;
    let shown = text(&dry.stdout);
    assert!(dry.status.success(), "{dry:?}");
    assert!(shown.contains("+ terminal P66-0002\n"), "{shown}");
    assert!(shown.contains("\n9 new, 0 changed.\n"), "{shown}");
    assert!(shown.contains("2 stations get a password."), "{shown}");
    assert_eq!(world.call("GET", SITE, None).await.status, 404);
    // Nobody can be asked here.
    let unasked = chargetap(&world, &["apply", "records"]).await;
    assert!(text(&unasked.stderr).contains("--yes"), "{unasked:?}");
    assert_eq!(world.call("GET", SITE, None).await.status, 404);

    for line in [
        "apply records --yes",
        "customer accept-terms parkeringshuset --edition 2026-1 --by Astrid",
        "customer assess parkeringshuset --status not-required",
        "person train astrid --by Laddbolaget",
        "order license SO-7",
        "order check SO-7 --by astrid",
    ] {
        let done = chargetap(&world, &line.split(' ').collect::<Vec<_>>()).await;
        assert!(done.status.success(), "{line}: {done:?}");
    }
    world
        .until("both are activated", async || {
            let activated = chargetap(&world, &["order", "activate", "SO-7"]).await;
            let list = world
                .call("GET", "/api/v1/terminals?state=activated", None)
                .await;
            let count = list.json()["items"].as_array().unwrap().len();
            assert!(activated.status.success() || count == 0, "{activated:?}");
            count == 2
        })
        .await;
    world.tap_at("P66-0002", "card-1").await;
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["site"]["name"], "Stora Torget");
}

#[tokio::test]
async fn a_folder_is_shown_as_what_it_changes_and_written_whole_or_not_at_all() {
    let world = empty(Setup::default()).await;
    write_all(world.folder());
    assert!(
        chargetap(&world, &["apply", "records", "--yes"])
            .await
            .status
            .success()
    );
    let again = text(&chargetap(&world, &["apply", "records"]).await.stdout);
    assert!(again.starts_with("No record changes"), "{again}");

    let mut renamed = site();
    renamed["name"] = json!("Lilla Torget");
    write(world.folder(), "sites/stora-torget.json", &renamed);
    let shown = text(
        &chargetap(&world, &["apply", "records", "--dry-run"])
            .await
            .stdout,
    );
    assert!(
        shown.contains("~ site stora-torget\n    name: \"Stora Torget\" -> \"Lilla Torget\"\n"),
        "{shown}"
    );
    renamed["customer"] = json!("nobody");
    write(world.folder(), "sites/wrong.json", &renamed);
    let refused = chargetap(&world, &["apply", "records", "--yes"]).await;
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let error = text(&refused.stderr);
    assert!(
        error.contains("sites.wrong") && error.contains("nobody"),
        "{error}"
    );
    let known = world.call("GET", SITE, None).await.json();
    assert_eq!(known["details"]["name"], "Stora Torget");
    write(world.folder(), "sites/wrong.json", json!({"nam": 1}));
    let refused = text(
        &chargetap(&world, &["apply", "records", "--yes"])
            .await
            .stderr,
    );
    assert!(refused.contains("sites.wrong"), "{refused}");

    // What was shown is what is written, or nothing.
    renamed["customer"] = json!("parkeringshuset");
    let body = json!({"sites": {"stora-torget": renamed}, "versions": {"site.stora-torget": 1}});
    let apply = "/api/v1/records/apply";
    let late = world.call("POST", apply, Some(body.clone())).await;
    assert_eq!(late.status, 409, "{late:?}");
    assert_eq!(late.json()["reasons"][0]["code"], "changed-meanwhile");

    // Who may see some sites only learns nothing of the others.
    let limited = world
        .token_for("operator", json!({"sites": ["stora-torget"]}))
        .await;
    for path in ["/api/v1/records/plan", apply] {
        let refused = world.call_as(&limited, "POST", path, Some(body.clone()), &[]);
        assert_eq!(refused.await.status, 403, "{path}");
    }
}
