"""The functions of `orchestration`."""

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from .._values import Function, Interface
from .money import MinorUnits, UnixMs
from .screen import Quote
from .session import Decision, Event, Policy, Refusal


STEP: Function[Decision] = Function(
    "step",
    (
        ("policy", Policy),
        ("state", bytes | None),
        ("event", Event),
        ("now", UnixMs),
    ),
    Decision,
    Refusal,
)
"""Decide what an event means for a session.

`state` is what the last step returned, or nothing for a session's first event. The same
arguments always give the same decision. The host stores event, state, commands and deadline
together, and only then executes the commands.

A session's id is the `read` of the card that began it, and so is the token of its start: the host arms every
reader under an id that was never used. The session of a hold that was found is `orphan-TERMINAL-PAYMENT`,
of the terminal's serial number and the payment's id.

The currency's code is not checked here, nor is a VAT number of a buyer: the host does that where they come
in, and `rendering.render` refuses what is none.
"""


OFFER: Function[Quote] = Function(
    "offer",
    (
        ("policy", Policy),
        ("hold", MinorUnits),
        ("now", UnixMs),
    ),
    Quote,
    None,
)
"""What a terminal shows before a card is read: the prices that a session may have that begins now,
and what is reserved. Of several prices at the same time only the highest is told, unless they wait
for different durations.
"""


INTERFACE = Interface(
    "chargetap:session-orchestrator/orchestration@0.1.0",
    (
        STEP,
        OFFER,
    ),
)
