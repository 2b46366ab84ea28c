//! Issuers of receipts, and models of terminals.

use super::*;

const MODEL: &str = "model = \"apollo\"";

const CUSTOMER: &str = r#"
[issuers.customer]
name = "Garage AB"
address = "Torget 2, 111 23 Stockholm"
vat_number = "SE112233445901"
contact = "help@garage.example"
number_prefix = "G-"

[site]"#;

/// The good file with the customer as a second issuer.
fn with_customer() -> Result<Config, ConfigError> {
    parse(&GOOD.replacen("\n[site]", CUSTOMER, 1))
}

#[test]
fn there_may_be_an_issuer_for_each_processor() {
    let config = parse(GOOD).unwrap();
    assert_eq!(config.issuers[&Processor::Platform].number_prefix, "L-");
    let config = with_customer().unwrap();
    let customer = &config.issuers[&Processor::Customer];
    assert_eq!(customer.on_receipts.name, "Garage AB");
    assert_eq!(customer.number_prefix, "G-");
}

#[test]
fn an_issuer_has_a_vat_number_and_a_prefix_that_fits_a_number() {
    let empty = error("vat_number = \"SE556677889901\"", "vat_number = \" \"");
    assert_eq!(empty.key, "issuers.vat_number");
    for wrong in ["L 1", "L\u{202e}", "123456789012345678901"] {
        let refused = error("\"L-\"", &format!("\"{wrong}\""));
        assert_eq!(refused.key, "issuers.number_prefix", "{wrong}");
    }
}

#[test]
fn two_issuers_are_two_companies_however_a_vat_number_is_written() {
    let error = with_customer().map(|_| ());
    assert_eq!(error, Ok(()));
    let file = GOOD.replacen("\n[site]", CUSTOMER, 1);
    let same = file.replace("SE112233445901", "se 556677-889901");
    assert_eq!(parse(&same).unwrap_err().key, "issuers.vat_number");
}

#[test]
fn every_model_that_the_platform_supports_is_known_and_no_other() {
    for model in ["p66", "p66s", "p68", "apollo", "apollo-max", "apollo-polar"] {
        assert!(parse(&GOOD.replace(MODEL, &format!("model = \"{model}\""))).is_ok());
    }
    let error = error(MODEL, "model = \"p99\"");
    assert_eq!(error.line, 38);
    assert!(error.problem.contains("apollo-polar"), "{error}");
}

#[test]
fn a_model_without_a_screen_cannot_let_choose() {
    let without = GOOD.replace(MODEL, "model = \"p66\"");
    let choices = r#"hold_choices = ["10.00", "25.00"]"#;
    let error = parse(&without.replace("hold = \"50.00\"", choices)).unwrap_err();
    assert_eq!(error.key, "terminals.model");
}

#[test]
fn a_meters_public_key_belongs_to_a_connector() {
    let password = "password = { env = \"STATION_CT1_PASSWORD\" }";
    let meters =
        |meters: &str| parse(&GOOD.replace(password, &format!("{password}\nmeters = {meters}")));
    let one = "{ connector = 1, public_key = \"3059\" }";
    let config = meters(&format!("[{one}]")).unwrap();
    assert_eq!(config.stations["CT-1"].meter_keys[&1], "3059");
    let error = meters(&format!("[{one}, {one}]")).unwrap_err();
    assert_eq!(error.key, "stations.meters");
}
