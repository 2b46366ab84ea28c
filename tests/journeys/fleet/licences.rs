//! Licences: bought, assigned, renewed, expired.

use serde_json::json;

use super::{codes, commissioned, terminal};
use crate::world::TERMINAL;

fn order() -> String {
    format!("/api/v1/orders/SO-{TERMINAL}")
}

// L1, L2
#[tokio::test]
async fn a_licence_is_assigned_once_and_only_if_it_was_bought() {
    let world = commissioned().await;
    let body = |sku: &str| Some(json!({"sku": sku, "order": format!("SO-{TERMINAL}")}));
    for sku in ["PAYMENT-TERMINAL-ACTIVATION", "CPCLD-PAYMENT-TERMINAL-1"] {
        let refused = world.call("POST", &terminal("/licences"), body(sku)).await;
        assert_eq!(refused.status, 409, "{sku}: none is left");
    }
    let ticket = world
        .succeeds("GET", &format!("{}/ticket", order()), None)
        .await;
    assert_eq!(ticket["is_complete"], true);
}

// L2
#[tokio::test]
async fn after_a_licence_expires_no_session_begins_until_it_is_renewed() {
    let mut world = commissioned().await;
    world.charge_and_pay().await;
    world.stop_gateway();
    world.restart_gateway_ahead(330).await;
    let due = world.items("/api/v1/due?what=licence").await;
    assert_eq!(due.len(), 1, "35 days before the end: {due:?}");
    assert_eq!(due[0]["overdue"], false);
    world.stop_gateway();
    world.restart_gateway_ahead(370).await;
    world.until_out_of_service().await;
    let kinds = async || {
        let alerts = world.items("/api/v1/alerts").await;
        let kind = |it: &serde_json::Value| it["kind"].as_str().unwrap().to_owned();
        alerts.iter().map(kind).collect::<Vec<_>>()
    };
    world
        .until("it is said", async || {
            kinds().await.iter().any(|it| it == "licence-ended")
        })
        .await;

    let known = world.call("GET", &order(), None).await;
    let mut details = known.json()["details"].clone();
    details["software_years"] = json!(2);
    let etag = known.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let path = order();
    let put = world.call_as(world.token(), "PUT", &path, Some(details), &headers);
    assert_eq!(put.await.status, 200);
    let body = json!({"sku": "CPCLD-PAYMENT-TERMINAL-1", "order": format!("SO-{TERMINAL}")});
    world
        .succeeds("POST", &terminal("/licences"), Some(body))
        .await;
    world
        .until("the terminal reads", async || {
            world.tap_once("card-2").await
        })
        .await;
}

// L2
#[tokio::test]
async fn an_order_that_bought_less_than_is_assigned_is_refused() {
    let world = commissioned().await;
    let known = world.call("GET", &order(), None).await;
    let mut details = known.json()["details"].clone();
    details["activations"] = json!(0);
    let etag = known.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let put = world
        .call_as(world.token(), "PUT", &order(), Some(details), &headers)
        .await;
    assert_eq!(put.status, 409);
    assert!(!codes(&put).is_empty());
}
