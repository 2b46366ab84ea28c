"""Writes `src/chargetap/contract/` from `wit/`: the contract's types, with its documentation.

    python host/python/generate.py            writes the files
    python host/python/generate.py --check    fails if they are not what it would write

It reads the part of WIT that the contract uses. `tests/test_contract.py` holds what it makes against
the types that the built components declare, so that a mistake here cannot go unseen.
"""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

HERE = Path(__file__).resolve().parent
WIT = HERE.parent.parent / "wit"
TARGET = HERE / "src/chargetap/contract"

TOKEN = re.compile(
    r"(?P<doc>///[^\n]*)|//[^\n]*|(?P<word>%?[a-zA-Z][a-zA-Z0-9-]*)"
    r"|(?P<version>@\d[\w.]*)|(?P<mark>->|[{}()<>,;:=./_])|\s+"
)


@dataclass
class Type:
    """A use of a type: its name, and what it is given in angle brackets."""

    name: str
    of: list[Type] = field(default_factory=list)


@dataclass
class Member:
    """A field, a case, or a parameter."""

    name: str
    type: Type | None
    doc: str


@dataclass
class Definition:
    """A type that the contract defines. Of an alias, `members` has what it stands for."""

    kind: str
    name: str
    doc: str
    members: list[Member]


@dataclass
class Function:
    """A function as components export it."""

    export: str
    doc: str
    parameters: list[Member]
    result: Type | None


@dataclass
class Interface:
    """One interface, which becomes one module. A resource of its own is a handle."""

    package: str
    name: str
    doc: str
    uses: list[tuple[str, list[str]]] = field(default_factory=list)
    types: list[Definition] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)


class Reader:
    """Reads the text of one file."""

    def __init__(self, text: str) -> None:
        self.tokens = list(self.tokenise(text))
        self.at = 0

    @staticmethod
    def tokenise(text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            found = TOKEN.match(text, at)
            if not found:
                raise SyntaxError(f"not understood: {text[at : at + 40]!r}")
            at = found.end()
            if found.lastgroup:
                yield found.lastgroup, found.group()

    def doc(self) -> str:
        lines = []
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "doc":
            lines.append(self.tokens[self.at][1][3:].removeprefix(" "))
            self.at += 1
        return "\n".join(lines)

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1].removeprefix("%")

    def has(self, text: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][1] == text:
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> None:
        if not self.has(text):
            raise SyntaxError(f"expected {text!r} before {self.tokens[self.at - 1 : self.at + 3]}")

    def until(self, text: str) -> str:
        words = []
        while not self.has(text):
            words.append(self.next())
        return "".join(words)

    def file(self) -> list[Interface]:
        self.doc()
        self.expect("package")
        package = self.until(";")
        found = []
        while self.at < len(self.tokens):
            doc = self.doc()
            kind, name = self.next(), self.next()
            self.expect("{")
            if kind == "interface":
                found.append(self.interface(Interface(package, name, doc)))
            else:
                self.until("}")
        return found

    def interface(self, into: Interface) -> Interface:
        while not self.has("}"):
            doc = self.doc()
            kind = self.next()
            if kind == "use":
                source = self.until("{").removesuffix(".")
                into.uses.append((source, self.until("}").rstrip(",").split(",")))
                self.expect(";")
            elif kind == "type":
                name = self.next()
                self.expect("=")
                into.types.append(Definition("alias", name, doc, [Member("", self.type(), "")]))
                self.expect(";")
            elif kind == "resource":
                self.resource(into, self.next())
            elif kind in ("record", "variant", "enum"):
                name = self.next()
                self.expect("{")
                into.types.append(Definition(kind, name, doc, list(self.members("}"))))
            else:
                self.expect(":")
                into.functions.append(self.function(kind, doc))
        return into

    def resource(self, into: Interface, resource: str) -> None:
        into.types.append(Definition("alias", resource, "", [Member("", Type("handle"), "")]))
        self.expect("{")
        while not self.has("}"):
            doc, name = self.doc(), self.next()
            self.expect(":")
            kind = "static" if self.has("static") else "method"
            into.functions.append(self.function(f"[{kind}]{resource}.{name}", doc))

    def function(self, export: str, doc: str) -> Function:
        self.expect("func")
        self.expect("(")
        parameters = list(self.members(")"))
        result = self.type() if self.has("->") else None
        self.expect(";")
        return Function(export, doc, parameters, result)

    def members(self, end: str) -> Iterator[Member]:
        while not self.has(end):
            doc, name, type = self.doc(), self.next(), None
            if self.has(":"):
                type = self.type()
            elif self.has("("):
                type = self.type()
                self.expect(")")
            self.has(",")
            yield Member(name, type, doc)

    def type(self) -> Type:
        type = Type(self.next())
        if self.has("<"):
            while not self.has(">"):
                type.of.append(self.type())
                self.has(",")
        return type


SECRET = "secret"
INTEGERS = ("u8", "u16", "u32", "u64", "s8", "s16", "s32", "s64")


def class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def snake_case(name: str) -> str:
    snake = name.replace("-", "_")
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def annotation(type: Type) -> str:
    """How a type is written in Python."""
    of = [annotation(it) for it in type.of]
    match type.name:
        case "bool":
            return "bool"
        case "string":
            return "str"
        case "list" if type.of == [Type("u8")]:
            return "bytes"
        case "list":
            return f"tuple[{of[0]}, ...]"
        case "tuple":
            return f"tuple[{', '.join(of)}]"
        case "option":
            return f"{of[0]} | None"
        case name if name in INTEGERS:
            return name.upper()
        case name:
            return class_name(name)


def docstring(doc: str) -> str:
    doc = doc.replace("\\", "\\\\")
    return f'"""{doc}"""' if "\n" not in doc else f'"""{doc}\n"""'


def documented(line: str, doc: str) -> str:
    return f"{line}\n{docstring(doc)}" if doc else line


def record(definition: Definition) -> str:
    lines = [docstring(definition.doc)]
    for it in definition.members:
        assert it.type
        default = " = None" if it.type.name == "option" else ""
        lines.append(documented(f"{snake_case(it.name)}: {annotation(it.type)}{default}", it.doc))
    body = indent("\n".join(lines), "    ")
    return f"@dataclass(frozen=True, slots=True, kw_only=True)\nclass {class_name(definition.name)}:\n{body}"


def enum(definition: Definition) -> str:
    lines = [docstring(definition.doc)]
    for it in definition.members:
        constant = it.name.replace("-", "_").upper()
        lines.append(documented(f'{constant} = "{it.name}"', it.doc))
    return f"class {class_name(definition.name)}(Enum):\n" + indent("\n".join(lines), "    ")


def variant(definition: Definition) -> str:
    name = class_name(definition.name)
    parts, cases = [], []
    for it in definition.members:
        case = name + class_name(it.name)
        cases.append(case)
        doc = it.doc or f"`{it.name}` of `{name}`."
        lines = [docstring(doc), f'CASE: ClassVar = "{it.name}"']
        if it.type:
            lines.append(f"value: {annotation(it.type)}")
        body = indent("\n".join(lines), "    ")
        parts.append(f"@dataclass(frozen=True, slots=True)\nclass {case}:\n{body}")
    union = "\n    | ".join(cases)
    parts.append(documented(f"{name}: TypeAlias = (\n    {union}\n)", definition.doc))
    return "\n\n\n".join(parts)


def alias(definition: Definition) -> str:
    name, type = class_name(definition.name), definition.members[0].type
    assert type
    # Secrets are bytes that do not print.
    if definition.name == SECRET:
        return f"class {name}(Hidden):\n{indent(docstring(definition.doc), '    ')}\n\n    __slots__ = ()"
    return documented(f"{name}: TypeAlias = {annotation(type)}", definition.doc)


def constant_name(function: Function) -> str:
    return re.sub(r"\[\w+\]\w+\.", "", function.export).replace("-", "_").upper()


def constant(function: Function) -> str:
    """What is called, as a constant that says what goes in and what comes out."""
    result, error = function.result, None
    if result and result.name == "result":
        result, error = result.of
    inner = annotation(result) if result else "None"
    parameters = [
        f'("{snake_case(it.name)}", {annotation(it.type)})' for it in function.parameters if it.type
    ]
    inputs = "(\n" + indent(",\n".join(parameters), "    ") + ",\n)"
    body = ",\n".join(
        [f'"{function.export}"', inputs, inner, annotation(error) if error else "None"]
    )
    return documented(
        f"{constant_name(function)}: Function[{inner}] = Function(\n{indent(body, '    ')},\n)",
        function.doc,
    )


WRITE = {"record": record, "enum": enum, "variant": variant, "alias": alias}
HEADER = """\
{doc}

# Made by `generate.py` from `wit/`. Do not edit.

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar, TypeAlias

from .._values import S8, S16, S32, S64, U8, U16, U32, U64, Function, Handle, Hidden, Interface
"""


def imports(interface: Interface) -> str:
    lines = []
    for source, names in interface.uses:
        module = re.sub(r"^.*/|@.*$", "", source)
        lines.append(f"from .{module} import {', '.join(sorted(map(class_name, names)))}")
    return "\n".join(sorted(lines))


def module(interface: Interface) -> str:
    package = re.sub(r"(@.*)?$", rf"/{interface.name}\1", interface.package, count=1)
    # What names others when it is made comes after what it names.
    late = [
        it
        for it in interface.types
        if it.kind == "alias" and it.name != SECRET and it.members[0].type and it.members[0].type.of
    ]
    early = [it for it in interface.types if it not in late]
    parts = [WRITE[it.kind](it) for it in early + late]
    parts += [constant(it) for it in interface.functions]
    if interface.functions:
        names = "".join(f"\n        {constant_name(it)}," for it in interface.functions)
        parts.append(f'INTERFACE = Interface(\n    "{package}",\n    ({names}\n    ),\n)')
    doc = docstring(interface.doc or f"The functions of `{interface.name}`.")
    text = HEADER.format(doc=doc) + imports(interface) + "\n\n\n" + "\n\n\n".join(parts) + "\n"
    return without_unused(text)


def without_unused(text: str) -> str:
    """Leave out what a module imports and does not name."""
    lines = []
    for line in text.splitlines():
        found = re.match(r"from (\S+) import (.+)", line)
        if found and found[1] != "__future__":
            rest = text.replace(line, "")
            used = [it for it in found[2].split(", ") if re.search(rf"\b{it}\b", rest)]
            if not used:
                continue
            line = f"from {found[1]} import {', '.join(used)}"
        lines.append(line)
    return "\n".join(lines).replace("annotations\n\n\n", "annotations\n\n") + "\n"


def generate() -> dict[str, str]:
    """The text of every module, by its name."""
    found: list[Interface] = []
    for path in sorted(WIT.glob("*/*.wit")):
        found += Reader(path.read_text()).file()
    files = {f"{it.name}.py": module(it) for it in found}
    files["__init__.py"] = (
        '"""The contract of components and hosts: one module an interface."""\n\n'
        "# Made by `generate.py` from `wit/`. Do not edit.\n"
    )
    return files


def main() -> int:
    files = generate()
    if sys.argv[1:] == ["--check"]:
        there = {it.name: it.read_text() for it in TARGET.glob("*.py")}
        if there != files:
            print("src/chargetap/contract/ is not what generate.py makes of wit/: run it")
            return 1
        return 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (TARGET / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
