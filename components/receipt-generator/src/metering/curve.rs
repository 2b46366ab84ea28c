//! The supported elliptic curves of OCMF.

use spki::ObjectIdentifier;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    Secp256r1,
    Secp256k1,
    Secp384r1,
    BrainpoolP256r1,
}

impl Curve {
    /// The curve of an object identifier in a public key.
    pub(crate) fn identified_by(oid: ObjectIdentifier) -> Option<Self> {
        const SECP256R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
        const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");
        const SECP384R1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
        const BRAINPOOL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.36.3.3.2.8.1.1.7");
        match oid {
            SECP256R1 => Some(Self::Secp256r1),
            SECP256K1 => Some(Self::Secp256k1),
            SECP384R1 => Some(Self::Secp384r1),
            BRAINPOOL => Some(Self::BrainpoolP256r1),
            _ => None,
        }
    }

    /// The curve of an OCMF signature algorithm, which is always ECDSA with SHA-256.
    pub(crate) fn of_algorithm(name: &str) -> Option<Self> {
        match name {
            "ECDSA-secp256r1-SHA256" => Some(Self::Secp256r1),
            "ECDSA-secp256k1-SHA256" => Some(Self::Secp256k1),
            "ECDSA-secp384r1-SHA256" => Some(Self::Secp384r1),
            // The first name is the specification's, the second is the one that meters write.
            "ECDSA-brainpool256r1-SHA256" | "ECDSA-brainpoolP256r1-SHA256" => {
                Some(Self::BrainpoolP256r1)
            }
            _ => None,
        }
    }
}
