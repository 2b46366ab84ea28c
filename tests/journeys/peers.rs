//! The same journey with third-party peers.

use std::path::Path;

use serde_json::json;
use tokio::process::Command;

use crate::world::{PASSWORD, STATION, Setup, World};

/// The public key of the peer's meter.
const METER: &str = r#"meters = [{ connector = 1, public_key = "3059301306072a8648ce3d020106082a8648ce3d03010703420004e9ddc3919b31a3cba046c9103aa39c9bb511241e1ecef00046bd8907dac511fa0c0cb8056789dff834e89ccae2ee0200da583ce78345a7bfcde91d5883826333" }]"#;

#[tokio::test]
async fn a_charge_point_of_the_python_ocpp_package_is_charged_at_and_billed_by_its_meter() {
    let python = std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of requirements.txt");
    let world = World::new(Setup {
        simulated_station: false,
        station: METER,
        ..Setup::default()
    })
    .await;
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/journeys/peers/charge_point.py");
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

    // What the meter signed is checked, kept character for character, and billed.
    let signed = String::from_utf8(output.stdout).unwrap();
    let signed: Vec<&str> = signed.lines().collect();
    assert_eq!(signed.len(), 2);
    let measurement = &receipt["measurement"];
    assert_eq!(measurement["packets"], json!(signed));
    assert_eq!(
        json!([measurement["is_verified"], measurement["energy_wh"]]),
        json!([true, 7_420])
    );
    let link = receipt["link"].as_str().unwrap();
    let (_, _, text) = world.get(link, "text/plain").await;
    let text = String::from_utf8(text).unwrap().replace('\n', " ");
    assert!(text.contains("was measured, as billed"), "{text}");
    let (status, headers, file) = world.get(&format!("{link}?format=ocmf"), "*/*").await;
    assert_eq!(
        (status, &headers["content-type"]),
        (200, &"application/xml".parse().unwrap())
    );
    let file = String::from_utf8(file).unwrap().replace("&quot;", "\"");
    for packet in signed {
        assert!(file.contains(packet), "{file}");
    }
}

/// Valid data may still be refused for its meaning (an unknown site, a moment in the future), and a
/// stateless generator cannot know what another call removed. So valid data need not be accepted.
const LEFT_OUT: &str = "positive_data_acceptance";

#[tokio::test]
async fn schemathesis_finds_no_answer_outside_the_document_and_no_failure() {
    let python = std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of requirements.txt");
    let world = World::new(Setup::default()).await;
    let output = Command::new(Path::new(&python).with_file_name("st"))
        .args(["run", &world.url("/api/v1/openapi.json")])
        .args([
            "--header",
            &format!("Authorization: Bearer {}", world.token()),
        ])
        .args(["--exclude-checks", LEFT_OUT])
        .args(["--phases", "examples,coverage,fuzzing"])
        .args(["--max-examples", "10", "--seed", "1", "--workers", "1"])
        .args(["--rate-limit", "80/s"])
        .current_dir(world.folder())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
