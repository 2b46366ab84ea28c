"""What can go wrong. A refusal of a component carries its reason, typed."""

from __future__ import annotations

from .contract.callback import ConfigurationProblem, Rejection
from .contract.receipt import Problem
from .contract.session import Refusal


class ChargetapError(Exception):
    """Every error of this package."""


class LoadError(ChargetapError):
    """A component cannot be loaded: it is missing, or is not what it should be."""


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
