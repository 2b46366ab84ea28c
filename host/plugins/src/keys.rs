//! The keys of bundles: ECDSA with P-256 and SHA-256, in PEM as `openssl` writes it.

use std::fmt;

use base64ct::{Base64, Encoding};
use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey};

use crate::error::Flaw;

/// A text holds no key. It has nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No private key.
    #[error(
        "it is no private key of P-256 in PEM (PKCS#8, without a passphrase): make one by `openssl \
         ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out plugins.key.pem`"
    )]
    Private,
    /// No public key.
    #[error(
        "it is no public key of P-256 in PEM: `openssl pkey -in plugins.key.pem -pubout -out \
         plugins.pub.pem` writes that of a private key"
    )]
    Public,
}

/// A key that signs bundles. It is wiped when it is dropped.
pub struct PrivateKey(pub(crate) SigningKey);

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// Read a private key in PEM (PKCS#8).
    ///
    /// # Errors
    /// It is none.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        text.parse().map(Self).map_err(|_| KeyError::Private)
    }

    /// Sign a manifest: the text of its signature's file. The same bytes always have the same signature.
    #[must_use]
    pub fn sign(&self, manifest: &[u8]) -> String {
        let signature: Signature = self.0.sign(manifest);
        let text = Base64::encode_string(signature.to_der().as_bytes());
        format!("{text}\n")
    }
}

/// A key by which the bundles of its owner are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Read a public key in PEM (SPKI).
    ///
    /// # Errors
    /// It is none.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        text.parse().map(Self).map_err(|_| KeyError::Public)
    }
}

impl From<&PrivateKey> for PublicKey {
    fn from(key: &PrivateKey) -> Self {
        Self(*key.0.verifying_key())
    }
}

/// Whether one of these keys signed a manifest.
pub(crate) fn verify(manifest: &[u8], signature: &[u8], keys: &[PublicKey]) -> Result<(), Flaw> {
    let text = std::str::from_utf8(signature).map_err(|_| Flaw::MalformedSignature)?;
    // Programs differ in where they break lines.
    let text: String = text.split_ascii_whitespace().collect();
    let der = Base64::decode_vec(&text).map_err(|_| Flaw::MalformedSignature)?;
    let signature = Signature::from_der(&der).map_err(|_| Flaw::MalformedSignature)?;
    match keys
        .iter()
        .any(|key| key.0.verify(manifest, &signature).is_ok())
    {
        true => Ok(()),
        false => Err(Flaw::UnknownSigner),
    }
}
