//! Where the other gateways on a database reach this one.

use std::net::SocketAddr;

use reqwest::Url;

use crate::start::Reached;

/// It is not known where others reach this gateway.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It listens everywhere.
    #[error(
        "server.listen, {0}, is no address by which other gateways on this database reach this one: say it by \
         --peer-url, such as --peer-url http://10.0.0.5:8080, or by CHARGETAP_PEER_URL"
    )]
    Unspecified(SocketAddr),
    /// Its certificate is for a name.
    #[error(
        "the certificate under server.tls is for a name, and other gateways on this database would ask for {0}: say \
         the name by --peer-url, such as --peer-url https://gateway-1.example:8443, or by CHARGETAP_PEER_URL"
    )]
    Nameless(SocketAddr),
    /// Nobody shares its database.
    #[error(
        "--peer-url, or CHARGETAP_PEER_URL, is for several gateways on one PostgreSQL, and server.database is a file: \
         name the server there, or leave the address out"
    )]
    File,
    /// What was said is no address.
    #[error("--peer-url {0:?} is no address of a gateway: it is one such as http://10.0.0.5:8080")]
    Unreadable(String),
}

/// Where others reach a gateway: where it was told, or where it listens.
pub(crate) fn url(reached: &Reached, is_tls: bool) -> Result<String, AddressError> {
    let listens = reached.listens;
    let ip = listens.ip().to_canonical();
    match &reached.peer_url {
        Some(told) => {
            let url = Url::parse(told).ok();
            let url = url.filter(|it| matches!(it.scheme(), "http" | "https"));
            match url {
                Some(_) => Ok(told.clone()),
                None => Err(AddressError::Unreadable(told.clone())),
            }
        }
        None if ip.is_unspecified() => Err(AddressError::Unspecified(listens)),
        None if is_tls => Err(AddressError::Nameless(listens)),
        None => {
            let url = format!("http://{listens}");
            if ip.is_loopback() {
                tracing::warn!(
                    url,
                    "gateways of other machines on this database cannot reach this one: if there are any, give each a \
                     --peer-url"
                );
            }
            Ok(url)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

    use super::*;

    fn reached(listens: &str, peer_url: Option<&str>) -> Reached {
        Reached {
            listens: listens.parse().unwrap(),
            peer_url: peer_url.map(str::to_owned),
        }
    }

    #[test]
    fn a_gateway_is_reached_where_it_was_told_or_where_it_listens() {
        for (listens, told, is_tls, expected) in [
            ("10.0.0.5:8080", None, false, "http://10.0.0.5:8080"),
            ("127.0.0.1:8080", None, false, "http://127.0.0.1:8080"),
            ("[::1]:8080", None, false, "http://[::1]:8080"),
            (
                "0.0.0.0:80",
                Some("http://10.0.0.5"),
                false,
                "http://10.0.0.5",
            ),
            (
                "0.0.0.0:443",
                Some("https://one.example"),
                true,
                "https://one.example",
            ),
        ] {
            let url = url(&reached(listens, told), is_tls);
            assert_eq!(url.unwrap(), expected);
        }
    }

    #[test]
    fn a_gateway_that_others_would_not_reach_or_take_for_themselves_is_refused() {
        for (listens, told, is_tls) in [
            ("0.0.0.0:8080", None, false),
            ("[::]:8080", None, false),
            ("[::ffff:0.0.0.0]:8080", None, true),
            ("10.0.0.5:8443", None, true),
            ("10.0.0.5:8080", Some("10.0.0.5:8080"), false),
            ("10.0.0.5:8080", Some("gateway-1:8080"), false),
            ("10.0.0.5:8080", Some("postgres://one.example"), false),
        ] {
            let refused = url(&reached(listens, told), is_tls).unwrap_err();
            assert!(refused.to_string().contains("--peer-url"), "{refused}");
        }
    }
}
