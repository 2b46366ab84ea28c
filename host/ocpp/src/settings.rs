//! The settings of a station (OCPP 1.6: its configuration) on which the gateway relies.

use serde_json::Value;

use crate::fields::Fields;
use crate::oddity::Oddities;

/// A setting as the gateway wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its key.
    pub key: &'static str,
    /// Its value.
    pub value: String,
}

/// The register must be sampled; what a station samples besides stays.
const SAMPLED: &str = "MeterValuesSampledData";
const REGISTER: &str = "Energy.Active.Import.Register";

/// What the gateway wants of a station at which drivers have this long to plug in.
#[must_use]
pub fn wanted(plug_in_timeout_s: u64) -> Vec<Setting> {
    let wanted = [
        // A remote start is not asked about again.
        ("AuthorizeRemoteTxRequests", "false".to_owned()),
        // A driver whose start was refused must not charge on.
        ("StopTransactionOnInvalidId", "true".to_owned()),
        // The register once a minute, and only then.
        (SAMPLED, REGISTER.to_owned()),
        ("MeterValueSampleInterval", "60".to_owned()),
        ("ClockAlignedDataInterval", "0".to_owned()),
        // A start that waits for a plug is forgotten when its hold is released.
        ("ConnectionTimeOut", plug_in_timeout_s.to_string()),
        // Signed values of meters that can sign.
        ("StopTransactionSignatureFormat", "OCMF".to_owned()),
    ];
    let wanted = wanted.into_iter();
    wanted.map(|(key, value)| Setting { key, value }).collect()
}

/// What has to be changed, by a station's answer to the question for these settings: what it has and is otherwise. A
/// station that does not know a setting is not bothered with it.
#[must_use]
pub fn changes(wanted: &[Setting], answer: &Value) -> Vec<Setting> {
    let odd = &mut Oddities::default();
    let mut fields = Fields::new("GetConfiguration", answer, odd);
    let found: Vec<(String, String)> = fields
        .list("configurationKey", odd)
        .iter()
        .filter_map(|entry| {
            let mut entry = Fields::new("GetConfiguration", entry, odd);
            let key = entry.text("key", odd)?;
            Some((key, entry.text("value", odd).unwrap_or_default()))
        })
        .collect();
    wanted
        .iter()
        .filter_map(|setting| {
            let (_, value) = found
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(setting.key))?;
            let has = |part: &str| part.trim().eq_ignore_ascii_case(&setting.value);
            if has(value) || (setting.key == SAMPLED && value.split(',').any(has)) {
                return None;
            }
            let value = match setting.key == SAMPLED && !value.is_empty() {
                true => format!("{},{value}", setting.value),
                false => setting.value.clone(),
            };
            Some(Setting {
                key: setting.key,
                value,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(keys: Value) -> Vec<(&'static str, String)> {
        let changes = changes(&wanted(300), &json!({"configurationKey": keys}));
        changes.into_iter().map(|it| (it.key, it.value)).collect()
    }

    #[test]
    fn what_a_station_has_otherwise_is_changed_and_nothing_else() {
        let keys = json!([
            {"key": "AuthorizeRemoteTxRequests", "readonly": false, "value": "true"},
            {"key": "MeterValueSampleInterval", "readonly": false, "value": "60"},
            {"key": "StopTransactionOnInvalidId", "readonly": true, "value": "TRUE"},
            {"key": "ConnectionTimeOut", "readonly": false, "value": 120},
        ]);
        let expected = [
            ("AuthorizeRemoteTxRequests", "false".to_owned()),
            ("ConnectionTimeOut", "300".to_owned()),
        ];
        assert_eq!(changed(keys), expected);
    }

    #[test]
    fn what_a_station_samples_besides_the_register_stays() {
        let sampled = |value: &str| changed(json!([{"key": SAMPLED, "value": value}]));
        assert_eq!(sampled("Voltage, Energy.Active.Import.Register"), []);
        let both = "Energy.Active.Import.Register,Voltage".to_owned();
        assert_eq!(sampled("Voltage"), [(SAMPLED, both)]);
        assert_eq!(sampled(""), [(SAMPLED, REGISTER.to_owned())]);
    }

    #[test]
    fn an_answer_that_lists_nothing_changes_nothing() {
        for answer in [json!(null), json!({}), json!({"configurationKey": 1})] {
            assert_eq!(changes(&wanted(300), &answer), []);
        }
    }
}
