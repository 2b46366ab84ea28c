"""The three components, as a host calls them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ._bundle import Bundle
from ._convert import signature
from ._errors import CallbackRefused, KeysRefused, RenderingRefused, StepRefused
from ._runtime import Instance, Plugin, new_engine
from ._values import Handle
from .contract import orchestration, rendering, verification
from .contract.callback import Capability, Endpoint, Key, Request, Verified
from .contract.receipt import Document, Format, MeasurementVerdict, Page, Rendered
from .contract.screen import Message, Quote
from .contract.session import Decision, Event, Policy

PACKAGED = Path(__file__).parent / "components"
NAMES = ("callback-verifier", "session-orchestrator", "receipt-generator")


class Plugins:
    """The three components, ready to be called from any thread.

    A component may import types only, so it can do nothing but compute. A call that traps or uses up
    its fuel or memory raises `ComponentFault` and costs the instance; the next call makes a new one.
    Calls of all threads take turns. Make it after a fork: one in each worker process.
    """

    def __init__(self, verifier: Plugin, orchestrator: Plugin, generator: Plugin) -> None:
        self._verifier = verifier
        self._orchestrator = orchestrator
        self._generator = generator

    @classmethod
    def load(
        cls,
        endpoints: Sequence[tuple[Endpoint, Sequence[Key]]],
        folder: str | Path | None = None,
        cache: str | Path | None = None,
        *,
        keys: Sequence[str] | None = None,
        unsigned: bool = False,
    ) -> Plugins:
        """Load the components from `folder`, or those that came with this package.

        Say whose components are taken: with `keys`, those of a bundle that one of these public keys
        signed (P-256, in PEM); with `unsigned`, any: whoever can write to the folder decides what is
        computed. Nothing is compiled before all three are read and checked.

        With `cache`, a folder that only this user may write to, what was compiled is kept there:
        the next process loads in milliseconds instead of seconds.

        Raises `KeysRefused` if the endpoints or their keys are not accepted, `LoadError` if a
        component is not trusted, is missing or is not what it should be, and `PublicKeyRefused` if
        one of `keys` is none.
        """
        if (keys is None) != unsigned:
            raise TypeError(
                "say whose components are taken: either keys=[PUBLIC_KEY_IN_PEM] or unsigned=True"
            )
        files = Path(folder) if folder else PACKAGED
        bundle = Bundle(files, keys)
        components = [(files / f"{name}.wasm", bundle.component(name)) for name in NAMES]
        kept = Path(cache) if cache else None
        engine = new_engine()
        lowered = signature(verification.LOAD).lower((tuple(endpoints),))

        def with_keys(instance: Instance) -> Handle:
            accepted, loaded = instance.call(verification.LOAD, lowered)
            if not accepted:
                raise KeysRefused(loaded)
            handle: Handle = loaded
            return handle

        verifier, orchestrator, generator = components
        plugins = cls(
            Plugin(engine, *verifier, verification.INTERFACE, kept, with_keys),
            Plugin(engine, *orchestrator, orchestration.INTERFACE, kept),
            Plugin(engine, *generator, rendering.INTERFACE, kept),
        )
        # What is wrong with a key shows now, and not at the first callback.
        plugins.claimed_terminal("")
        return plugins

    def mint(self, endpoint: str, capability: Capability) -> str | None:
        """The path segment that stands for a capability, to be appended to the callback URL.

        `None` if there is no endpoint of this id whose scheme is `capability-url`.
        """
        return self._verifier.call(verification.MINT, endpoint, capability)

    def mint_state_webhook(self, endpoint: str, expires_at: int) -> str | None:
        """The same for the account's state webhook, which is for no terminal and no read."""
        return self._verifier.call(verification.MINT_STATE_WEBHOOK, endpoint, expires_at)

    def claimed_terminal(self, capability: str) -> str | None:
        """The terminal that a capability names, whether or not anybody vouches for it."""
        return self._verifier.call(verification.CLAIMED_TERMINAL, capability)

    def verify(self, request: Request) -> tuple[Verified, ...]:
        """Check a callback. Each item of the answer is one event. Raises `CallbackRefused`."""
        return self._verifier.call(verification.VERIFY, request, refused=CallbackRefused)

    def step(self, policy: Policy, state: bytes | None, event: Event, now: int) -> Decision:
        """Decide what an event means for a session. Raises `StepRefused`.

        `state` is what the last step returned, or `None` for a session's first event. Store event,
        state, commands and deadline together, and only then execute the commands.
        """
        return self._orchestrator.call(
            orchestration.STEP, policy, state, event, now, refused=StepRefused
        )

    def offer(self, policy: Policy, hold: int, now: int) -> Quote:
        """What a terminal shows before a card is read: prices, and what is reserved."""
        return self._orchestrator.call(orchestration.OFFER, policy, hold, now)

    def render(self, document: Document, format: Format, locale: str) -> Rendered:
        """Write a receipt in a format and language. Raises `RenderingRefused`."""
        return self._generator.call(
            rendering.RENDER, document, format, locale, refused=RenderingRefused
        )

    def form(self, page: Page, locale: str) -> Rendered:
        """Write a page with a form. Raises `RenderingRefused`."""
        return self._generator.call(rendering.FORM, page, locale, refused=RenderingRefused)

    def screen_text(self, message: Message, locale: str) -> str:
        """Put into words what a terminal's screen says. Raises `RenderingRefused`."""
        return self._generator.call(
            rendering.SCREEN_TEXT, message, locale, refused=RenderingRefused
        )

    def check_measurement(
        self, packets: Sequence[str], public_key: str | None
    ) -> MeasurementVerdict:
        """Check what a meter signed, in OCMF. It takes longer than to render a receipt."""
        return self._generator.call(rendering.CHECK_MEASUREMENT, tuple(packets), public_key)
