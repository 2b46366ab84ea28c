//! Which terminals there are, what they are, where they are, and who may use them.

use serde_json::json;

use super::{codes, commissioned, empty, terminal};
use crate::world::{Setup, TERMINAL};

// H1
#[tokio::test]
async fn only_models_that_are_compatible_are_put_on_record_and_data_says_what_differs() {
    let world = commissioned().await;
    let mut details = world.succeeds("GET", &terminal(""), None).await["details"].clone();
    for model in [
        "p66",
        "p66s",
        "p68",
        "apollo",
        "apollo-max",
        "apollo-polar",
        "a920",
    ] {
        details["model"] = json!(model);
        details["connectors"] = json!([2]);
        let serial = format!("NEW-{}", model.to_uppercase());
        let body = json!({"serial": serial, "domain": "platform", "details": details});
        let path = format!("/api/v1/orders/SO-{TERMINAL}/terminals");
        let answer = world.call("POST", &path, Some(body)).await;
        if model == "a920" {
            assert_eq!(answer.status, 422);
            let text = String::from_utf8_lossy(&answer.bytes).into_owned();
            assert!(
                text.contains("apollo-polar"),
                "it says which there are: {text}"
            );
            continue;
        }
        assert_eq!(answer.status, 201, "{model}");
        let done = json!({"at": crate::world::now(), "by": "astrid"});
        let path = format!("/api/v1/terminals/{serial}/charges");
        let charged = world.call("POST", &path, Some(done)).await;
        let has_battery = model.starts_with("apollo");
        assert_eq!(charged.status == 200, has_battery, "{model}");
        // The next one takes its place at the EVSE.
        let away = json!({"reason": "a test is over"});
        let path = format!("/api/v1/terminals/{serial}/retire");
        world.succeeds("POST", &path, Some(away)).await;
    }
}

// H3
#[tokio::test]
async fn a_terminal_is_activated_only_with_known_serial_numbers() {
    let world = commissioned().await;
    let reason = json!({"reason": "its SIM card was taken out"});
    world
        .succeeds("POST", &terminal("/suspend"), Some(reason))
        .await;
    let path = terminal("");
    let known = world.call("GET", &path, None).await;
    let mut details = known.json()["details"].clone();
    details["sim"] = json!(null);
    details["station"] = json!(null);
    details["connectors"] = json!([]);
    let etag = known.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let put = world.call_as(world.token(), "PUT", &path, Some(details), &headers);
    let put = put.await;
    assert_eq!(put.status, 200, "{put:?}");
    let refused = world.call("POST", &terminal("/activate"), None).await;
    assert_eq!(refused.status, 409);
    let codes = codes(&refused);
    for code in ["sim-unknown", "station-unknown"] {
        assert!(codes.iter().any(|it| it == code), "{code} in {codes:?}");
    }
    let mut details = world.succeeds("GET", &path, None).await["details"].clone();
    // The example of ITU-T E.118 with its last digit mistyped.
    details["sim"] = json!({"card": "89445012345678901235"});
    let shown = world.call("GET", &path, None).await.etag.unwrap();
    let headers = [("if-match", shown.as_str())];
    let put = world.call_as(world.token(), "PUT", &path, Some(details), &headers);
    assert_eq!(put.await.status, 422, "the check digit does not fit");
}

// H4
#[tokio::test]
async fn a_terminal_is_activated_only_once_its_vendor_sees_it_online() {
    let world = commissioned().await;
    let reason = json!({"reason": "maintenance"});
    world
        .succeeds("POST", &terminal("/suspend"), Some(reason))
        .await;
    world.terminal_online(false).await;
    let away = world.call("POST", &terminal("/activate"), None).await;
    assert_eq!(codes(&away), ["not-seen-online"]);
    world.terminal_online(true).await;
    world.succeeds("POST", &terminal("/activate"), None).await;
}

// T5
#[tokio::test]
async fn the_inventory_says_where_each_terminal_is_and_who_may_use_it_and_who_changed_that() {
    let world = commissioned().await;
    let shown = world.items("/api/v1/terminals?site=stora-torget").await;
    assert_eq!(shown.len(), 1);
    assert_eq!(shown[0]["details"]["users"], json!(["astrid"]));
    assert_eq!(shown[0]["details"]["station"], "CT-1");
    assert!(
        world
            .items("/api/v1/terminals?state=retired")
            .await
            .is_empty()
    );

    let second = json!({
        "serial": "P66-0002", "domain": "platform", "details": shown[0]["details"],
    });
    let path = format!("/api/v1/orders/SO-{TERMINAL}/terminals");
    let taken = world.call("POST", &path, Some(second)).await;
    assert_eq!(taken.status, 422, "the EVSE has a terminal");

    let log = world
        .items(&format!(
            "/api/v1/audit?kind=terminal&key={TERMINAL}&limit=200"
        ))
        .await;
    let newest = &log[0];
    assert_eq!(newest["before"]["state"], "ready");
    assert_eq!(newest["after"]["state"], "activated");
    assert_eq!(newest["by"], "K-1");
    assert!(newest["at"].is_string());
}

// T5
#[tokio::test]
async fn the_audit_log_cannot_be_rewritten() {
    let world = commissioned().await;
    let database = rusqlite::Connection::open(world.folder().join("chargetap.db")).unwrap();
    for statement in [
        "UPDATE fleet_change SET after = NULL",
        "DELETE FROM fleet_change",
        "UPDATE fleet_write SET actor = 'nobody'",
        "DELETE FROM fleet_write",
    ] {
        let refused = database.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("only added to"), "{statement}: {refused}");
    }
}

#[tokio::test]
async fn a_terminal_without_a_record_takes_no_card() {
    let world = empty(Setup::default()).await;
    world.until_out_of_service().await;
}
