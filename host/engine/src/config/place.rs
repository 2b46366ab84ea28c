//! Where in the file something is wrong.

use toml::Spanned;

use super::ConfigError;

/// Turns positions in the file's text into errors with a line.
pub(super) struct Place<'a>(&'a str);

impl<'a> Place<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self(text)
    }

    pub(super) fn error<T>(&self, key: &str, value: &Spanned<T>, problem: String) -> ConfigError {
        self.error_at(key, value.span().start, problem)
    }

    pub(super) fn error_at(&self, key: &str, offset: usize, problem: String) -> ConfigError {
        let before = self.0.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        ConfigError {
            line,
            key: key.into(),
            problem,
        }
    }
}

pub(super) fn repeated(place: &Place<'_>, key: &str, value: &Spanned<String>) -> ConfigError {
    place.error(
        key,
        value,
        format!("{:?} stands here a second time", value.get_ref()),
    )
}
