"""Puts the built components, with the signature if somebody signed them, and the licence into the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPONENTS = ("callback-verifier.wasm", "session-orchestrator.wasm", "receipt-generator.wasm")
SIGNED = ("bundle.json", "bundle.json.sig")


class Components(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        built = Path(self.root).parent.parent / "target/components"
        license = Path(self.root).parent.parent / "LICENSE"
        build_data["force_include"][str(license)] = "chargetap/LICENSE"
        for name in COMPONENTS + SIGNED:
            file = built / name
            if file.is_file():
                build_data["force_include"][str(file)] = f"chargetap/components/{name}"
            elif name in COMPONENTS:
                raise FileNotFoundError(f"{file} is missing: run `cargo xtask build` first")
