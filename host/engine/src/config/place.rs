//! Where in the file something is wrong, and the list of what is.

use std::cell::RefCell;

use secrecy::{ExposeSecret, SecretString};
use toml::Spanned;

use super::{ConfigError, ConfigErrors, Machine, SecretSource};

/// Turns positions in the file's text into errors with a line, and collects them: a mistake ends the
/// reading of one value and not of the file.
pub(super) struct Place<'a> {
    text: &'a str,
    machine: Option<&'a dyn Machine>,
    mistakes: RefCell<Vec<ConfigError>>,
    warnings: RefCell<Vec<ConfigError>>,
}

impl<'a> Place<'a> {
    pub(super) fn new(text: &'a str, machine: Option<&'a dyn Machine>) -> Self {
        Self {
            text,
            machine,
            mistakes: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    pub(super) fn error<T>(&self, key: &str, value: &Spanned<T>, problem: String) -> ConfigError {
        self.error_at(key, value.span().start, problem)
    }

    pub(super) fn error_at(&self, key: &str, offset: usize, problem: String) -> ConfigError {
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        ConfigError {
            line,
            key: key.into(),
            // A mistake is one line.
            problem: problem.replace('\n', " "),
        }
    }

    /// A value, or nothing, and its mistake is on the list.
    pub(super) fn take<T>(&self, result: Result<T, ConfigError>) -> Option<T> {
        result.map_err(|error| self.add(error)).ok()
    }

    /// Put a mistake on the list, once.
    pub(super) fn add(&self, error: ConfigError) {
        let mut mistakes = self.mistakes.borrow_mut();
        if !mistakes.contains(&error) {
            mistakes.push(error);
        }
    }

    /// Put on a list what should be otherwise, and is no mistake.
    pub(super) fn warn(&self, warning: ConfigError) {
        self.warnings.borrow_mut().push(warning);
    }

    /// What should be otherwise, by line.
    pub(super) fn take_warnings(&self) -> Vec<ConfigError> {
        let mut warnings = self.warnings.take();
        warnings.sort_by_key(|warning| warning.line);
        warnings
    }

    /// The value that was read, or the list of mistakes.
    pub(super) fn finish<T>(self, read: Option<T>) -> Result<T, ConfigErrors> {
        let mut mistakes = self.mistakes.into_inner();
        match read {
            Some(read) if mistakes.is_empty() => Ok(read),
            _ => {
                mistakes.sort_by_key(|mistake| mistake.line);
                Err(ConfigErrors(mistakes))
            }
        }
    }

    /// The secret, if it is there and has the form that it is used in. It never becomes part of a mistake.
    pub(super) fn check_secret(
        &self,
        key: &str,
        source: &Spanned<SecretSource>,
        check: impl Fn(&str) -> Result<(), &'static str>,
    ) -> Option<SecretString> {
        self.check_machine(key, source, |machine| {
            let secret = machine.secret(source.get_ref())?;
            let checked = check(secret.expose_secret());
            checked.map_err(|problem| format!("the secret in {} {problem}", source.get_ref()))?;
            Ok(secret)
        })
    }

    /// Whether the machine has what a value names. Returns what it says about that.
    pub(super) fn check_machine<T, A>(
        &self,
        key: &str,
        value: &Spanned<T>,
        check: impl FnOnce(&dyn Machine) -> Result<A, String>,
    ) -> Option<A> {
        let checked = self.machine.map(check)?;
        self.take(checked.map_err(|problem| self.error(key, value, problem)))
    }
}

pub(super) fn repeated(place: &Place<'_>, key: &str, value: &Spanned<String>) -> ConfigError {
    place.error(
        key,
        value,
        format!("{:?} stands here a second time", value.get_ref()),
    )
}

/// No secret that is sent in a header can have a line end.
pub(super) fn fits_a_header(secret: &str) -> Result<(), &'static str> {
    match secret
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    {
        true => Ok(()),
        false => Err("cannot be sent in a header: it has a line end or a character beyond ASCII"),
    }
}

/// A station sends its password in one line.
pub(super) fn is_one_line(secret: &str) -> Result<(), &'static str> {
    match secret.chars().any(char::is_control) {
        false => Ok(()),
        true => Err("has several lines or a control character: no station can send it"),
    }
}

/// Keys may be any bytes. Whether one is long enough, the component says that uses it.
pub(super) fn anything(_: &str) -> Result<(), &'static str> {
    Ok(())
}
