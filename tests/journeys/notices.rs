//! What the terminal tells the driver, in the driver's languages.

use crate::world::{Setup, World};

/// A terminal that speaks Swedish and German.
const TWO_LANGUAGES: &str = r#"evses = [{ station = "CT-1", connector = 1 }]
        hold = "50.00"
        languages = ["sv", "de"]"#;

/// A driver who stops by showing the card again.
async fn stopped_by_card(setup: Setup) -> World {
    let world = World::charging(setup).await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    world
}

/// The receipt's code as it is shown.
async fn code(world: &World) -> String {
    let receipt = world.receipts(1).await.remove(0);
    let (first, second) = receipt["code"].as_str().unwrap().split_at(4);
    format!("{first}-{second}")
}

async fn until_said(world: &World, text: &str) {
    world
        .until(text, async || {
            world.said().await.iter().any(|said| said.contains(text))
        })
        .await;
}

#[tokio::test]
async fn who_stops_by_card_is_told_what_was_paid_and_where_the_receipt_is() {
    let world = stopped_by_card(Setup::default()).await;
    let code = code(&world).await;
    let session = world.ledger().await["sessions"][0].clone();
    let cents = session["captured"].as_u64().unwrap();
    let paid = format!("€{}.{:02}", cents / 100, cents % 100);
    let address = world.url("/receipts").replace("http://", "");
    let told = format!("Paid: {paid}. Receipt: {address}, code {code}.");
    until_said(&world, &told).await;
    let texts = world.said().await;
    assert!(
        texts.contains(&format!("Charging ended: {paid}.")),
        "{texts:?}"
    );
}

#[tokio::test]
async fn the_card_that_paid_sees_the_code_once_more_and_begins_a_session_after_that() {
    let world = stopped_by_card(Setup::default()).await;
    let code = code(&world).await;
    until_said(&world, &code).await;
    world.tap("card-1").await;
    until_said(
        &world,
        &format!("code {code}. To charge again, show the card once more."),
    )
    .await;
    let ledger = world.ledger().await;
    assert_eq!(ledger["sessions"].as_array().unwrap().len(), 1, "{ledger}");
    world.tap("card-1").await;
    world
        .until("another hold is made", async || {
            world.ledger().await["sessions"].as_array().unwrap().len() == 2
        })
        .await;
}

#[tokio::test]
async fn a_terminal_says_everything_in_its_two_languages() {
    let world = stopped_by_card(Setup {
        terminal: TWO_LANGUAGES,
        ..Setup::default()
    })
    .await;
    let code = code(&world).await;
    for said in [
        "Visa ditt kort. / 0,6125 €/kWh",
        "Kortet är godkänt. Anslut bilen för att ladda. / Karte angenommen.",
        "Laddningen har börjat. / Der Ladevorgang hat begonnen.",
        "Upptagen. Visa samma kort igen för att avsluta. / Besetzt.",
        "Laddningen är avslutad: ",
        &format!("kod {code}. / Bezahlt: "),
        &format!("Code {code}."),
    ] {
        until_said(&world, said).await;
    }
    // The terminal's own texts are in the first.
    assert_eq!(world.screen_state().await["language"], "sv");
}

#[tokio::test]
async fn the_price_that_was_told_is_kept_with_the_session_and_the_receipt_is_in_the_readers_language()
 {
    let mut world = World::charging(Setup::default()).await;
    let mut said = world.said().await.into_iter();
    let told = said.find(|text| text.starts_with("€0.6125/kWh, ")).unwrap();
    // Prompts are deleted after a while, and the tariff may be another one by then.
    world.stop_gateway();
    world.forget_prompts();
    world.configure("0.49", "0.99");
    world.restart_gateway().await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    let receipt = world.receipts(1).await.remove(0);
    assert_eq!(receipt["tariff"], told.as_str());
    assert_eq!(
        receipt["prices"]["units"][0]["price_milli_minor"], 61_250,
        "{receipt}"
    );
    let link = receipt["link"].as_str().unwrap();
    let page = |language: &str| format!("{link}?format=text&columns=80&lang={language}");
    for (language, prices) in [
        ("sv", "0,6125 €/kWh, 0,3125 € per laddning (inkl. moms)"),
        ("de", "0,6125 €/kWh, 0,3125 € pro Ladevorgang (inkl. MwSt.)"),
    ] {
        let (status, _, body) = world.get(&page(language), "*/*").await;
        let text = String::from_utf8(body).unwrap();
        assert_eq!(status, 200);
        assert!(text.contains(prices), "{text}");
        assert!(!text.contains(&told), "{text}");
    }
}

impl World {
    /// Everything that the terminal said.
    async fn said(&self) -> Vec<String> {
        let state = self.screen_state().await;
        let said = state["shown"].as_array().unwrap().iter();
        said.map(|text| text.as_str().unwrap().to_owned()).collect()
    }
}
