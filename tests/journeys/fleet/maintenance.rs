//! What must be done to keep a terminal in service: inspections, charging, training, assessments.

use serde_json::{Value, json};

use super::{codes, commissioned, terminal};
use crate::world::now;

fn done() -> Value {
    json!({"at": now(), "by": "astrid"})
}

fn inspection(occasion: &str, findings: Value) -> Option<Value> {
    Some(json!({"occasion": occasion, "done": done(), "findings": findings}))
}

// T4
#[tokio::test]
async fn an_inspection_is_due_every_week_and_a_finding_is_an_incident_at_once() {
    let mut world = commissioned().await;
    assert!(world.items("/api/v1/due?what=inspection").await.is_empty());
    world.stop_gateway();
    world.restart_gateway_ahead(9).await;
    let due = world.items("/api/v1/due?what=inspection").await;
    assert_eq!(due.len(), 1, "{due:?}");
    assert_eq!(due[0]["overdue"], true);
    assert_eq!(due[0]["site"], "stora-torget");
    world.stop_gateway();
    world.restart_gateway().await;

    world
        .succeeds(
            "POST",
            &terminal("/inspections"),
            inspection("weekly", json!([])),
        )
        .await;
    assert!(world.items("/api/v1/incidents").await.is_empty());
    world
        .succeeds(
            "POST",
            &terminal("/inspections"),
            inspection("weekly", json!(["odd-cable"])),
        )
        .await;
    let incidents = world.items("/api/v1/incidents").await;
    assert_eq!(incidents.len(), 1);
    world.until_out_of_service().await;
}

// T2, T4
#[tokio::test]
async fn storage_has_inspections_before_and_after_and_its_battery_is_charged_every_three_months() {
    let mut world = commissioned().await;
    let early = world.call("POST", &terminal("/store"), None).await;
    assert_eq!(early.status, 409, "it was not inspected before");
    world
        .succeeds(
            "POST",
            &terminal("/inspections"),
            inspection("before-storage", json!([])),
        )
        .await;
    world.succeeds("POST", &terminal("/store"), None).await;
    world.until_out_of_service().await;
    assert!(world.items("/api/v1/due?what=battery").await.is_empty());
    world.stop_gateway();
    world.restart_gateway_ahead(95).await;
    let due = world.items("/api/v1/due?what=battery").await;
    assert_eq!(due.len(), 1);
    assert_eq!(due[0]["overdue"], true);
    let ahead = chargetap_fleet::moment::Moment::from_millis(now().millis() + 95 * 86_400_000);
    let charged = json!({"at": ahead, "by": "astrid"});
    world
        .succeeds("POST", &terminal("/charges"), Some(charged))
        .await;
    assert!(world.items("/api/v1/due?what=battery").await.is_empty());

    world.succeeds("POST", &terminal("/unstore"), None).await;
    let refused = world.call("POST", &terminal("/ready"), None).await;
    let codes = codes(&refused);
    for code in [
        "not-inspected-after-storage",
        "no-test-transaction",
        "check-casing",
    ] {
        assert!(codes.iter().any(|it| it == code), "{code} in {codes:?}");
    }
}

// T1, T5
#[tokio::test]
async fn an_untrained_person_looks_after_no_terminal() {
    let world = commissioned().await;
    let contact = json!({"name": "Nils Ny"});
    let person = json!({"contact": contact, "sites": ["stora-torget"]});
    world
        .succeeds("PUT", "/api/v1/people/nils", Some(person))
        .await;
    let by_nils = json!({"at": now(), "by": "nils"});
    let refused = world.call("POST", &terminal("/tests"), Some(by_nils)).await;
    assert_eq!(codes(&refused), ["user-untrained"]);
}

// T3, T9
#[tokio::test]
async fn accepted_terms_and_assessments_are_on_record() {
    let world = commissioned().await;
    let customer = world
        .succeeds("GET", "/api/v1/customers/parkeringshuset", None)
        .await;
    assert_eq!(customer["terms"]["edition"], "2026-1");
    assert_eq!(customer["self_assessment"]["status"], "not-required");
    let pending = json!({"status": "pending", "questionnaire": "B-IP"});
    let path = "/api/v1/customers/parkeringshuset/self-assessments";
    world.succeeds("POST", path, Some(pending)).await;
    let due = world.items("/api/v1/due?what=self-assessment").await;
    assert_eq!(due.len(), 1);
}

// T9
#[tokio::test]
async fn a_text_with_a_card_number_is_refused() {
    let world = commissioned().await;
    let reason = json!({"reason": "card 4111 1111 1111 1111 was skimmed"});
    let refused = world
        .call("POST", &terminal("/suspend"), Some(reason))
        .await;
    assert_eq!(refused.status, 422);
    assert!(!String::from_utf8_lossy(&refused.bytes).contains("4111"));
}
