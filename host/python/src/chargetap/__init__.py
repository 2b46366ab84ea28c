"""The Chargetap components for hosts in Python.

`Plugins` calls them; `chargetap.contract` has the types, one module an interface.
"""

from ._errors import (
    CallbackRefused,
    ChargetapError,
    ComponentFault,
    Flaw,
    InvalidValue,
    KeysRefused,
    LoadError,
    PublicKeyRefused,
    RenderingRefused,
    StepRefused,
)
from ._json import from_json, to_json
from ._plugins import Plugins

__all__ = [
    "CallbackRefused",
    "ChargetapError",
    "ComponentFault",
    "Flaw",
    "InvalidValue",
    "KeysRefused",
    "LoadError",
    "Plugins",
    "PublicKeyRefused",
    "RenderingRefused",
    "StepRefused",
    "from_json",
    "to_json",
]
