"""How long a call takes through Python: `python host/python/benches/calls.py [COMPONENTS]`."""

from __future__ import annotations

import contextlib
import io
import statistics
import sys
import time
from collections.abc import Callable

from chargetap import Plugins, example
from chargetap._runtime import FUEL, Plugin
from chargetap.contract.receipt import FormatHtml, FormatPdf, FormatText
from chargetap.contract.session import EventCardPresented, Evse, Tap

CALLS = 200


def measure(name: str, plugin: Plugin, call: Callable[[], object]) -> None:
    call()
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1_000)
    assert plugin.idle
    fuel = FUEL - plugin.idle[0].store.get_fuel()
    slow = statistics.quantiles(times, n=20)[-1]
    print(f"{name:22} {statistics.median(times):8.2f} {slow:8.2f} {fuel:12,}")


def main() -> None:
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    began = time.perf_counter()
    plugins = Plugins.load([(example.ENDPOINT, [example.KEY])], folder, unsigned=True)
    print(f"loading took {time.perf_counter() - began:.2f} s")
    request = example.callback(plugins)
    tap = Tap(read=example.card_of(plugins, request), evse=Evse(station="CT-1", connector=1))
    host = example.Host(plugins)
    with contextlib.redirect_stdout(io.StringIO()):
        host.run(EventCardPresented(tap))
    assert host.receipt
    document = example.document(host.receipt)
    verifier, orchestrator, generator = plugins._verifier, plugins._orchestrator, plugins._generator

    def step() -> object:
        return plugins.step(example.POLICY, None, EventCardPresented(tap), example.TAPPED_AT)

    print(f"{'ms a call':22} {'median':>8} {'95 %':>8} {'fuel':>12}")
    measure("verify", verifier, lambda: plugins.verify(request))
    measure("step", orchestrator, step)
    measure("render, text", generator, lambda: plugins.render(document, FormatText(60), "en"))
    measure("render, HTML", generator, lambda: plugins.render(document, FormatHtml(), "en"))
    measure("render, PDF", generator, lambda: plugins.render(document, FormatPdf(), "en"))


if __name__ == "__main__":
    main()
