//! The settings of a station on which the gateway relies. OCPP 1.6 has them as keys of its configuration, OCPP 2.x as
//! variables of components.

use serde_json::Value;

use crate::Version;
use crate::fields::Fields;
use crate::oddity::Oddities;

/// A setting as the gateway wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name: in OCPP 2.x, component and variable with a point in between, and a variable's instance in brackets.
    pub key: &'static str,
    /// Its value.
    pub value: String,
    /// The value is one of a list, the rest of which stays.
    is_member: bool,
}

/// The register must be sampled; what a station samples besides stays.
const REGISTER: &str = "Energy.Active.Import.Register";

/// By which a station of OCPP 2.1 says whether it shows tariffs: that it could, and that the operator lets it.
pub const SHOWS_TARIFFS: [&str; 2] = [
    "TariffCostCtrlr.Available[Tariff]",
    "TariffCostCtrlr.Enabled[Tariff]",
];

/// What the gateway wants of a station at which drivers have this long to plug in.
#[must_use]
pub fn wanted(version: Version, plug_in_timeout_s: u64) -> Vec<Setting> {
    let plug_in_timeout = plug_in_timeout_s.to_string();
    let value = |key, value: &str| Setting {
        key,
        value: value.to_owned(),
        is_member: false,
    };
    let member = |key, value: &str| Setting {
        key,
        value: value.to_owned(),
        is_member: true,
    };
    match version {
        Version::V16 => vec![
            // A remote start is not asked about again.
            value("AuthorizeRemoteTxRequests", "false"),
            // A driver whose start was refused must not charge on.
            value("StopTransactionOnInvalidId", "true"),
            // The register once a minute, and only then.
            member("MeterValuesSampledData", REGISTER),
            value("MeterValueSampleInterval", "60"),
            value("ClockAlignedDataInterval", "0"),
            // A start that waits for a plug is forgotten when its hold is released.
            value("ConnectionTimeOut", &plug_in_timeout),
            // Signed values of meters that can sign.
            value("StopTransactionSignatureFormat", "OCMF"),
        ],
        Version::V201 | Version::V21 => vec![
            value("AuthCtrlr.AuthorizeRemoteStart", "false"),
            value("TxCtrlr.StopTxOnInvalidId", "true"),
            value("TxCtrlr.EVConnectionTimeOut", &plug_in_timeout),
            // A transaction ends when it is stopped from afar, and not only when the vehicle leaves.
            member("TxCtrlr.TxStopPoint", "Authorized"),
            member("SampledDataCtrlr.TxStartedMeasurands", REGISTER),
            member("SampledDataCtrlr.TxUpdatedMeasurands", REGISTER),
            member("SampledDataCtrlr.TxEndedMeasurands", REGISTER),
            value("SampledDataCtrlr.TxUpdatedInterval", "60"),
            value("AlignedDataCtrlr.Interval", "0"),
            value("SampledDataCtrlr.SignReadings", "true"),
            value("SampledDataCtrlr.SignStartedReadings", "true"),
        ],
    }
}

/// What has to be changed, by a station's answer to the question for these settings: what it has and is otherwise. A
/// station that does not know a setting is not bothered with it.
#[must_use]
pub fn changes(wanted: &[Setting], answer: &Value) -> Vec<Setting> {
    let found = found(answer);
    wanted
        .iter()
        .filter_map(|setting| {
            let (_, value) = found
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(setting.key))?;
            let has = |part: &str| part.trim().eq_ignore_ascii_case(&setting.value);
            if has(value) || (setting.is_member && value.split(',').any(has)) {
                return None;
            }
            let value = match setting.is_member && !value.is_empty() {
                true => format!("{},{value}", setting.value),
                false => setting.value.clone(),
            };
            Some(Setting {
                value,
                ..setting.clone()
            })
        })
        .collect()
}

/// Whether a setting is on, by a station's answer to the question for it; nothing if the station does not know it.
#[must_use]
pub fn is_on(key: &str, answer: &Value) -> Option<bool> {
    let found = found(answer);
    let (_, value) = found
        .iter()
        .find(|(found, _)| found.eq_ignore_ascii_case(key))?;
    Some(value.trim().eq_ignore_ascii_case("true"))
}

/// The settings of which an answer tells the value, in either version's form.
fn found(answer: &Value) -> Vec<(String, String)> {
    let odd = &mut Oddities::default();
    let mut fields = Fields::new("", answer, odd);
    let keys = fields.list("configurationKey", odd).iter();
    let keys = keys.filter_map(|entry| {
        let odd = &mut Oddities::default();
        let mut entry = Fields::new("", entry, odd);
        let key = entry.text("key", odd)?;
        Some((key, entry.text("value", odd).unwrap_or_default()))
    });
    let variables = fields.list("getVariableResult", odd).iter();
    let variables = variables.filter_map(|entry| {
        let odd = &mut Oddities::default();
        let mut entry = Fields::new("", entry, odd);
        let status = entry.text("attributeStatus", odd)?;
        if !status.eq_ignore_ascii_case("Accepted") {
            return None;
        }
        let component = entry.part("component", odd).text("name", odd)?;
        let mut variable = entry.part("variable", odd);
        let name = variable.text("name", odd)?;
        let instance = variable.text("instance", odd);
        let instance = instance.map_or_else(String::new, |instance| format!("[{instance}]"));
        let value = entry.text("attributeValue", odd).unwrap_or_default();
        Some((format!("{component}.{name}{instance}"), value))
    });
    keys.chain(variables).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SAMPLED: &str = "MeterValuesSampledData";

    fn changed(keys: Value) -> Vec<(&'static str, String)> {
        let changes = changes(
            &wanted(Version::V16, 300),
            &json!({"configurationKey": keys}),
        );
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
            assert_eq!(changes(&wanted(Version::V16, 300), &answer), []);
        }
    }

    #[test]
    fn a_setting_is_on_if_the_station_says_so_of_the_same_instance() {
        let says = |instance: Value, status: &str, value: &str| {
            let variable = json!({"name": "available", "instance": instance});
            let answer = json!({"getVariableResult": [{"attributeStatus": status,
                "attributeValue": value, "component": {"name": "TariffCostCtrlr"},
                "variable": variable}]});
            is_on(SHOWS_TARIFFS[0], &answer)
        };
        assert_eq!(says(json!("Tariff"), "Accepted", "true"), Some(true));
        assert_eq!(says(json!("tariff"), "accepted", " TRUE"), Some(true));
        assert_eq!(says(json!("Tariff"), "Accepted", "false"), Some(false));
        assert_eq!(says(json!("Tariff"), "UnknownVariable", ""), None);
        assert_eq!(says(json!("Cost"), "Accepted", "true"), None);
        assert_eq!(says(json!(null), "Accepted", "true"), None);
        assert_eq!(is_on(SHOWS_TARIFFS[0], &json!(null)), None);
    }

    #[test]
    fn the_variables_of_ocpp_2_are_changed_where_the_station_has_them() {
        let result = |component: &str, variable: &str, status: &str, value: &str| {
            json!({"attributeStatus": status, "attributeValue": value,
                "component": {"name": component}, "variable": {"name": variable}})
        };
        let answer = json!({"getVariableResult": [
            result("AuthCtrlr", "AuthorizeRemoteStart", "Accepted", "true"),
            result("TxCtrlr", "TxStopPoint", "Accepted", "EVConnected"),
            result("SampledDataCtrlr", "TxUpdatedInterval", "Accepted", "60"),
            result("SampledDataCtrlr", "SignReadings", "UnknownVariable", ""),
        ]});
        let changes = changes(&wanted(Version::V201, 300), &answer);
        let changes: Vec<_> = changes.into_iter().map(|it| (it.key, it.value)).collect();
        assert_eq!(
            changes,
            [
                ("AuthCtrlr.AuthorizeRemoteStart", "false".to_owned()),
                ("TxCtrlr.TxStopPoint", "Authorized,EVConnected".to_owned()),
            ]
        );
    }
}
