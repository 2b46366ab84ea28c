//! Whose processor takes the money, and how that changes.

use chargetap_fleet::processor::Processor;
use chargetap_fleet::terminal::Origin;
use serde_json::json;

use super::{codes, commissioned, terminal};
use crate::world::{CUSTOMER, Setup, World};

// P2
#[tokio::test]
async fn a_terminal_of_another_domain_takes_no_card_for_the_platform_before_it_has_its_number() {
    let world = commissioned().await;
    let reason = json!({"reason": "it is to be the customer's"});
    world
        .succeeds("POST", &terminal("/suspend"), Some(reason))
        .await;
    world.until_out_of_service().await;
    world
        .succeeds(
            "POST",
            &terminal("/transfer"),
            Some(json!({"to": "customer"})),
        )
        .await;
    world
        .succeeds("POST", &terminal("/transfer/complete"), None)
        .await;
    world
        .succeeds(
            "POST",
            &terminal("/transfer"),
            Some(json!({"to": "platform"})),
        )
        .await;
    let early = world
        .call("POST", &terminal("/transfer/complete"), None)
        .await;
    assert_eq!(early.status, 409, "without the vendor's number");
    let refused = world.call("POST", &terminal("/activate"), None).await;
    assert!(
        codes(&refused)
            .iter()
            .any(|code| code.starts_with("transfer-")),
        "{refused:?}"
    );
    world
        .succeeds(
            "POST",
            &terminal("/transfer/number"),
            Some(json!({"number": "TT-77"})),
        )
        .await;
    world
        .succeeds("POST", &terminal("/transfer/complete"), None)
        .await;
    world.succeeds("POST", &terminal("/activate"), None).await;
    world.charge_and_pay().await;
}

// P1, P3
#[tokio::test]
async fn a_processor_is_never_changed_under_a_running_session() {
    let world = World::new(Setup {
        power: 7_000,
        unplug_after: None,
        origin: Origin::FactoryFitted,
        ..Setup::default()
    })
    .await;
    let to = || Some(json!({"to": "customer"}));
    world.tap("card-1").await;
    world
        .until("energy flows", async || world.metered_live().await > 0)
        .await;
    let active = world.call("POST", &terminal("/transfer"), to()).await;
    assert_eq!(active.status, 409, "an activated terminal");
    let reason = json!({"reason": "a transfer"});
    world
        .succeeds("POST", &terminal("/suspend"), Some(reason))
        .await;
    let busy = world.call("POST", &terminal("/transfer"), to()).await;
    assert_eq!(codes(&busy), ["session-open"]);
    // The running session can still be stopped by its card, and pays the platform.
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["state"], "captured");
    assert_eq!(
        world.receipts(1).await[0]["issuer"]["name"],
        "Laddbolaget AB"
    );
    world.until_out_of_service().await;
    world
        .until("the session is over for the fleet", async || {
            world
                .call("POST", &terminal("/transfer"), to())
                .await
                .status
                == 200
        })
        .await;
}

// P3
#[tokio::test]
async fn no_session_begins_where_its_receipt_would_have_no_issuer() {
    let mut world = World::new(Setup {
        processor: Processor::Customer,
        ..Setup::default()
    })
    .await;
    world.stop_gateway();
    world.configure(CUSTOMER, "");
    world.restart_gateway().await;
    world.tap("card-1").await;
    world
        .until("the callback is refused", async || {
            let errors = world.log().values("error");
            errors.iter().any(|it| it.contains("[issuers]"))
        })
        .await;
    assert_eq!(world.stored_sessions(), 0);
    let ledger = world.ledger().await;
    assert_eq!(
        ledger["sessions"].as_array().unwrap().len(),
        0,
        "{ledger:#}"
    );
}
