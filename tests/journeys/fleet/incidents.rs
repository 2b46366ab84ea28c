//! An incident, from its discovery to its end.

use serde_json::{Value, json};

use super::{codes, commissioned, terminal};
use crate::world::{TERMINAL, now};

/// A PNG of one pixel.
pub(crate) const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x00, 0x00, 0x00, 0x00, 0x3a, 0x7e, 0x9b,
    0x55, 0x00, 0x00, 0x00, 0x0a, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0x60, 0x00, 0x00, 0x00,
    0x02, 0x00, 0x01, 0x48, 0xaf, 0xa4, 0x71, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae,
    0x42, 0x60, 0x82,
];

fn incident() -> Value {
    json!({
        "kind": "theft", "terminal": TERMINAL, "discovered": now(),
        "description": "It is gone.", "done": "", "planned": "", "contact": null,
    })
}

// T6, T4
#[tokio::test]
async fn an_incident_stops_the_terminal_until_an_entitled_person_closes_it() {
    let world = commissioned().await;
    let opened = world
        .call("POST", "/api/v1/incidents", Some(incident()))
        .await;
    assert_eq!(opened.status, 201);
    let key = opened.json()["key"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/incidents/{key}");
    world.until_out_of_service().await;
    let due = world.items("/api/v1/due?what=incident-report").await;
    assert_eq!(due.len(), 1, "within 24 hours");

    let early = world.call("POST", &format!("{path}/report"), None).await;
    assert_eq!(
        codes(&early),
        [
            "incomplete-description",
            "incomplete-done",
            "incomplete-planned",
            "unreachable-contact"
        ]
    );
    let mut full = incident();
    full["discovered"] = opened.json()["details"]["discovered"].clone();
    full["description"] = json!("It was unscrewed at night; the guard found the empty bracket.");
    full["done"] = json!("The police was called, and the footage kept.");
    full["planned"] = json!("A new bracket with tamper-proof screws.");
    full["contact"] = json!({"name": "Astrid Lund", "phone": "+46 8 123 45 67"});
    let etag = opened.etag.unwrap();
    let headers = [("if-match", etag.as_str())];
    let token = world.token();
    let put = world
        .call_as(token, "PUT", &path, Some(full), &headers)
        .await;
    assert_eq!(put.status, 200);

    let picture = format!("{path}/photographs?caption=The%20bracket");
    let png = [("content-type", "image/png")];
    let attached = world
        .send_as(token, "POST", &picture, PIXEL.to_vec(), &png)
        .await;
    assert_eq!(attached.status, 200, "{attached:?}");
    let hash = attached.json()["photographs"][0]["hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let back = world
        .call("GET", &format!("{path}/photographs/{hash}"), None)
        .await;
    assert_eq!(
        (back.media_type.as_str(), back.bytes.as_slice()),
        ("image/png", PIXEL)
    );
    let html = b"<script>alert(1)</script>".to_vec();
    let lie = world.send_as(token, "POST", &picture, html, &png).await;
    assert_eq!(lie.status, 422);
    let tricky = world
        .call(
            "GET",
            &format!("{path}/photographs/..%2F..%2Fchargetap.db"),
            None,
        )
        .await;
    assert_eq!(tricky.status, 404);

    let page = world
        .call("GET", &format!("{path}/report.html"), None)
        .await;
    assert!(page.media_type.starts_with("text/html"));
    assert!(String::from_utf8_lossy(&page.bytes).contains("unscrewed at night"));
    let pdf = world.call("GET", &format!("{path}/report.pdf"), None).await;
    assert!(pdf.bytes.starts_with(b"%PDF-"));

    world
        .succeeds("POST", &format!("{path}/report"), None)
        .await;
    let close = json!({"outcome": "cleared", "note": "It was found in the workshop, sealed."});
    let staff = world.token_for("site-staff", json!("everywhere")).await;
    let closing = format!("{path}/close");
    let refused = world
        .call_as(&staff, "POST", &closing, Some(close.clone()), &[])
        .await;
    assert_eq!(refused.status, 403, "who is at the site does not close it");
    let support = world.token_for("support", json!("everywhere")).await;
    let closed = world
        .call_as(&support, "POST", &closing, Some(close), &[])
        .await;
    assert_eq!(closed.status, 200);
    let late = [PIXEL, b"another".as_slice()].concat();
    let late = world.send_as(token, "POST", &picture, late, &png).await;
    assert_eq!(late.status, 409, "{late:?}");
    assert_eq!(world.stored_pictures(), 1, "what is refused is not kept");
    assert_eq!(
        world.succeeds("GET", &terminal(""), None).await["state"],
        "suspended"
    );
    world.succeeds("POST", &terminal("/activate"), None).await;
    world.charge_and_pay().await;
}
