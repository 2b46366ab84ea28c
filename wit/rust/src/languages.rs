//! The languages of what people read.

/// The languages that receipts, pages and terminals can have, as ISO 639-1 codes: the official ones of the EU,
/// and Norwegian.
pub const LANGUAGES: [&str; 25] = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu", "it", "lt", "lv",
    "mt", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
];
