//! TLS on the gateway's own port.

use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::place::Place;
use super::{SecretSource, Tls};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TlsTable {
    certificate: Spanned<PathBuf>,
    private_key: Spanned<SecretSource>,
    client_ca: Option<Spanned<PathBuf>>,
}

impl TlsTable {
    /// Every file is checked, also if another one is wrong.
    pub(super) fn read(self, place: &Place<'_>) -> Tls {
        let (key, certificate) = ("server.tls.certificate", &self.certificate);
        let file = certificate.get_ref();
        let warning = place.check_machine(key, certificate, |machine| machine.certificate(file));
        if let Some(warning) = warning.flatten() {
            place.warn(place.error(key, certificate, warning));
        }
        place.check_machine("server.tls.private_key", &self.private_key, |machine| {
            machine.private_key(self.private_key.get_ref(), file)
        });
        if let Some(client_ca) = &self.client_ca {
            place.check_machine("server.tls.client_ca", client_ca, |machine| {
                machine.client_ca(client_ca.get_ref())
            });
        }
        Tls {
            certificate: self.certificate.into_inner(),
            private_key: self.private_key.into_inner(),
            client_ca: self.client_ca.map(Spanned::into_inner),
        }
    }
}
