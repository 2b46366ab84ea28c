//! Whose components are taken.

use std::path::PathBuf;

use toml::Spanned;

use super::Trust;
use super::place::Place;

/// On a machine that runs components, somebody must have said whose.
pub(super) fn trust(
    place: &Place<'_>,
    keys: Vec<Spanned<PathBuf>>,
    unsigned: &Spanned<bool>,
    components: &Spanned<PathBuf>,
) -> Trust {
    if *unsigned.get_ref() {
        if !keys.is_empty() {
            let problem = "stands beside keys, which would count for nothing: keep one of the two";
            place.add(place.error("server.unsigned", unsigned, problem.into()));
        }
        return Trust::Unsigned;
    }
    if keys.is_empty() {
        let problem = "is missing: say keys = [\"plugins.pub.pem\"] with the public keys of those who may sign the \
             components (`chargetap plugins --help`), or unsigned = true to take whatever is in the folder";
        place.check_machine::<_, ()>("server.keys", components, |_| Err(problem.into()));
    }
    for key in &keys {
        place.check_machine("server.keys", key, |machine| {
            machine.signers_key(key.get_ref())
        });
    }
    Trust::Keys(keys.into_iter().map(Spanned::into_inner).collect())
}
