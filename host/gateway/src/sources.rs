//! Where requests come from: requests are limited by it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::http::HeaderMap;
use ipnet::IpNet;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// Which proxies are believed when they say whom they forward.
pub(crate) struct Sources {
    trusted_proxies: Vec<IpNet>,
    /// That a proxy is not believed is told once.
    told: Once,
}

impl Sources {
    pub(crate) fn new(trusted_proxies: Vec<IpNet>) -> Self {
        Self {
            trusted_proxies,
            told: Once::new(),
        }
    }

    /// The source of a request.
    pub(crate) fn of(&self, peer: IpAddr, headers: &HeaderMap) -> String {
        let peer = peer.to_canonical();
        if peer.is_loopback() && !self.is_trusted(peer) && headers.contains_key(FORWARDED_FOR) {
            self.told.call_once(|| {
                tracing::warn!(
                    %peer,
                    "a proxy on this machine says whom it forwards, and is not believed: name it in the \
                     configuration's server.trusted_proxies"
                );
            });
        }
        match self.client(peer, headers) {
            IpAddr::V4(client) => client.to_string(),
            // One subscriber has all addresses of a /64 network.
            IpAddr::V6(client) => {
                let [a, b, c, d, ..] = client.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        }
    }

    /// The last address that is no trusted proxy's: every proxy adds whom it forwards at the end. Where one adds no
    /// address, it counts itself.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED_FOR).iter().rev();
        let mut forwarded = values.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        let mut client = peer;
        while self.is_trusted(client)
            && let Some(before) = forwarded.next()
            && let Some(before) = address(before.trim())
        {
            client = before.to_canonical();
        }
        client
    }

    fn is_trusted(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|it| it.contains(&address))
    }
}

/// The address of whom a proxy forwards. Some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<SocketAddr>().map(|it| it.ip());
    text.parse::<IpAddr>().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The source of a request from this peer with these headers, where 127.0.0.1 and 10.0.0.0/8 are trusted.
    fn source(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["127.0.0.1/32", "10.0.0.0/8"];
        let sources = Sources::new(trusted.map(|it| it.parse().unwrap()).to_vec());
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED_FOR, value.parse().unwrap());
        }
        sources.of(peer.parse().unwrap(), &headers)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(source("127.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(source("10.9.8.7", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(source("::ffff:10.9.8.7", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(source("127.0.0.2", &["203.0.113.9"]), "127.0.0.2");
        assert_eq!(source("198.51.100.7", &["203.0.113.9"]), "198.51.100.7");
        assert_eq!(source("10.9.8.7", &[]), "10.9.8.7");
    }

    #[test]
    fn the_last_address_that_is_no_trusted_proxys_is_the_client() {
        let told = ["192.0.2.1, 203.0.113.9", "10.1.1.1,10.2.2.2"];
        assert_eq!(source("127.0.0.1", &told), "203.0.113.9");
        assert_eq!(source("127.0.0.1", &["10.1.1.1, 10.2.2.2"]), "10.1.1.1");
    }

    #[test]
    fn the_port_that_a_proxy_adds_is_no_part_of_the_source() {
        assert_eq!(source("127.0.0.1", &["203.0.113.9:51344"]), "203.0.113.9");
        let network = "2001:db8:1:2::/64";
        assert_eq!(source("127.0.0.1", &["[2001:db8:1:2::1]:443"]), network);
        let told = ["192.0.2.1, 203.0.113.9:51344, 10.1.1.1:80"];
        assert_eq!(source("127.0.0.1", &told), "203.0.113.9");
    }

    #[test]
    fn a_proxy_that_names_no_address_counts_itself() {
        for told in ["", "unknown", "203.0.113.9, _hidden", "203.0.113.9, \u{e9}"] {
            assert_eq!(source("10.9.8.7", &[told]), "10.9.8.7", "{told}");
        }
    }

    #[test]
    fn addresses_of_one_network_of_a_subscriber_are_one_source() {
        let network = "2001:db8:1:2::/64";
        assert_eq!(source("2001:db8:1:2:3:4:5:6", &[]), network);
        assert_eq!(source("127.0.0.1", &["2001:db8:1:2::1"]), network);
    }
}
