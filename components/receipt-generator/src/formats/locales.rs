//! The locales of receipts.

/// The CLDR locale of each language: the official languages of the EU, and Norwegian. Without a
/// region, English would be that of the USA and Portuguese that of Brazil.
pub(crate) const LOCALES: [&str; 25] = [
    "bg", "cs", "da", "de", "el", "en-IE", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt",
    "lv", "mt", "nb", "nl", "pl", "pt-PT", "ro", "sk", "sl", "sv",
];
