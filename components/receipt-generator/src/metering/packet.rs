//! A packet: a record's payload and its signature.

use std::borrow::Cow;

use base64ct::{Base64, Encoding};
use chargetap_contract::receipt::MeasurementProblem as Problem;
use serde::Deserialize;

use super::{curve::Curve, key::Key};

/// The section with the signature. The defaults are those of OCMF.
#[derive(Deserialize)]
struct Signature<'a> {
    #[serde(rename = "SA", default = "default_algorithm", borrow)]
    algorithm: Cow<'a, str>,
    #[serde(rename = "SE", default = "default_encoding", borrow)]
    encoding: Cow<'a, str>,
    #[serde(rename = "SM", default = "default_media_type", borrow)]
    media_type: Cow<'a, str>,
    #[serde(rename = "SD", borrow)]
    data: Cow<'a, str>,
}

fn default_algorithm() -> Cow<'static, str> {
    "ECDSA-secp256r1-SHA256".into()
}

fn default_encoding() -> Cow<'static, str> {
    "hex".into()
}

fn default_media_type() -> Cow<'static, str> {
    "application/x-der".into()
}

/// The payload, if the signature is the key's. It is unchanged.
pub(crate) fn payload<'a>(packet: &'a str, key: &Key) -> Result<&'a str, Problem> {
    let (payload, signature) = sections(packet).ok_or(Problem::UnreadablePacket)?;
    let signature: Signature =
        serde_json::from_str(signature).map_err(|_| Problem::UnreadablePacket)?;
    let curve = Curve::of_algorithm(&signature.algorithm).ok_or(Problem::UnsupportedAlgorithm)?;
    let data = signature.decode()?;
    if curve == key.curve() && key.signed(payload, &data) {
        Ok(payload)
    } else {
        Err(Problem::WrongSignature)
    }
}

/// OCMF does not allow a bar within a section.
fn sections(packet: &str) -> Option<(&str, &str)> {
    let (payload, signature) = packet.strip_prefix("OCMF|")?.split_once('|')?;
    (!signature.contains('|')).then_some((payload, signature))
}

impl Signature<'_> {
    fn decode(&self) -> Result<Vec<u8>, Problem> {
        let data = match (&*self.encoding, &*self.media_type) {
            ("hex", "application/x-der") => base16ct::mixed::decode_vec(&*self.data).ok(),
            ("base64", "application/x-der") => Base64::decode_vec(&self.data).ok(),
            _ => return Err(Problem::UnsupportedAlgorithm),
        };
        data.ok_or(Problem::UnreadablePacket)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Deserialize)]
    struct Published {
        found_in: Vec<String>,
        public_key: String,
        packet: String,
        signature: String,
    }

    fn outcome(record: &Published) -> String {
        let payload = Key::read(&record.public_key).and_then(|key| payload(&record.packet, &key));
        match payload {
            Ok(payload) => {
                assert_eq!(Some(payload), record.packet.split('|').nth(1));
                "Right".to_owned()
            }
            Err(problem) => {
                let name = serde_json::to_value(problem).unwrap();
                name.as_str().unwrap().to_owned()
            }
        }
    }

    #[test]
    fn the_signatures_of_published_records_are_right_or_wrong() {
        let published = include_str!("../../tests/vectors/ocmf_published.json");
        let records: Vec<Published> = serde_json::from_str(published).unwrap();
        let mut outcomes = BTreeMap::new();
        for record in &records {
            let outcome = outcome(record);
            assert_eq!(outcome, record.signature, "{:?}", record.found_in);
            *outcomes.entry(outcome).or_default() += record.found_in.len();
        }
        let expected = [
            ("NoKey", 1),
            ("Right", 121),
            ("UnreadableKey", 1),
            ("UnsupportedCurve", 2),
            ("WrongSignature", 1),
        ];
        let expected = expected.map(|(outcome, count)| (outcome.to_owned(), count));
        assert_eq!(outcomes, BTreeMap::from(expected));
    }
}
