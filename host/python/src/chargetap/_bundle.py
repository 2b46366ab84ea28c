"""Bundles: components, and a signed manifest of them. Nothing is compiled here.

The signature is ECDSA with P-256 over the SHA-256 of the manifest's bytes, DER-encoded, in base64. Each file
is read once: the bytes that were verified are those that are compiled.
"""

from __future__ import annotations

import binascii
import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ._errors import Flaw, LoadError, PublicKeyRefused
from .contract import verification

MANIFEST = "bundle.json"
SIGNATURE = "bundle.json.sig"
FORMAT = 1
"""The format of manifests."""
CONTRACT = verification.INTERFACE.name.rpartition("@")[2]
"""The version of the contract that is taken."""
CONTRACT_SECTION = "chargetap:contract"
"""The custom section in which a component states its version of the contract."""

LARGEST_COMPONENT = 8 << 20
"""How many bytes a component may have."""
LARGEST_MANIFEST = 64 << 10
"""How many bytes a manifest may have, and its signature."""

COMPONENT = b"\0asm\x0d\0\1\0"
"""How a component begins."""
CUSTOM_SECTION = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """A component in a manifest."""

    name: str
    """Its name, and its file's before `.wasm`."""
    version: str
    size: int
    """How many bytes its file has."""
    sha256: str
    """Their SHA-256 in hexadecimal."""


def public_key(pem: str) -> EllipticCurvePublicKey:
    """Read a public key of P-256 in PEM."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        raise PublicKeyRefused from None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise PublicKeyRefused
    return key


class Bundle:
    """A folder of components that is trusted, as far as that is known without its components."""

    def __init__(self, folder: Path, keys: Sequence[str] | None) -> None:
        """Verify the folder's signature by these keys in PEM; `None` takes unsigned components."""
        self.folder = folder
        self.listed: list[Listed] | None = None
        if keys is None:
            return
        trusted = [public_key(it) for it in keys]
        path = folder / MANIFEST
        manifest = part(
            path,
            Flaw.NO_MANIFEST,
            "nobody signed this folder: sign it by `chargetap plugins sign`, or take unsigned"
            " components (`unsigned=True`)",
        )
        signature = part(
            folder / SIGNATURE,
            Flaw.NO_SIGNATURE,
            "the manifest is not signed: sign the folder by `chargetap plugins sign`",
        )
        verify(folder / SIGNATURE, manifest, signature, trusted)
        self.listed = listed_in(path, manifest)

    def component(self, name: str) -> bytes:
        """Read a component, if it is the one that was signed and has the contract that is taken."""
        path = self.folder / f"{name}.wasm"
        component = read(path, LARGEST_COMPONENT)
        if self.listed is not None:
            check(path, component, self.listed)
        stated = stated_contract(path, component)
        if stated is None:
            raise LoadError(
                path,
                Flaw.NO_CONTRACT,
                "it does not say its version of the contract: build it by `cargo xtask build`,"
                f" which adds the section {CONTRACT_SECTION}",
            )
        check_contract(path, stated)
        return component


def check(path: Path, component: bytes, components: list[Listed]) -> None:
    """Whether this is the component that was signed."""
    listed = next((it for it in components if it.name == path.stem), None)
    if listed is None:
        raise LoadError(
            path, Flaw.NOT_LISTED, "the manifest does not name it: sign the folder again"
        )
    if len(component) < listed.size:
        raise LoadError(
            path,
            Flaw.TRUNCATED,
            f"it has {len(component)} bytes of the {listed.size} that were signed: copy it again",
        )
    digest = hashlib.sha256(component).hexdigest()
    if (len(component), digest) != (listed.size, listed.sha256):
        raise LoadError(
            path,
            Flaw.ALTERED,
            "it was changed after the folder was signed: get it from where it was signed",
        )


def check_contract(path: Path, stated: str) -> None:
    if stated != CONTRACT:
        raise LoadError(
            path,
            Flaw.OTHER_CONTRACT,
            f"its contract is version {stated!r}, and {CONTRACT} is taken here: use components and"
            " a package of one version",
        )


def verify(
    path: Path, manifest: bytes, signature: bytes, keys: Sequence[EllipticCurvePublicKey]
) -> None:
    """Whether one of these keys signed a manifest."""
    # Programs differ in where they break lines.
    text = b"".join(signature.split())
    try:
        der = b64decode(text, validate=True)
        decode_dss_signature(der)
        spelled_once = b64encode(der) == text
    except (binascii.Error, ValueError):
        spelled_once = False
    if not spelled_once:
        raise LoadError(
            path,
            Flaw.MALFORMED_SIGNATURE,
            "it is no signature, which is a DER-encoded ECDSA signature in base64: sign the folder"
            " again",
        )
    for key in keys:
        try:
            return key.verify(der, manifest, ECDSA(SHA256()))
        except InvalidSignature:
            continue
    raise LoadError(
        path,
        Flaw.UNKNOWN_SIGNER,
        "it was signed by a key that is not trusted here, or the manifest was changed after that:"
        " get the folder from where it was signed, or add the public key of who signed it",
    )


def listed_in(path: Path, text: bytes) -> list[Listed]:
    """What a manifest lists whose signature is good."""

    def malformed(why: str) -> LoadError:
        what = f"it is no manifest of a bundle ({why}): sign the folder again"
        return LoadError(path, Flaw.MALFORMED_MANIFEST, what)

    try:
        manifest = json.loads(text.decode())
    except (ValueError, RecursionError) as error:
        raise malformed(str(error)) from None
    version = manifest.get("format") if isinstance(manifest, dict) else None
    if is_size(version) and version != FORMAT:
        raise LoadError(
            path,
            Flaw.OTHER_FORMAT,
            f"its format is {version}, and this version reads format {FORMAT} only: sign with this"
            " version",
        )
    members = {"format": is_size, "contract": is_text, "components": is_list_of_components}
    if not has_members(manifest, members):
        raise malformed(f"its members are not those of format {FORMAT}")
    check_contract(path, manifest["contract"])
    return [Listed(**it) for it in manifest["components"]]


def has_members(value: Any, kinds: Mapping[str, Callable[[Any], bool]]) -> bool:
    """Whether a value has these members, each of its kind, and no others."""
    return (
        isinstance(value, dict)
        and set(value) == set(kinds)
        and all(is_kind(value[name]) for name, is_kind in kinds.items())
    )


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_size(value: Any) -> bool:
    return type(value) is int and value >= 0


def is_list_of_components(value: Any) -> bool:
    members = {"name": is_text, "version": is_text, "size": is_size, "sha256": is_text}
    return isinstance(value, list) and all(has_members(it, members) for it in value)


def stated_contract(path: Path, component: bytes) -> str | None:
    """What a component's section says, which is its last one of this name."""
    stated = None
    try:
        for id, content in sections(component):
            if id != CUSTOM_SECTION:
                continue
            length, at = unsigned(content, 0)
            if content[at : at + length] == CONTRACT_SECTION.encode():
                stated = content[at + length :].decode()
    except (IndexError, ValueError):
        raise LoadError(
            path, Flaw.MALFORMED, "it is no valid component: copy or build it again"
        ) from None
    return stated


def sections(component: bytes) -> Iterator[tuple[int, bytes]]:
    """The outermost sections, each with its id. Raises `IndexError` or `ValueError` if it has none."""
    if not component.startswith(COMPONENT):
        raise ValueError
    at = len(COMPONENT)
    while at < len(component):
        size, start = unsigned(component, at + 1)
        if start + size > len(component):
            raise ValueError
        yield component[at], component[start : start + size]
        at = start + size


def unsigned(data: bytes, at: int) -> tuple[int, int]:
    """A number in LEB128, of at most 32 bits, and where it ends."""
    value = 0
    for shift in range(0, 35, 7):
        value |= (data[at] & 0x7F) << shift
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    raise ValueError


def part(path: Path, flaw: Flaw, missing: str) -> bytes:
    """Read a part of a bundle that is no component."""
    if path.parent.is_dir() and not path.exists():
        raise LoadError(path, flaw, missing)
    return read(path, LARGEST_MANIFEST)


def read(path: Path, largest: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise LoadError(
            path,
            Flaw.UNREADABLE,
            f"it cannot be read ({error.strerror}): put it there, readable by this user",
        ) from error
    if len(data) > largest:
        raise LoadError(
            path, Flaw.TOO_LARGE, f"it has more than {largest} bytes: copy or build it again"
        )
    return data
