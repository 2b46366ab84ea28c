use chargetap_contract::money::{
    Dimension, PriceComponent, PriceLimit, Range, Restriction, Tariff, TariffElement,
};

use super::*;

mod issuers;
mod mistakes;
mod retention;
mod stations;
mod terminals;
mod webhooks;

const GOOD: &str = r#"
[gateway]
public_url = "https://gateway.example/"

[payter]
url = "https://cps-test.mypayter.com"
api_key = { env = "PAYTER_API_KEY" }

[[callback_keys]]
id = "2026"
secret = { file = "callback.key" }

[issuers.platform]
name = "Laddbolaget AB"
address = "Storgatan 1, 111 22 Stockholm"
vat_number = "SE556677889901"
contact = "help@laddbolaget.example"
number_prefix = "L-"

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
password = { env = "STATION_CT1_PASSWORD" }

[[terminals]]
serial = "p66-0001"
model = "apollo"
evses = [{ station = "CT-1", connector = 1 }]
tariff = "day"
hold = "50.00"
"#;

#[test]
fn amounts_are_read_exactly_into_minor_units() {
    let config = parse(GOOD).unwrap();
    let terminal = &config.terminals["P66-0001"];
    assert_eq!(terminal.holds, [5_000]);
    let [element] = terminal.policy.tariff.elements.as_slice() else {
        panic!("one element");
    };
    let component = |dimension, price| PriceComponent {
        dimension,
        price,
        vat_rate: Some(2_500),
        step_size: 1,
    };
    assert_eq!(
        element.components,
        [
            component(Dimension::Energy, 39_500),
            component(Dimension::Flat, 25_000)
        ]
    );
    assert_eq!(element.restrictions, []);
    assert_eq!(terminal.policy.minimum_capture, 50);
    assert_eq!(config.public_url, "https://gateway.example");
}

/// Read a file that has at most one mistake.
fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(text).map_err(|ConfigErrors(mut errors)| {
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors.remove(0)
    })
}

/// The error for the good file with one change.
fn error(from: &str, to: &str) -> ConfigError {
    assert!(GOOD.contains(from));
    parse(&GOOD.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn an_unknown_key_is_refused_by_line_and_name() {
    let error = error("connector = 1", "connector = 1, conector = 1");
    let place = (error.line, error.key.as_str());
    assert_eq!(place, (39, "terminals.evses.conector"));
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
        "line 40: terminals.tariff: there is no tariff of this id"
    );
}

#[test]
fn an_amount_finer_than_the_currency_is_refused() {
    let error = error("hold = \"50.00\"", "hold = \"50.001\"");
    assert_eq!(
        error.to_string(),
        "line 41: terminals.hold: \"50.001\" has more than 2 decimals"
    );
}

#[test]
fn a_currency_that_does_not_exist_is_refused() {
    let error = error("currency = \"EUR\"", "currency = \"EUX\"");
    assert_eq!((error.line, error.key.as_str()), (27, "tariffs.currency"));
}

#[test]
fn a_negative_price_is_refused() {
    let error = error("per_session = \"0.25\"", "per_session = \"-0.25\"");
    assert_eq!(
        error.to_string(),
        "line 29: tariffs.per_session: \"-0.25\" is negative"
    );
}

#[test]
fn the_same_terminal_twice_is_refused() {
    let again = &GOOD[GOOD.find("[[terminals]]").unwrap()..];
    let error = parse(&format!("{GOOD}\n{again}")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 44: terminals.serial: \"p66-0001\" stands here a second time"
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

/// The good file with a policy of its own, from line 26 on.
fn with_policy(policy: &str) -> Result<Config, ConfigError> {
    let policy = format!("[policy]\n{policy}\n[[tariffs]]");
    parse(&GOOD.replacen("[[tariffs]]", &policy, 1))
}

#[test]
fn a_station_may_take_an_hour_to_report_the_end_and_no_longer() {
    assert!(with_policy("stop_timeout_s = 3600").is_ok());
    assert_eq!(
        with_policy("stop_timeout_s = 3601")
            .unwrap_err()
            .to_string(),
        "line 26: policy.stop_timeout_s: must be from 1 to 3600 seconds"
    );
}

#[test]
fn a_hold_that_leaves_no_time_to_charge_is_refused() {
    // 1 minute to authorise, 5 to plug in, 2 to stop and 60 to capture are 4,080 seconds.
    assert!(with_policy("hold_lifetime_s = 4081").is_ok());
    let expected = |line, seconds| {
        format!(
            "line {line}: policy.hold_lifetime_s: must be more than {seconds} seconds: \
             authorise_timeout_s, plug_in_timeout_s and stop_timeout_s, and an hour to capture"
        )
    };
    let error = with_policy("hold_lifetime_s = 4080").unwrap_err();
    assert_eq!(error.to_string(), expected(26, 4_080));
    let policy = "authorise_timeout_s = 10\nplug_in_timeout_s = 200\nstop_timeout_s = 3000\n\
                  hold_lifetime_s = 3600";
    let error = with_policy(policy).unwrap_err();
    assert_eq!(error.to_string(), expected(29, 6_810));
}

#[test]
fn a_time_zone_that_does_not_exist_is_refused() {
    let error = error("Europe/Stockholm", "Europe/Sundsvall");
    assert_eq!(
        error.to_string(),
        "line 23: site.time_zone: \"Europe/Sundsvall\" is not an IANA time zone such as \
         \"Europe/Stockholm\""
    );
}

/// The good file's tariff, from line 26 on, and with what replaces its prices.
fn with_prices(prices: &str) -> Result<Tariff, ConfigError> {
    let old = "per_kwh = \"0.395\"\nper_session = \"0.25\"\nvat_percent = \"25\"";
    assert!(GOOD.contains(old));
    let config = parse(&GOOD.replacen(old, prices, 1))?;
    Ok(config.terminals["P66-0001"].policy.tariff.clone())
}

const ELEMENTS: &str = r#"
tax_included = true
min_price = { before_taxes = "0.50", after_taxes = "0.55" }
max_price = { after_taxes = "100" }
preauthorize = "75.00"

[[tariffs.elements]]
price_components = [
    { type = "ENERGY", price = "0.395", vat = "25", step_size = 100 },
    { type = "PARKING_TIME", price = "3" },
]

[tariffs.elements.restrictions]
start_time = "17:30"
end_time = "00:00"
start_date = "2026-01-05"
end_date = "2026-01-06"
min_kwh = "0.5"
max_kwh = "20"
min_power = "3.7"
max_power = "22.08"
min_duration = 60
max_duration = 3600
day_of_week = ["MONDAY", "SUNDAY"]

[[tariffs.elements]]
price_components = [{ type = "TIME", price = "1.20" }, { type = "FLAT", price = "0.10" }]
"#;

#[test]
fn ocpis_elements_are_read_in_ocpis_units() {
    let component = |dimension, price, vat_rate, step_size| PriceComponent {
        dimension,
        price,
        vat_rate,
        step_size,
    };
    let range = |min, max| Range {
        min: Some(min),
        max: Some(max),
    };
    let expected = Tariff {
        currency: "EUR".into(),
        tax_included: true,
        elements: vec![
            TariffElement {
                components: vec![
                    component(Dimension::Energy, 39_500, Some(2_500), 100),
                    component(Dimension::ParkingTime, 300_000, None, 0),
                ],
                restrictions: vec![
                    Restriction::TimeOfDay(range(1_050, 0)),
                    // 56 years with 14 leap days, and 4 days.
                    Restriction::Date(range(20_458, 20_459)),
                    Restriction::Weekday(vec![1, 7]),
                    Restriction::Energy(range(500, 20_000)),
                    Restriction::Power(range(3_700, 22_080)),
                    Restriction::Duration(range(60_000, 3_600_000)),
                ],
            },
            TariffElement {
                components: vec![
                    component(Dimension::Time, 120_000, None, 0),
                    component(Dimension::Flat, 10_000, None, 0),
                ],
                restrictions: vec![],
            },
        ],
        min_price: Some(PriceLimit {
            net: Some(50),
            gross: Some(55),
        }),
        max_price: Some(PriceLimit {
            net: None,
            gross: Some(10_000),
        }),
        preauthorize_amount: Some(7_500),
    };
    assert_eq!(with_prices(ELEMENTS).unwrap(), expected);
}

/// The error for the elements with one change.
fn elements_error(from: &str, to: &str) -> String {
    assert!(ELEMENTS.contains(from), "{from}");
    let error = with_prices(&ELEMENTS.replacen(from, to, 1)).unwrap_err();
    error.to_string()
}

#[test]
fn what_is_wrong_with_an_element_is_named_by_line_and_key() {
    for (from, to, expected) in [
        (
            "\"22.08\"",
            "\"3.7\"",
            "line 48: tariffs.elements.restrictions.max_power: is not above min_power",
        ),
        (
            "\"17:30\"",
            "\"24:30\"",
            "line 41: tariffs.elements.restrictions.start_time: \"24:30\" is not a time of day such \
             as \"17:30\"",
        ),
        (
            "2026-01-05",
            "2026-02-30",
            "line 43: tariffs.elements.restrictions.start_date: \"2026-02-30\" is not a date since \
             1970 such as \"2026-12-24\"",
        ),
        (
            "\"PARKING_TIME\"",
            "\"ENERGY\"",
            "line 37: tariffs.elements.price_components.type: an element has at most one price of \
             each type",
        ),
        (
            "vat = \"25\"",
            "vat = \"125\"",
            "line 36: tariffs.elements.price_components.vat: \"125\" is more than 100 percent",
        ),
        (
            "\"0.50\"",
            "\"0.505\"",
            "line 30: tariffs.min_price.before_taxes: \"0.505\" has more than 2 decimals",
        ),
        (
            "tax_included = true",
            "vat_percent = \"25\"",
            "line 29: tariffs.vat_percent: a tariff has either elements, or prices and a VAT of its own",
        ),
    ] {
        assert_eq!(elements_error(from, to), expected);
    }
    let error = elements_error("min_kwh", "min_current");
    assert!(error.contains("unknown field `min_current`"), "{error}");
}

#[test]
fn a_minimum_above_the_maximum_is_refused() {
    for (min, max, expected) in [
        (
            "before_taxes = \"5.01\"",
            "before_taxes = \"5.00\", after_taxes = \"9\"",
            "before_taxes: must be at most max_price.before_taxes, 5.00",
        ),
        (
            "before_taxes = \"5.01\"",
            "after_taxes = \"5.00\"",
            "before_taxes: must be at most max_price.after_taxes, 5.00",
        ),
        (
            "before_taxes = \"1\", after_taxes = \"5.01\"",
            "before_taxes = \"1\", after_taxes = \"5.00\"",
            "after_taxes: must be at most max_price.after_taxes, 5.00",
        ),
    ] {
        let prices = |min: &str| {
            format!(
                "per_kwh = \"0.395\"\nvat_percent = \"25\"\nmin_price = {{ {min} }}\nmax_price = {{ {max} }}"
            )
        };
        let error = with_prices(&prices(min)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("line 30: tariffs.min_price.{expected}")
        );
        assert!(with_prices(&prices(&min.replace("5.01", "5.00"))).is_ok());
    }
}

#[test]
fn a_hold_that_does_not_cover_the_minimum_price_with_vat_is_refused() {
    // 40.01 with 25 % are 50.0125. A maximum of 50.00 bounds it.
    let min = "vat_percent = \"25\"\nmin_price = { before_taxes = \"40.01\" }";
    let max = "\nmax_price = { after_taxes = \"50.00\" }";
    let problem = "must be at least 50.01, the tariff's minimum price with VAT";
    assert_eq!(
        error("vat_percent = \"25\"", min).to_string(),
        format!("line 42: terminals.hold: {problem}")
    );
    let bounded = GOOD.replacen("vat_percent = \"25\"", &format!("{min}{max}"), 1);
    assert!(parse(&bounded).is_ok());
    let preauthorize = format!("{min}\npreauthorize = \"50.00\"");
    assert_eq!(
        error("vat_percent = \"25\"", &preauthorize).to_string(),
        format!("line 32: tariffs.preauthorize: {problem}")
    );
    let covered = GOOD.replacen("vat_percent = \"25\"", min, 1);
    assert!(parse(&covered.replacen("\"50.00\"", "\"50.01\"", 1)).is_ok());
}

#[test]
fn the_highest_vat_of_a_tariff_counts_for_the_hold() {
    let elements = |after_taxes: &str| {
        ELEMENTS
            .replacen("\"0.50\", after_taxes = \"0.55\"", after_taxes, 1)
            .replacen(
                "{ type = \"PARKING_TIME\", price = \"3\" }",
                "{ type = \"TIME\", price = \"3\", vat = \"10\" }",
                1,
            )
    };
    // 40.00 with 25 % are 50.00, and the terminal holds 50.00.
    assert!(with_prices(&elements("\"40.00\"")).is_ok());
    let refused = with_prices(&elements("\"40.01\"")).unwrap_err();
    assert_eq!(refused.key, "terminals.hold");
    assert!(with_prices(&elements("\"0.50\", after_taxes = \"50.00\"")).is_ok());
    let refused = with_prices(&elements("\"0.50\", after_taxes = \"50.01\"")).unwrap_err();
    assert_eq!(refused.key, "terminals.hold");
}

#[test]
fn prices_without_a_vat_are_refused() {
    assert_eq!(
        with_prices("per_kwh = \"0.395\"").unwrap_err().to_string(),
        "line 26: tariffs.vat_percent: is needed with prices per kWh, hour and session; \"0\" is no \
         VAT"
    );
}

#[test]
fn parking_time_has_its_own_price() {
    let prices = "per_hour = \"1\"\nper_hour_parking = \"2\"\nvat_percent = \"0\"";
    let tariff = with_prices(prices).unwrap();
    let components = tariff.elements[0].components.iter();
    let prices: Vec<_> = components.map(|it| (it.dimension, it.price)).collect();
    assert_eq!(
        prices,
        [
            (Dimension::Time, 100_000),
            (Dimension::ParkingTime, 200_000)
        ]
    );
}

#[test]
fn a_terminal_without_a_hold_holds_what_the_tariff_says() {
    let hold = "hold = \"50.00\"";
    let preauthorize = "vat_percent = \"25\"\npreauthorize = \"75.00\"";
    let with_both = GOOD.replacen("vat_percent = \"25\"", preauthorize, 1);
    assert_eq!(
        parse(&with_both).unwrap().terminals["P66-0001"].holds,
        [5_000]
    );
    let without_hold = with_both.replacen(hold, "", 1);
    assert_eq!(
        parse(&without_hold).unwrap().terminals["P66-0001"].holds,
        [7_500]
    );
    assert_eq!(
        error(hold, "").to_string(),
        "line 37: terminals.hold: is needed, as the tariff has no preauthorize"
    );
}

#[test]
fn a_terminal_that_charges_in_another_currency_than_its_tariff_is_refused() {
    let error = error("evses", "currency = \"SEK\"\nevses");
    assert_eq!(error.key, "terminals.currency");
    assert_eq!(error.problem, "the tariff is in EUR");
}

#[test]
fn a_site_may_be_left_out_where_all_terminals_are_on_record() {
    let site = "[site]
name = \"Stora Torget\"
address = \"Torget 2, 111 23 Stockholm\"
time_zone = \"Europe/Stockholm\"
";
    assert_eq!(parse(GOOD).unwrap().site.unwrap().name, "Stora Torget");
    let without = GOOD.replacen(site, "", 1);
    assert_ne!(without, GOOD);
    assert_eq!(parse(&without).unwrap().site, None);
}
