//! A meter's public key.

use std::ops::Add;

use base64ct::{Base64, Encoding};
use bp256::BrainpoolP256r1;
use chargetap_contract::receipt::MeasurementProblem as Problem;
use ecdsa::{
    EcdsaCurve, Signature, VerifyingKey,
    der::{MaxOverhead, MaxSize},
    elliptic_curve::{
        AffinePoint, CurveArithmetic, FieldBytesSize,
        array::ArraySize,
        point::AffineCoordinates,
        sec1::{FromSec1Point, ModulusSize, Sec1Point, ToSec1Point},
    },
    signature::hazmat::PrehashVerifier,
};
use k256::Secp256k1;
use p256::NistP256;
use p384::NistP384;
use sha2::{Digest, Sha256};
use spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

use super::curve::Curve;

/// The longest key, in characters: ten times as long as a key on the largest curve.
const MAX_KEY: usize = 2 * 1024;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

pub(crate) enum Key {
    Secp256r1(VerifyingKey<NistP256>),
    Secp256k1(VerifyingKey<Secp256k1>),
    Secp384r1(VerifyingKey<NistP384>),
    BrainpoolP256r1(VerifyingKey<BrainpoolP256r1>),
}

impl Key {
    pub(crate) fn read(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_KEY {
            return Err(Problem::UnreadableKey);
        }
        let text: String = text
            .chars()
            .filter(|it| !it.is_ascii_whitespace())
            .collect();
        if text.is_empty() {
            return Err(Problem::NoKey);
        }
        let der = decode(&text).ok_or(Problem::UnreadableKey)?;
        Self::from_der(&der)
    }

    fn from_der(der: &[u8]) -> Result<Self, Problem> {
        let info = SubjectPublicKeyInfoRef::try_from(der).map_err(|_| Problem::UnreadableKey)?;
        let curve = match info.algorithm.oids() {
            Ok((EC_PUBLIC_KEY, Some(curve))) => curve,
            _ => return Err(Problem::UnreadableKey),
        };
        let curve = Curve::identified_by(curve).ok_or(Problem::UnsupportedCurve)?;
        let point = info.subject_public_key.as_bytes();
        let point = point.ok_or(Problem::UnreadableKey)?;
        let key = match curve {
            Curve::Secp256r1 => at(point).map(Self::Secp256r1),
            Curve::Secp256k1 => at(point).map(Self::Secp256k1),
            Curve::Secp384r1 => at(point).map(Self::Secp384r1),
            Curve::BrainpoolP256r1 => at(point).map(Self::BrainpoolP256r1),
        };
        key.ok_or(Problem::UnreadableKey)
    }

    pub(crate) fn curve(&self) -> Curve {
        match self {
            Self::Secp256r1(_) => Curve::Secp256r1,
            Self::Secp256k1(_) => Curve::Secp256k1,
            Self::Secp384r1(_) => Curve::Secp384r1,
            Self::BrainpoolP256r1(_) => Curve::BrainpoolP256r1,
        }
    }

    /// Whether the signature, which is DER, is this key's.
    pub(crate) fn signed(&self, text: &str, signature: &[u8]) -> bool {
        let digest = Sha256::digest(text);
        match self {
            Self::Secp256r1(key) => verifies(key, &digest, signature),
            Self::Secp256k1(key) => verifies(key, &digest, signature),
            Self::Secp384r1(key) => verifies(key, &digest, signature),
            Self::BrainpoolP256r1(key) => verifies(key, &digest, signature),
        }
    }
}

/// A key in base64 begins with `M`, which is no hexadecimal digit, so the two cannot be confused.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        base16ct::mixed::decode_vec(text).ok()
    } else {
        Base64::decode_vec(text).ok()
    }
}

/// A key with both coordinates, as meters have it. Support for compressed points would take 40 kB
/// of the component.
fn at<C>(point: &[u8]) -> Option<VerifyingKey<C>>
where
    C: EcdsaCurve + CurveArithmetic,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let point = Sec1Point::<C>::from_bytes(point).ok()?;
    let (Some(x), Some(y)) = (point.x(), point.y()) else {
        return None;
    };
    let point = AffinePoint::<C>::from_coordinates(x, y).into_option()?;
    VerifyingKey::from_affine(point).ok()
}

fn verifies<C>(key: &VerifyingKey<C>, digest: &[u8], signature: &[u8]) -> bool
where
    C: EcdsaCurve + CurveArithmetic,
    MaxSize<C>: ArraySize,
    <FieldBytesSize<C> as Add>::Output: Add<MaxOverhead> + ArraySize,
{
    // On secp256k1 the library accepts only the lower of the two values of s. Meters use both.
    Signature::from_der(signature)
        .is_ok_and(|signature| key.verify_prehash(digest, &signature.normalize_s()).is_ok())
}
