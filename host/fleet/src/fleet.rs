//! A fleet: everything that is on record, as plain data.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::access::{AccessScope, Calendar, Token};
use crate::alert::{Alert, Webhook};
use crate::incident::Incident;
use crate::moment::{Day, Moment, Zone};
use crate::order::Order;
use crate::site::{Customer, Person, Site, Station};
use crate::terminal::Terminal;
use crate::text::Key;

/// Everything on record. What is changed comes as a [`Change`].
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// The number of the last write that is in it.
    pub write: u64,
    customers: Records<Customer>,
    sites: Records<Site>,
    stations: Records<Station>,
    people: Records<Person>,
    orders: Records<Order>,
    terminals: Records<Terminal>,
    incidents: Records<Incident>,
    alerts: Records<Alert>,
    webhooks: Records<Webhook>,
    tokens: Records<Token>,
    calendars: Records<Calendar>,
}

/// The records of one kind, by what names them. Shared, so that a copy of a fleet costs little.
pub type Records<T> = BTreeMap<String, Arc<Versioned<T>>>;

/// A record as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned<T> {
    /// How often it was written: its ETag.
    pub version: u64,
    /// The record.
    pub value: T,
}

/// A kind of records.
pub trait Record: Clone + Into<Item> {
    /// Which kind it is.
    const KIND: Kind;

    /// What names it among its kind.
    fn key(&self) -> &str;

    /// All of the kind.
    fn all(fleet: &Fleet) -> &Records<Self>;

    /// The sites that it belongs to; none for what concerns the whole fleet.
    fn sites(&self, fleet: &Fleet) -> Vec<Key>;
}

macro_rules! records {
    ($($kind:ident $name:literal $field:ident $key:ident, |$it:ident, $fleet:ident| $sites:expr;)*) => {
        /// A kind of records.
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
            /// Of which kind it is.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)*
                }
            }

            /// What names it among its kind.
            #[must_use]
            pub fn key(&self) -> &str {
                match self {
                    $(Self::$kind(it) => Record::key(it),)*
                }
            }

            /// The sites that it belongs to; none for what concerns the whole fleet.
            #[must_use]
            pub fn sites(&self, fleet: &Fleet) -> Vec<Key> {
                match self {
                    $(Self::$kind(it) => Record::sites(it, fleet),)*
                }
            }
        }

        impl Fleet {
            /// Take a change in that was stored as this version of its record.
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

            /// The record of a kind as it is now, with its version.
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
    Person "person" people key, |it, _fleet| it.details.sites.clone();
    Order "order" orders key, |_it, _fleet| Vec::new();
    Terminal "terminal" terminals serial, |it, _fleet| vec![it.details.site.clone()];
    Incident "incident" incidents key, |it, fleet| site_of(fleet, it.details.terminal.as_str());
    Alert "alert" alerts key, |it, fleet| site_of(fleet, it.terminal.as_str());
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
    /// Of which kind it is.
    pub kind: Kind,
    /// What names it.
    pub key: String,
    /// How it is afterwards; absent when it is removed.
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
    /// That a record is written.
    #[must_use]
    pub fn put<T: Record>(record: T) -> Self {
        Self {
            kind: T::KIND,
            key: record.key().to_owned(),
            after: Some(record.into()),
        }
    }

    /// That a record is removed.
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
    /// The record of this name.
    #[must_use]
    pub fn get<T: Record>(&self, key: &str) -> Option<&T> {
        T::all(self).get(key).map(|versioned| &versioned.value)
    }

    /// All records of a kind, in the order of what names them.
    pub fn each<T: Record + 'static>(&self) -> impl Iterator<Item = &T> {
        T::all(self).values().map(|versioned| &versioned.value)
    }

    /// The time zone of a site.
    #[must_use]
    pub fn zone(&self, site: &Key) -> Option<&Zone> {
        Some(&self.get::<Site>(site.as_str())?.details.time_zone)
    }

    /// The day that it is at a site; in UTC where there is no such site.
    #[must_use]
    pub fn day(&self, now: Moment, site: &Key) -> Day {
        now.day(self.zone(site).map_or(&TimeZone::UTC, Zone::rules))
    }

    /// Whether a record may be seen by whom this reaches: one that belongs to no site only by those who
    /// reach everywhere.
    #[must_use]
    pub fn is_accessible(&self, access: &AccessScope, item: &Item) -> bool {
        match access {
            AccessScope::Everywhere => true,
            AccessScope::Sites(_) => item.sites(self).iter().any(|site| access.includes(site)),
        }
    }
}
