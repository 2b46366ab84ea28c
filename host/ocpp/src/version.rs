//! The versions of OCPP that are spoken.

/// A version of OCPP. The later in this order, the more a station can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// OCPP 1.6J.
    V16,
    /// OCPP 2.0.1.
    V201,
    /// OCPP 2.1.
    V21,
}

/// The subprotocols as stations spell them, the best version first.
const SUBPROTOCOLS: [(&str, Version); 8] = [
    ("ocpp2.1", Version::V21),
    ("ocpp2.0.1", Version::V201),
    ("OCPP2.1", Version::V21),
    ("OCPP2.0.1", Version::V201),
    ("ocpp1.6", Version::V16),
    ("OCPP1.6", Version::V16),
    ("ocpp1.6j", Version::V16),
    ("ocpp1.6J", Version::V16),
];

impl Version {
    /// The best version among the subprotocols that a station offers, and the subprotocol as the station spells it.
    #[must_use]
    pub fn negotiate(offered: &[&str]) -> Option<(Self, &'static str)> {
        let mut known = SUBPROTOCOLS.iter();
        let found = known.find(|(name, _)| offered.contains(name));
        found.map(|(name, version)| (*version, *name))
    }

    /// How people write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V16 => "1.6",
            Self::V201 => "2.0.1",
            Self::V21 => "2.1",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_version_that_a_station_offers_is_spoken_in_its_own_spelling() {
        for (offered, expected) in [
            (vec!["ocpp1.6"], Some((Version::V16, "ocpp1.6"))),
            (vec!["ocpp1.6J"], Some((Version::V16, "ocpp1.6J"))),
            (
                vec!["ocpp1.6", "ocpp2.0.1"],
                Some((Version::V201, "ocpp2.0.1")),
            ),
            (
                vec!["ocpp2.0.1", "ocpp2.1", "ocpp1.6"],
                Some((Version::V21, "ocpp2.1")),
            ),
            (vec!["ocpp1.5", "mqtt"], None),
            (vec![], None),
        ] {
            assert_eq!(Version::negotiate(&offered), expected, "{offered:?}");
        }
    }
}
