//! The fleet: all records, as plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::access::{AccessScope, Calendar, Token};
use crate::alert::{Alert, Webhook};
use crate::bundle::BundleSwap;
use crate::incident::Incident;
use crate::moment::{Day, Moment, Zone};
use crate::operation::StationOperation;
use crate::order::Order;
use crate::site::{Customer, Person, Site, Station};
use crate::tariff::Tariff;
use crate::terminal::Terminal;
use crate::text::Key;

/// All records. They change by applying a [`Change`].
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// The number of the last write that it contains.
    pub write: u64,
    customers: Records<Customer>,
    sites: Records<Site>,
    stations: Records<Station>,
    station_operations: Records<StationOperation>,
    bundle_swaps: Records<BundleSwap>,
    tariffs: Records<Tariff>,
    people: Records<Person>,
    orders: Records<Order>,
    terminals: Records<Terminal>,
    incidents: Records<Incident>,
    alerts: Records<Alert>,
    webhooks: Records<Webhook>,
    tokens: Records<Token>,
    calendars: Records<Calendar>,
}

/// The records of one kind by their keys. They are shared, so that cloning a fleet is cheap.
pub type Records<T> = BTreeMap<String, Arc<Versioned<T>>>;

/// A record with its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// How often it was written; its ETag.
    pub version: u64,
    /// The record.
    pub value: T,
}

/// A kind of record.
pub trait Record: Clone + Into<Item> {
    /// Its kind.
    const KIND: Kind;

    /// Its key.
    fn key(&self) -> &str;

    /// All records of the kind.
    fn all(fleet: &Fleet) -> &Records<Self>;

    /// The sites that it belongs to; none if it concerns the whole fleet.
    fn sites(&self, fleet: &Fleet) -> Vec<Key>;
}

macro_rules! records {
    ($($kind:ident $name:literal $field:ident $key:ident, |$it:ident, $fleet:ident| $sites:expr;)*) => {
        /// A kind of record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $(
                #[doc = concat!("A ", $name, ".")]
                $kind,
            )*
        }

        /// A record of any kind.
        #[allow(clippy::large_enum_variant, reason = "an item is moved a few times and kept nowhere")]
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "record", rename_all = "kebab-case")]
        pub enum Item {
            $(
                #[doc = concat!("A ", $name, ".")]
                $kind($kind),
            )*
        }

        impl Kind {
            /// Its name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }

        impl Item {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)*
                }
            }

            /// Its key.
            #[must_use]
            pub fn key(&self) -> &str {
                match self {
                    $(Self::$kind(it) => Record::key(it),)*
                }
            }

            /// The sites that it belongs to; none if it concerns the whole fleet.
            #[must_use]
            pub fn sites(&self, fleet: &Fleet) -> Vec<Key> {
                match self {
                    $(Self::$kind(it) => Record::sites(it, fleet),)*
                }
            }
        }

        impl Fleet {
            /// Applies a change that was stored as this version of its record.
            pub fn apply(&mut self, change: Change, version: u64) {
                match change {
                    $(Change { after: Some(Item::$kind(value)), key, .. } => {
                        self.$field.insert(key, Arc::new(Versioned { version, value }));
                    })*
                    $(Change { kind: Kind::$kind, key, after: None } => {
                        self.$field.remove(&key);
                    })*
                }
            }

            /// A record of any kind, with its version.
            #[must_use]
            pub fn item(&self, kind: Kind, key: &str) -> Option<(u64, Item)> {
                match kind {
                    $(Kind::$kind => self.$field.get(key).map(|versioned| (versioned.version, Item::$kind(versioned.value.clone()))),)*
                }
            }
        }

        $(
            impl Record for $kind {
                const KIND: Kind = Kind::$kind;

                fn key(&self) -> &str {
                    self.$key.as_str()
                }

                fn all(fleet: &Fleet) -> &Records<Self> {
                    &fleet.$field
                }

                fn sites(&self, fleet: &Fleet) -> Vec<Key> {
                    let ($it, $fleet) = (self, fleet);
                    $sites
                }
            }

            impl From<$kind> for Item {
                fn from(it: $kind) -> Self {
                    Self::$kind(it)
                }
            }
        )*
    };
}

records! {
    Customer "customer" customers key, |_it, _fleet| Vec::new();
    Site "site" sites key, |it, _fleet| vec![it.key.clone()];
    Station "station" stations key, |it, _fleet| vec![it.details.site.clone()];
    StationOperation "station-operation" station_operations key, |it, fleet| {
        fleet.get::<Station>(it.key.as_str()).map_or_else(Vec::new, |it| vec![it.details.site.clone()])
    };
    BundleSwap "bundle-swap" bundle_swaps key, |_it, _fleet| Vec::new();
    Tariff "tariff" tariffs key, |_it, _fleet| Vec::new();
    Person "person" people key, |it, _fleet| it.details.sites.clone();
    Order "order" orders key, |_it, _fleet| Vec::new();
    Terminal "terminal" terminals serial, |it, _fleet| vec![it.details.site.clone()];
    Incident "incident" incidents key, |it, fleet| site_of(fleet, it.details.terminal.as_str());
    Alert "alert" alerts key, |it, fleet| {
        it.terminal.as_ref().map_or_else(Vec::new, |serial| site_of(fleet, serial.as_str()))
    };
    Webhook "webhook" webhooks key, |_it, _fleet| Vec::new();
    Token "token" tokens key, |_it, _fleet| Vec::new();
    Calendar "calendar" calendars key, |_it, _fleet| Vec::new();
}

fn site_of(fleet: &Fleet, terminal: &str) -> Vec<Key> {
    let terminal = fleet.get::<Terminal>(terminal);
    terminal.map_or_else(Vec::new, |it| vec![it.details.site.clone()])
}

/// A record that is written or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its kind.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    /// The record after the change; absent if it is removed.
    pub after: Option<Item>,
}

impl From<Item> for Change {
    fn from(item: Item) -> Self {
        Self {
            kind: item.kind(),
            key: item.key().to_owned(),
            after: Some(item),
        }
    }
}

impl Change {
    /// A change that writes a record.
    #[must_use]
    pub fn put<T: Record>(record: T) -> Self {
        Self {
            kind: T::KIND,
            key: record.key().to_owned(),
            after: Some(record.into()),
        }
    }

    /// A change that removes a record.
    #[must_use]
    pub fn remove<T: Record>(key: &str) -> Self {
        Self {
            kind: T::KIND,
            key: key.to_owned(),
            after: None,
        }
    }
}

impl Fleet {
    /// The record with this key.
    #[must_use]
    pub fn get<T: Record>(&self, key: &str) -> Option<&T> {
        T::all(self).get(key).map(|versioned| &versioned.value)
    }

    /// All records of a kind, sorted by key.
    pub fn each<T: Record + 'static>(&self) -> impl Iterator<Item = &T> {
        T::all(self).values().map(|versioned| &versioned.value)
    }

    /// The time zone of a site.
    #[must_use]
    pub fn zone(&self, site: &Key) -> Option<&Zone> {
        Some(&self.get::<Site>(site.as_str())?.details.time_zone)
    }

    /// The current day at a site; in UTC if there is no such site.
    #[must_use]
    pub fn day(&self, now: Moment, site: &Key) -> Day {
        now.day(self.zone(site).map_or(&TimeZone::UTC, Zone::rules))
    }

    /// Whether a record is in an access scope. A record that belongs to no site is only in the
    /// scope of the whole fleet.
    #[must_use]
    pub fn is_accessible(&self, access: &AccessScope, item: &Item) -> bool {
        match access {
            AccessScope::Everywhere => true,
            AccessScope::Sites(_) => item.sites(self).iter().any(|site| access.includes(site)),
        }
    }
}
