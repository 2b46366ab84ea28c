use super::*;

const GOOD: &str = r#"
[gateway]
public_url = "https://gateway.example/"

[payter]
url = "https://cps-test.mypayter.com"
api_key = { env = "PAYTER_API_KEY" }

[[callback_keys]]
id = "2026"
secret = { file = "callback.key" }

[issuer]
name = "Laddbolaget AB"
address = "Storgatan 1, 111 22 Stockholm"
vat_number = "SE556677889901"
contact = "help@laddbolaget.example"

[site]
name = "Stora Torget"
address = "Torget 2, 111 23 Stockholm"
time_zone = "Europe/Stockholm"

[[tariffs]]
id = "day"
currency = "EUR"
per_kwh = "0.395"
per_session = "0.25"
vat_percent = "25"

[[stations]]
id = "CT-1"
password = { env = "CT_1_PASSWORD" }

[[terminals]]
serial = "p66-0001"
station = "CT-1"
connector = 1
tariff = "day"
hold = "50.00"
"#;

#[test]
fn amounts_are_read_exactly_into_minor_units() {
    let config = Config::parse(GOOD).unwrap();
    let terminal = &config.terminals["P66-0001"];
    assert_eq!(terminal.hold, 5_000);
    assert_eq!(terminal.policy.tariff.per_kwh, 39_500);
    assert_eq!(terminal.policy.tariff.per_session, 25_000);
    assert_eq!(terminal.policy.tariff.vat_rate, 2_500);
    assert_eq!(terminal.policy.minimum_capture, 50);
    assert_eq!(config.public_url, "https://gateway.example");
}

/// The error for the good file with one change.
fn error(from: &str, to: &str) -> ConfigError {
    assert!(GOOD.contains(from));
    Config::parse(&GOOD.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn an_unknown_key_is_refused_by_line_and_name() {
    let error = error("connector = 1", "conector = 1");
    assert_eq!((error.line, error.key.as_str()), (38, "conector"));
    assert!(
        error.problem.contains("unknown field `conector`"),
        "{error}"
    );
}

#[test]
fn a_terminal_with_an_unknown_tariff_is_refused_by_line_and_key() {
    let error = error("tariff = \"day\"", "tariff = \"night\"");
    assert_eq!(
        error.to_string(),
        "line 39: terminals.tariff: there is no tariff of this id"
    );
}

#[test]
fn an_amount_finer_than_the_currency_is_refused() {
    let error = error("hold = \"50.00\"", "hold = \"50.001\"");
    assert_eq!(
        error.to_string(),
        "line 40: terminals.hold: \"50.001\" has more than 2 decimals"
    );
}

#[test]
fn a_currency_that_does_not_exist_is_refused() {
    let error = error("currency = \"EUR\"", "currency = \"EUX\"");
    assert_eq!((error.line, error.key.as_str()), (26, "tariffs.currency"));
}

#[test]
fn a_negative_price_is_refused() {
    let error = error("per_session = \"0.25\"", "per_session = \"-0.25\"");
    assert_eq!(
        error.to_string(),
        "line 28: tariffs.per_session: \"-0.25\" is negative"
    );
}

#[test]
fn the_same_terminal_twice_is_refused() {
    let again = &GOOD[GOOD.find("[[terminals]]").unwrap()..];
    let error = Config::parse(&format!("{GOOD}\n{again}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 43: terminals.serial: \"p66-0001\" stands here a second time"
    );
}

#[test]
fn a_duration_that_cannot_be_meant_is_refused() {
    for seconds in ["0", "604801", "18446744073709551615"] {
        let policy = format!("[policy]\nplug_in_timeout_s = {seconds}\n[[tariffs]]");
        let error = error("[[tariffs]]", &policy);
        assert_eq!(error.key, "policy.plug_in_timeout_s");
    }
}
