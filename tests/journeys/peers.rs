//! The same journey with a peer that others wrote.

use std::path::Path;

use serde_json::json;
use tokio::process::Command;

use crate::world::{PASSWORD, STATION, Setup, World};

#[tokio::test]
async fn a_charge_point_of_the_python_ocpp_package_is_charged_at_and_billed_by_its_meter() {
    let python = std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of requirements.txt");
    let world = World::new(Setup {
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/journeys/peers/charge_point.py");
    let station = Command::new(python)
        .arg(script)
        .args([
            &world.url("/ocpp").replace("http://", "ws://"),
            STATION,
            PASSWORD,
        ])
        .kill_on_drop(true)
        .output();
    let driver = async {
        world
            .until("the station is connected", async || {
                world
                    .log()
                    .values("message")
                    .iter()
                    .any(|message| message == "station booted")
            })
            .await;
        world.tap("card-1").await;
    };
    let (output, ()) = tokio::join!(station, driver);
    let output = output.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );

    let sessions = world.closed_sessions(1).await;
    let receipt = &world.receipts(1).await[0];
    // 7.42 kWh x 0.49 + 0.25, with 25 % VAT: 4.85725.
    assert_eq!(sessions[0]["captured"], 486);
    assert_eq!(receipt["captured"], 486);
    let price = &receipt["charging"]["price"];
    assert_eq!(
        json!([price["net"], price["vat"], price["gross"]]),
        json!([389, 97, 486])
    );
    assert_eq!(receipt["charging"]["energy_wh"], 7_420);
}
