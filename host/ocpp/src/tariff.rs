//! Tariffs as OCPP 2.1 has them, which stations show to drivers.
//!
//! Of each kind of price, the first one whose conditions all hold counts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::message::Answer;
use crate::v2::number;

/// The longest description, in characters.
pub const LONGEST_DESCRIPTION: usize = 1_024;
/// How many descriptions a tariff may have.
pub const MOST_DESCRIPTIONS: usize = 10;

/// A tariff. Its amounts are in the currency's units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// An ISO 4217 code.
    pub currency: String,
    /// What people read, in several languages.
    pub descriptions: Vec<Description>,
    /// Per kilowatt-hour.
    pub energy: Option<Prices>,
    /// Per minute in which the vehicle charges.
    pub charging_time: Option<Prices>,
    /// Per minute in which it does not.
    pub idle_time: Option<Prices>,
    /// Once, at the start.
    pub fixed_fee: Option<Prices>,
    /// What a transaction costs at least.
    pub min_cost: Option<Bound>,
    /// What a transaction costs at most.
    pub max_cost: Option<Bound>,
}

/// A text in a language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// A BCP 47 tag.
    pub language: String,
    /// The text.
    pub content: String,
}

/// The prices of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    /// In their order; at least one.
    pub prices: Vec<Price>,
    /// The VAT on all of them, in percent.
    pub vat_percent: Decimal,
}

/// A price without VAT, and when it applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// With at most six decimals.
    pub amount: Decimal,
    /// All of them must hold.
    pub conditions: Conditions,
}

/// A bound of what a transaction costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// Without VAT.
    pub excl_tax: Option<Decimal>,
    /// With VAT.
    pub incl_tax: Option<Decimal>,
}

/// When a price applies. Times, dates and days of the week are local; a maximum or an end does not belong to its range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Conditions {
    /// Such as `22:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time_of_day: Option<String>,
    /// The same. `00:00` is the end of the day, and what is before the start is on the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time_of_day: Option<String>,
    /// By their English names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub day_of_week: Vec<String>,
    /// Such as `2026-12-24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from_date: Option<String>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to_date: Option<String>,
    /// Watt-hours since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_energy: Option<u64>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_energy: Option<u64>,
    /// Watts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_power: Option<u64>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_power: Option<u64>,
    /// Seconds since the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_time: Option<u64>,
    /// The same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_time: Option<u64>,
}

impl Tariff {
    /// It as the default tariff of an EVSE. Another content has another id, and so has another EVSE: a station takes no
    /// id twice.
    pub(crate) fn request(&self, evse: u32) -> Value {
        let mut tariff = self.content();
        let hash = Sha256::digest(Value::from(tariff.clone()).to_string());
        let hash = URL_SAFE_NO_PAD.encode(hash);
        tariff.insert("tariffId".into(), json!(format!("{evse}-{hash}")));
        json!({"evseId": evse, "tariff": tariff})
    }

    fn content(&self) -> Map<String, Value> {
        let described = self.descriptions.iter().map(|it| {
            json!({"format": "UTF8", "language": it.language,
                "content": it.content})
        });
        let described: Vec<Value> = described.collect();
        let prices = |of: &Option<Prices>, unit| of.as_ref().map(|of| of.content(unit));
        let bound = |of: &Option<Bound>| of.as_ref().map(Bound::content);
        let members = [
            ("currency", Some(json!(self.currency))),
            (
                "description",
                (!described.is_empty()).then(|| json!(described)),
            ),
            ("energy", prices(&self.energy, "priceKwh")),
            ("chargingTime", prices(&self.charging_time, "priceMinute")),
            ("idleTime", prices(&self.idle_time, "priceMinute")),
            ("fixedFee", prices(&self.fixed_fee, "priceFixed")),
            ("minCost", bound(&self.min_cost)),
            ("maxCost", bound(&self.max_cost)),
        ];
        let members = members.into_iter();
        members
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

impl Prices {
    fn content(&self, unit: &str) -> Value {
        let prices = self.prices.iter().map(|price| {
            let mut content = Map::new();
            content.insert(unit.into(), number(price.amount));
            if price.conditions != Conditions::default() {
                content.insert("conditions".into(), json!(price.conditions));
            }
            Value::Object(content)
        });
        let mut content = Map::new();
        content.insert("prices".into(), prices.collect());
        if !self.vat_percent.is_zero() {
            let vat = json!([{"type": "VAT", "tax": number(self.vat_percent)}]);
            content.insert("taxRates".into(), vat);
        }
        Value::Object(content)
    }
}

impl Bound {
    fn content(&self) -> Value {
        let amounts = [("exclTax", self.excl_tax), ("inclTax", self.incl_tax)];
        let amounts = amounts.into_iter();
        amounts
            .filter_map(|(name, amount)| Some((name, number(amount?))))
            .collect()
    }
}

/// Why a station does not take a tariff, by its answer; nothing if it does.
#[must_use]
pub fn refusal(answer: &Answer) -> Option<String> {
    Some(match answer.status().as_deref() {
        // An id is that of a content at an EVSE: the station has it.
        Some("accepted" | "duplicatetariffid") => return None,
        Some("toomanyelements") => "it takes fewer prices of one kind than the tariff has".into(),
        Some("conditionnotsupported") => {
            "it does not know a condition under which a price applies".into()
        }
        Some("rejected") => "it says no more than that it does not take it".into(),
        Some(status) => format!("it answers {status}"),
        None if *answer == Answer::Error => {
            "it does not know the message, or cannot read it".into()
        }
        None => "it does not say whether it takes it".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;
    use crate::message::Request;

    fn price(amount: &str, conditions: Conditions) -> Price {
        Price {
            amount: amount.parse().unwrap(),
            conditions,
        }
    }

    fn tariff() -> Tariff {
        Tariff {
            currency: "EUR".into(),
            descriptions: Vec::new(),
            energy: None,
            charging_time: None,
            idle_time: None,
            fixed_fee: None,
            min_cost: None,
            max_cost: None,
        }
    }

    fn set(version: Version, evse: u32, tariff: &Tariff) -> Option<Value> {
        let tariff = Box::new(tariff.clone());
        let call = Request::SetTariff { evse, tariff }.call(version, "7")?;
        Some(serde_json::from_str(&call).unwrap())
    }

    fn id(evse: u32, tariff: &Tariff) -> String {
        let call = set(Version::V21, evse, tariff).unwrap();
        call[3]["tariff"]["tariffId"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_tariff_is_written_as_ocpp_2_1_has_it() {
        let night = Conditions {
            start_time_of_day: Some("22:00".into()),
            end_time_of_day: Some("06:00".into()),
            day_of_week: vec!["Saturday".into(), "Sunday".into()],
            valid_from_date: Some("2026-01-01".into()),
            valid_to_date: Some("2027-01-01".into()),
            min_energy: Some(1_000),
            max_energy: Some(2_000),
            min_power: Some(3_000),
            max_power: Some(4_000),
            min_time: Some(60),
            max_time: Some(120),
        };
        let prices = |prices, vat: &str| {
            Some(Prices {
                prices,
                vat_percent: vat.parse().unwrap(),
            })
        };
        let always = Conditions::default();
        let full = Tariff {
            descriptions: vec![Description {
                language: "en".into(),
                content: "0.61 EUR/kWh".into(),
            }],
            energy: prices(
                vec![price("0.29", night), price("0.49", always.clone())],
                "25",
            ),
            charging_time: prices(vec![price("0.01", always.clone())], "7.7"),
            idle_time: prices(vec![price("0.02", always.clone())], "0"),
            fixed_fee: prices(vec![price("0.25", always)], "25"),
            min_cost: Some(Bound {
                excl_tax: Some(Decimal::new(50, 2)),
                incl_tax: None,
            }),
            max_cost: Some(Bound {
                excl_tax: Some(Decimal::new(100, 0)),
                incl_tax: Some(Decimal::new(125, 0)),
            }),
            ..tariff()
        };
        let mut call = set(Version::V21, 2, &full).unwrap();
        let id = call[3]["tariff"].as_object_mut().unwrap();
        let id = id.remove("tariffId").unwrap();
        assert!(id.as_str().unwrap().len() <= 60, "{id}");
        let vat = json!([{"type": "VAT", "tax": 25}]);
        let expected = json!({
            "currency": "EUR",
            "description": [{"format": "UTF8", "language": "en", "content": "0.61 EUR/kWh"}],
            "energy": {
                "prices": [
                    {"priceKwh": 0.29, "conditions": {
                        "startTimeOfDay": "22:00", "endTimeOfDay": "06:00",
                        "dayOfWeek": ["Saturday", "Sunday"],
                        "validFromDate": "2026-01-01", "validToDate": "2027-01-01",
                        "minEnergy": 1_000, "maxEnergy": 2_000,
                        "minPower": 3_000, "maxPower": 4_000,
                        "minTime": 60, "maxTime": 120,
                    }},
                    {"priceKwh": 0.49},
                ],
                "taxRates": vat,
            },
            "chargingTime": {
                "prices": [{"priceMinute": 0.01}],
                "taxRates": [{"type": "VAT", "tax": 7.7}],
            },
            "idleTime": {"prices": [{"priceMinute": 0.02}]},
            "fixedFee": {"prices": [{"priceFixed": 0.25}], "taxRates": vat},
            "minCost": {"exclTax": 0.5},
            "maxCost": {"exclTax": 100, "inclTax": 125},
        });
        let request = json!({"evseId": 2, "tariff": expected});
        assert_eq!(call, json!([2, "7", "SetDefaultTariff", request]));
    }

    #[test]
    fn an_id_is_that_of_a_content_at_an_evse() {
        let other = Tariff {
            currency: "SEK".into(),
            ..tariff()
        };
        assert_eq!(id(1, &tariff()), id(1, &tariff()));
        assert_ne!(id(1, &tariff()), id(2, &tariff()));
        assert_ne!(id(1, &tariff()), id(1, &other));
        assert!(id(u32::MAX, &tariff()).len() <= 60);
    }

    #[test]
    fn no_version_before_2_1_has_tariffs() {
        for version in [Version::V16, Version::V201] {
            assert_eq!(set(version, 1, &tariff()), None);
            assert_eq!(Request::ClearTariff { evse: 1 }.call(version, "7"), None);
        }
        let call = Request::ClearTariff { evse: 1 }.call(Version::V21, "7");
        let expected = json!([2, "7", "ClearTariffs", {"evseId": 1}]);
        assert_eq!(call, Some(expected.to_string()));
    }

    #[test]
    fn a_station_that_has_a_tariff_does_not_refuse_it() {
        let says = |status: &str| refusal(&Answer::Result(json!({"status": status})));
        assert_eq!(says("Accepted"), None);
        assert_eq!(says("ACCEPTED"), None);
        assert_eq!(says("DuplicateTariffId"), None);
        let refusals = [
            says("Rejected"),
            says("TooManyElements"),
            says("ConditionNotSupported"),
            says("Maybe"),
            refusal(&Answer::Error),
            refusal(&Answer::Result(json!(null))),
        ];
        for (place, refusal) in refusals.iter().enumerate() {
            assert!(refusal.is_some());
            assert!(!refusals[..place].contains(refusal), "{refusal:?}");
        }
    }
}
