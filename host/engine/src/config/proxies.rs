//! Which proxies are believed.

use std::net::IpAddr;

use ipnet::IpNet;
use toml::Spanned;

use super::place::Place;

/// Networks; an address is one by itself.
pub(super) fn trusted_proxies(place: &Place<'_>, values: &[Spanned<String>]) -> Vec<IpNet> {
    let network = |value: &Spanned<String>| {
        let text = value.get_ref();
        let address = text.parse::<IpAddr>().map(IpNet::from);
        address.or_else(|_| text.parse()).map_err(|_| {
            let problem = format!(
                "{text:?} is neither an address such as \"127.0.0.1\" nor a network such as \"10.0.0.0/8\""
            );
            place.error("server.trusted_proxies", value, problem)
        })
    };
    let networks = values.iter().map(network);
    networks.filter_map(|it| place.take(it)).collect()
}
