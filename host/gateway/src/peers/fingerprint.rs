//! Whether the gateways on one database are alike. Any of them answers any request, so they must be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chargetap_engine::config::Config;
use chargetap_engine::platform::Platform as _;
use chargetap_engine::processes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::time::sleep;

use super::questions::{QUESTION, ask};
use crate::platform::NativeGateway;

/// How often the others are asked.
const EVERY: Duration = Duration::from_secs(60);

/// Hashes of what must be the same in all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    program: String,
    configuration: String,
    components: String,
}

impl Fingerprint {
    /// That of this process now. Its components may be swapped.
    pub(super) fn of(gateway: &NativeGateway) -> Self {
        let components = gateway.platform().components().inspections();
        let components = components.map(|component| component.sha256);
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            configuration: configuration(gateway.config()),
            components: hash(&components.concat()),
        }
    }

    /// What another process has otherwise.
    fn differences(&self, other: &Self) -> Vec<&'static str> {
        let parts = [
            ("program", self.program == other.program),
            ("configuration", self.configuration == other.configuration),
            ("components", self.components == other.components),
        ];
        let others = parts.iter().filter(|(_, is_same)| !is_same);
        others.map(|(part, _)| *part).collect()
    }
}

/// The hash of all that a configuration says but for what is each gateway's own. Secrets are only named in it.
fn configuration(config: &Config) -> String {
    let Config {
        public_url,
        payter_url,
        payter_api_key: _,
        callback_endpoints,
        issuers,
        site,
        stations,
        terminals,
        tariffs,
        minimum_capture,
        policy,
        qr_screen,
        upstream,
        retention,
        server: _,
        warnings: _,
    } = config;
    let first = (public_url, payter_url, callback_endpoints, issuers);
    let second = (site, stations, terminals, tariffs, minimum_capture);
    let third = (policy, qr_screen, upstream, retention);
    hash(&format!("{first:?}{second:?}{third:?}"))
}

fn hash(text: &str) -> String {
    base16ct::lower::encode_string(&Sha256::digest(text))
}

/// Ask the others now and then, and say what they have otherwise.
pub(crate) async fn compare(gateway: Arc<NativeGateway>) {
    let platform = gateway.platform();
    let Some(peers) = platform.peers() else {
        return;
    };
    let mut said: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    loop {
        // Without an answer, they are asked the next time.
        let others = processes::others(platform, peers.id()).await;
        let others = others.unwrap_or_default();
        said.retain(|process, _| others.iter().any(|other| other.id == *process));
        for other in others {
            let url = format!("{}/peers/fingerprint", other.url);
            let request = peers.http.get(&url).timeout(QUESTION);
            let Ok(theirs) = ask::<Fingerprint>(request, &other).await else {
                continue;
            };
            let differences = Fingerprint::of(&gateway).differences(&theirs);
            let parts = differences.join(", ");
            let before = said.insert(other.id, differences.clone());
            if !differences.is_empty() && before.as_ref() != Some(&differences) {
                tracing::error!(
                    url = other.url,
                    parts,
                    "another gateway on this database is not as this one: give all the same program, configuration and \
                     components"
                );
            }
        }
        sleep(EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

    use super::*;

    const EXAMPLE: &str = include_str!("../../examples/chargetap.toml");

    fn of(text: &str) -> String {
        configuration(&Config::parse(text).unwrap())
    }

    #[test]
    fn gateways_listen_at_addresses_of_their_own_and_have_the_same_configuration_otherwise() {
        let listen = "listen = \"127.0.0.1:8080\"";
        let price = "per_kwh = \"0.49\"";
        assert!(EXAMPLE.contains(listen) && EXAMPLE.contains(price));
        let elsewhere = EXAMPLE.replace(listen, "listen = \"10.0.0.5:80\"");
        assert_eq!(of(EXAMPLE), of(&elsewhere));
        assert_ne!(
            of(EXAMPLE),
            of(&EXAMPLE.replace(price, "per_kwh = \"0.50\""))
        );
    }

    #[test]
    fn it_is_told_what_another_gateway_has_otherwise() {
        let this = Fingerprint {
            program: "0.1.0".to_owned(),
            configuration: "a".to_owned(),
            components: "b".to_owned(),
        };
        assert!(this.differences(&this.clone()).is_empty());
        let other = Fingerprint {
            program: "0.2.0".to_owned(),
            components: "c".to_owned(),
            ..this.clone()
        };
        assert_eq!(this.differences(&other), ["program", "components"]);
    }
}
