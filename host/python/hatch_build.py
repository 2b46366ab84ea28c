"""Puts the built components and the licence into the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NAMES = ("callback-verifier", "session-orchestrator", "receipt-generator")


class Components(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        built = Path(self.root).parent.parent / "target/components"
        license = Path(self.root).parent.parent / "LICENSE"
        build_data["force_include"][str(license)] = "chargetap/LICENSE"
        for name in NAMES:
            file = built / f"{name}.wasm"
            if not file.is_file():
                raise FileNotFoundError(f"{file} is missing: run `cargo xtask build` first")
            build_data["force_include"][str(file)] = f"chargetap/components/{name}.wasm"
