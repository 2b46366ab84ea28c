//! Certificates and keys in PEM files: what they must be, and what is read from them.

use std::path::Path;
use std::sync::Arc;

use chargetap_engine::config::{Machine as _, SecretSource, Tls as Files};
use jiff::Timestamp;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{InconsistentKeys, RootCertStore, ServerConfig};
use secrecy::{ExposeSecret, SecretString};
use tokio_rustls::TlsAcceptor;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;
use x509_cert::der::oid::db::rfc4519::COMMON_NAME;
use x509_cert::ext::pkix::name::DirectoryString;

use crate::platform::now;
use crate::secrets::ThisMachine;

/// How long before its end a certificate is to be renewed, in seconds. Who renews by itself has done so by then.
const RENEW_BEFORE_S: i64 = 14 * 24 * 60 * 60;

/// What `[server.tls]` names cannot be used. The text has nothing of a key.
#[derive(Debug, thiserror::Error)]
#[error("server.tls.{key}: {problem}")]
pub struct TlsError {
    key: &'static str,
    problem: String,
}

/// What the files make together.
pub(super) struct Credentials {
    pub(super) acceptor: TlsAcceptor,
    /// When the certificate expires, in seconds since 1970.
    pub(super) expires_at: i64,
}

impl Credentials {
    pub(super) fn read(files: &Files, folder: &Path) -> Result<Self, TlsError> {
        let of = |key| move |problem| TlsError { key, problem };
        let chain = read_chain(&folder.join(&files.certificate)).map_err(of("certificate"))?;
        let expires_at = expiry(&chain).map_err(of("certificate"))?;
        let key = ThisMachine(folder)
            .secret(&files.private_key)
            .and_then(|pem| certified_key(chain, &pem, &files.private_key))
            .map_err(of("private_key"))?;

        let provider = Arc::new(ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| of("certificate")(error.to_string()))?;
        let config = match &files.client_ca {
            None => config.with_no_client_auth(),
            Some(file) => {
                let roots = read_roots(&folder.join(file)).map_err(of("client_ca"))?;
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
                    .allow_unauthenticated()
                    .build()
                    .map_err(|error| of("client_ca")(error.to_string()))?;
                config.with_client_cert_verifier(verifier)
            }
        };
        let config = config.with_cert_resolver(Arc::new(SingleCertAndKey::from(key)));
        Ok(Self {
            acceptor: Arc::new(config).into(),
            expires_at,
        })
    }
}

/// Whether a file has the gateway's certificate. Returns what should be done about it soon.
pub(crate) fn check_certificate(file: &Path) -> Result<Option<String>, String> {
    Ok(advice(expiry(&read_chain(file)?)?))
}

/// Whether a key is that of the certificate in a file, if that can be read.
pub(crate) fn check_key(
    pem: &SecretString,
    source: &SecretSource,
    certificate: &Path,
) -> Result<(), String> {
    match read_chain(certificate) {
        Ok(chain) => certified_key(chain, pem, source).map(drop),
        Err(_) => read_key(pem, source).map(drop),
    }
}

/// Whether a file has certificates that sign those of clients.
pub(crate) fn check_client_ca(file: &Path) -> Result<(), String> {
    read_roots(file).map(drop)
}

/// What to do about a certificate that expires at this second since 1970.
pub(super) fn advice(expires_at: i64) -> Option<String> {
    let now = i64::try_from(now() / 1_000).unwrap_or(i64::MAX);
    let left = expires_at.saturating_sub(now);
    let at = Timestamp::from_second(expires_at).unwrap_or(Timestamp::MAX);
    match left {
        ..=0 => Some(format!(
            "expired at {at}: clients refuse it; renew it, and the new one is taken without a restart"
        )),
        1..RENEW_BEFORE_S => Some(format!(
            "expires at {at}: renew it before, and the new one is taken without a restart"
        )),
        _ => None,
    }
}

/// The common name of a certificate's subject, if it has exactly one: of several, others may mean another.
pub(super) fn common_name(certificate: &CertificateDer<'_>) -> Option<String> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let subject = certificate.tbs_certificate().subject();
    let mut names = subject.iter().filter(|it| it.oid == COMMON_NAME);
    let (name, None) = (names.next()?, names.next()) else {
        return None;
    };
    let name = DirectoryString::try_from(&name.value).ok()?;
    Some(name.value().into_owned())
}

fn expiry(chain: &[CertificateDer<'_>]) -> Result<i64, String> {
    let own = chain.first().map(|it| Certificate::from_der(it));
    let Some(Ok(own)) = own else {
        return Err("its first certificate cannot be read: write the gateway's own there".into());
    };
    let at = own.tbs_certificate().validity().not_after;
    let seconds = at.to_unix_duration().as_secs();
    Ok(i64::try_from(seconds).unwrap_or(i64::MAX))
}

fn read_chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let todo = "write the gateway's certificate to it, and after it those that lead to its root";
    read_certificates(file).map_err(|problem| format!("{problem}: {todo}"))
}

fn read_roots(file: &Path) -> Result<RootCertStore, String> {
    let todo = "write the certificate of the CA to it that signs those of the stations";
    let certificates = read_certificates(file).map_err(|problem| format!("{problem}: {todo}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add(certificate).map_err(|error| {
            format!(
                "a certificate in {} cannot be used ({error}): {todo}",
                file.display()
            )
        })?;
    }
    Ok(roots)
}

/// The certificates of a PEM file; at least one.
fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let name = file.display();
    let text = std::fs::read(file).map_err(|error| format!("{name} cannot be read ({error})"))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        // The file may hold a key by mistake, so nothing of it is repeated.
        _ => Err(format!("{name} holds no certificates in PEM")),
    }
}

fn read_key(pem: &SecretString, source: &SecretSource) -> Result<PrivateKeyDer<'static>, String> {
    PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes()).map_err(|_| {
        format!("the secret in {source} is no private key in PEM without a passphrase: write it so")
    })
}

/// A certificate with its key.
fn certified_key(
    chain: Vec<CertificateDer<'static>>,
    pem: &SecretString,
    source: &SecretSource,
) -> Result<CertifiedKey, String> {
    let key = read_key(pem, source)?;
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => format!(
            "the secret in {source} is not the key of the first certificate in server.tls.certificate: \
             name the two that belong together"
        ),
        _ => format!(
            "the secret in {source} cannot be used with the certificate: it must be of ECDSA (P-256, \
             P-384), RSA (2048 bits or more) or Ed25519"
        ),
    })
}
