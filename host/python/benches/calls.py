"""What calls take through Python.

`cargo bench --package chargetap --bench hosts` runs it beside the other hosts: it gives the calls on
standard input, and gets the median of each in microseconds as JSON.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

from chargetap import Plugins
from chargetap._convert import signature
from chargetap._json import decode
from chargetap.contract import orchestration, rendering, verification

WARM_UP = 20
CALLS = 200
INTERFACES = (verification.INTERFACE, orchestration.INTERFACE, rendering.INTERFACE)
FUNCTIONS = {it.export.split("]")[-1]: it for known in INTERFACES for it in known.functions}


def values(function: str, arguments: list[Any]) -> tuple[Any, ...]:
    """Arguments of the contract's types."""
    parameters = signature(FUNCTIONS[function]).parameters
    return tuple(decode(of, it) for (_, of), it in zip(parameters, arguments, strict=True))


def median(folder: str, call: dict[str, Any]) -> float:
    """Of the time that a call takes, in microseconds."""
    (endpoints,) = values("verifier.load", [call["loaded"]])
    plugins = Plugins.load(endpoints, folder, unsigned=True)
    given = values(call["function"], call["arguments"])
    make = getattr(plugins, call["function"].split(".")[-1].replace("-", "_"))
    times = []
    for at in range(WARM_UP + CALLS):
        began = time.perf_counter()
        make(*given)
        times.append((time.perf_counter() - began) * 1_000_000)
    return statistics.median(times[WARM_UP:])


def main() -> None:
    [folder] = sys.argv[1:]
    calls = json.load(sys.stdin)
    print(json.dumps({call["name"]: median(folder, call) for call in calls}))


if __name__ == "__main__":
    main()
