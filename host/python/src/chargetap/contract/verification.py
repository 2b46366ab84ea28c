"""The functions of `verification`."""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from typing import TypeAlias

from .._values import Function, Handle, Interface
from .callback import Capability, ConfigurationProblem, EndpointWithKeys, Rejection, Request, Verified
from .money import UnixMs


Verifier: TypeAlias = Handle


LOAD: Function[Verifier] = Function(
    "[static]verifier.load",
    (
        ("endpoints", tuple[EndpointWithKeys, ...]),
    ),
    Verifier,
    ConfigurationProblem,
)
"""Make a verifier from its endpoints."""


MINT: Function[str | None] = Function(
    "[method]verifier.mint",
    (
        ("endpoint", str),
        ("capability", Capability),
    ),
    str | None,
    None,
)
"""The path segment that stands for a capability, made by the endpoint's newest key. The
host appends it to its callback URL and gives that to the provider. Absent if there is
no endpoint of this id whose scheme is `capability-url`, or if the capability's terminal or
read has not its form.
"""


MINT_STATE_WEBHOOK: Function[str | None] = Function(
    "[method]verifier.mint-state-webhook",
    (
        ("endpoint", str),
        ("expires_at", UnixMs),
    ),
    str | None,
    None,
)
"""The same for the account's state webhook, which is for no terminal and no read."""


CLAIMED_TERMINAL: Function[str | None] = Function(
    "[static]verifier.claimed-terminal",
    (
        ("capability", str),
    ),
    str | None,
    None,
)
"""The terminal that a capability names, whether or not anybody vouches for it: good for
asking the provider how that terminal stands, and for nothing else.
"""


VERIFY: Function[tuple[Verified, ...]] = Function(
    "[method]verifier.verify",
    (
        ("request", Request),
    ),
    tuple[Verified, ...],
    Rejection,
)
"""Check a callback. Each item of the answer is one event, at least one and several only
where a provider sends batches; a batch is refused as a whole. Everything in it was
signed, or is covered by the capability; the rest is dropped.
"""


INTERFACE = Interface(
    "chargetap:callback-verifier/verification@0.1.0",
    (
        LOAD,
        MINT,
        MINT_STATE_WEBHOOK,
        CLAIMED_TERMINAL,
        VERIFY,
    ),
)
