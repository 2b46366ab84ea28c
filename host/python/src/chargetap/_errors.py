"""What can go wrong. A refusal of a component carries its reason, typed."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from .contract.callback import ConfigurationProblem, Rejection
from .contract.receipt import Problem
from .contract.session import Refusal


class ChargetapError(Exception):
    """Every error of this package."""


class Flaw(Enum):
    """What is wrong with a file of a folder with components."""

    UNREADABLE = "unreadable"
    """It is missing, or cannot be read."""
    TOO_LARGE = "too-large"
    """It is larger than any that is read."""
    NO_MANIFEST = "no-manifest"
    """The folder has no manifest: nobody signed it."""
    NO_SIGNATURE = "no-signature"
    """The folder has no signature."""
    MALFORMED_SIGNATURE = "malformed-signature"
    """The signature has not its form."""
    UNKNOWN_SIGNER = "unknown-signer"
    """No key that is trusted made the signature, or the manifest was changed after that."""
    MALFORMED_MANIFEST = "malformed-manifest"
    """The manifest has not its form."""
    OTHER_FORMAT = "other-format"
    """The manifest has another format."""
    NOT_LISTED = "not-listed"
    """The manifest does not name the component."""
    TRUNCATED = "truncated"
    """A part of the component is missing."""
    ALTERED = "altered"
    """It is not the component that was signed."""
    MALFORMED = "malformed"
    """It is no component, or breaks the rules of one."""
    NO_CONTRACT = "no-contract"
    """It does not say which version of the contract it has."""
    OTHER_CONTRACT = "other-contract"
    """It, or the manifest, has a version of the contract that is not taken."""
    IMPORTS = "imports"
    """It imports something with which it could do more than compute."""
    OTHER_INTERFACE = "other-interface"
    """It does not export what this component has to."""


class LoadError(ChargetapError):
    """A component cannot be loaded. The message says why, and what to do.

    All but `IMPORTS`, `OTHER_INTERFACE` and some of `MALFORMED` is found before anything is compiled.
    """

    def __init__(self, path: Path, flaw: Flaw, what: str) -> None:
        super().__init__(f"{path} cannot be used: {what}")
        self.path = path
        self.flaw = flaw


class PublicKeyRefused(ChargetapError):
    """What is to be trusted is no public key. The message has nothing of it."""

    def __init__(self) -> None:
        super().__init__(
            "it is no public key of P-256 in PEM: `openssl pkey -in plugins.key.pem -pubout -out"
            " plugins.pub.pem` writes that of a private key"
        )


class InvalidValue(ChargetapError, ValueError):
    """An argument is not of the contract's type. The message says where."""

    def __init__(self, wrong: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.path = ""

    def inside(self, place: str) -> InvalidValue:
        """The same, told from further outside."""
        self.path = place + self.path
        return self

    def __str__(self) -> str:
        return f"{self.path.removeprefix('.')}: {self.wrong}" if self.path else self.wrong


class ComponentFault(ChargetapError):
    """A call failed: the component trapped, or used up its fuel or memory.

    Its instance was thrown away; the next call is made on a new one.
    """

    def __init__(self, component: str, reason: str) -> None:
        super().__init__(f"{component}: {reason}")
        self.component = component
        self.reason = reason


class KeysRefused(ChargetapError):
    """The endpoints or their keys are not accepted."""

    def __init__(self, reason: ConfigurationProblem) -> None:
        super().__init__(str(reason))
        self.reason = reason


class CallbackRefused(ChargetapError):
    """A callback is not authentic, not fresh or not well formed."""

    def __init__(self, reason: Rejection) -> None:
        super().__init__(str(reason))
        self.reason = reason


class StepRefused(ChargetapError):
    """The session makes no step, and stays as it was."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(str(reason))
        self.reason = reason


class RenderingRefused(ChargetapError):
    """A receipt, a page or a text cannot be written."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(str(reason))
        self.reason = reason
