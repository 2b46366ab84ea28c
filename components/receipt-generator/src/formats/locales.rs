//! The locales that receipts are written by.

/// The locale in CLDR of each language: the official ones of the EU, and Norwegian. The bare tag of
/// English and of Portuguese would be the way of the Americas.
pub(crate) const LOCALES: [&str; 25] = [
    "bg", "cs", "da", "de", "el", "en-IE", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt",
    "lv", "mt", "nb", "nl", "pl", "pt-PT", "ro", "sk", "sl", "sv",
];
