"""Text files: YAML and JSON parsed within limits, each entry with its line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kazatlas.record.problems import HIDDEN_CHARACTERS, quoted

MAX_FILE = 5_000_000
MAX_BUILT_FILE = 100_000_000
_MAX_DEPTH = 20


class UnreadableError(Exception):
    """A file that cannot be read at all."""


@dataclass
class LineNumbers:
    """Line numbers of what stands in one YAML file, by the path of keys that leads there."""

    at: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def of(self, path: tuple[str | int, ...]) -> int | None:
        """Return the line of the path, or of the nearest thing around it that has one."""
        while path not in self.at and path:
            path = path[:-1]
        return self.at.get(path)


def yaml_scalar(text: str, kind: str) -> Any:
    """Return a plain YAML scalar's value: dates stay text, and so does what only looks like a number."""
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind in ("int", "float") and re.fullmatch(r"[-+]?[0-9]{1,15}", text):
        return int(text)
    if kind == "float" and re.fullmatch(r"[-+]?[0-9]{1,15}\.[0-9]{0,15}", text):
        return float(text)
    return text


class _Yaml:
    """A YAML file read into plain values: no anchors, aliases, tags or doubled keys, and no deep nesting.

    It reads the parser's events, because the parser's own trees know no limit of depth.
    """

    def __init__(self, text: str) -> None:
        self.loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
        self.lines = LineNumbers()
        self.faults: list[tuple[int, str]] = []

    def document(self) -> Any:
        """Return the value of the one document; None when there is none."""
        self.loader.get_event()
        if self.loader.check_event(yaml.StreamEndEvent):
            return None
        self.loader.get_event()
        value = self._value((), self.loader.get_event())
        self.loader.get_event()
        if not self.loader.check_event(yaml.StreamEndEvent):
            line = self.loader.peek_event().start_mark.line + 1
            raise UnreadableError(f"line {line} begins a second document. Take the line '---' or '...' before it out.")
        return value

    def _value(self, path: tuple[str | int, ...], event: Any) -> Any:
        line = event.start_mark.line + 1
        self.lines.at[path] = line
        if len(path) > _MAX_DEPTH:
            raise UnreadableError(f"line {line} is nested more than {_MAX_DEPTH} deep. Restore it.")
        if event.anchor is not None:
            self.faults.append(
                (line, "YAML anchors and aliases (& and *) are not used here. Write the value out, or quote it.")
            )
        if isinstance(event, yaml.AliasEvent):
            return None
        if event.tag is not None and event.tag != "!":
            self.faults.append((line, f"the tag '{quoted(event.tag)}' is not used here. Write a plain value."))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            values: list[Any] = []
            while not isinstance(inner := self.loader.get_event(), yaml.SequenceEndEvent):
                values.append(self._value((*path, len(values)), inner))
            return values
        tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        return yaml_scalar(event.value, tag.rpartition(":")[2]) if event.implicit[0] else event.value

    def _mapping(self, path: tuple[str | int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            inner = (*path, key)
            if not isinstance(event, yaml.ScalarEvent):
                self._value(inner, event)
                self.faults.append((line, "a key is not plain text. Write a word."))
            elif hidden := HIDDEN_CHARACTERS.search(key):
                self.faults.append(
                    (line, f"a key holds the invisible character U+{ord(hidden.group()):04X}. Take it out.")
                )
            elif key in values:
                self.faults.append((line, f"the key '{quoted(key)}' stands twice. Keep one of the two."))
                # The first one's lines stay.
                inner = (*path, key, "again")
            value = self._value(inner, self.loader.get_event())
            values.setdefault(key, value)
        return values


def read_text_file(path: Path, limit: int = MAX_FILE) -> str:
    """Return the text of a UTF-8 file of at most so many bytes.

    Raises
    ------
    UnreadableError
        With what is wrong and what to do.
    """
    try:
        if path.exists() and not path.is_file():
            raise UnreadableError("is not a file. Restore it from the last commit.")
        size = path.stat().st_size
        data = path.read_bytes() if size <= limit else b""
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror}). Restore it from the last commit.") from None
    except ValueError as error:
        raise UnreadableError(f"cannot be read ({error}). Rename it.") from None
    if size > limit:
        raise UnreadableError(f"is {size / 1e6:.0f} MB large; it is at most {limit / 1e6:.0f} MB. Restore it.")
    return _decode(data)


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableError(f"line {line} is not UTF-8 text. Save the file in UTF-8.") from None


def read_visible_text(path: Path) -> str:
    """Read a text in which nothing is hidden, not even in its comments."""
    text = read_text_file(path)
    if hidden := HIDDEN_CHARACTERS.search(text.replace("\r", "\n")):
        line = text.count("\n", 0, hidden.start()) + 1
        raise UnreadableError(f"line {line} holds the invisible character U+{ord(hidden.group()):04X}. Take it out.")
    return text


def read_yaml(path: Path) -> tuple[dict[str, Any], LineNumbers, list[tuple[int, str]]]:
    """Read a YAML file whose top level is a mapping; raise `UnreadableError` when it cannot be read."""
    text = read_visible_text(path)
    try:
        reader = _Yaml(text)
        values = reader.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f"line {mark.line + 1}" if mark else "the file"
        raise UnreadableError(
            f"{line} is not valid YAML ({error.problem}). Look at the indentation and quotes there."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        message = str(error).splitlines()[0]
        raise UnreadableError(f"is not valid YAML ({message}). Restore it from the last commit.") from None
    if not isinstance(values, dict) or not (values or reader.faults):
        raise UnreadableError("is empty or not a mapping of ids. Restore it from the last commit.")
    return values, reader.lines, reader.faults


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that JSON or a map can hold.")


def _whole_number(digits: str) -> int:
    if len(digits) > 16:
        raise ValueError(f"a number has {len(digits):,} digits.")
    return int(digits)


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        doubled = next(key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1)
        raise ValueError(f"the key '{quoted(doubled)}' stands twice in one object.")
    return values


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file whose top level is an object, such as one of the built atlas.

    Raises
    ------
    ValueError
        With a sentence, for doubled keys, NaN and broken files.
    """
    try:
        return parse_json(read_text_file(path, MAX_BUILT_FILE))
    except UnreadableError as fault:
        raise ValueError(str(fault)) from None


def parse_json(text: str | bytes) -> dict[str, Any]:
    """Return the object that a JSON text holds; raise ValueError as `read_json` does."""
    try:
        text = _decode(text) if isinstance(text, bytes) else text
        value = json.loads(
            text, parse_int=_whole_number, parse_constant=_refuse_constant, object_pairs_hook=_unique_pairs
        )
    except UnreadableError as fault:
        raise ValueError(str(fault)) from None
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno} is not valid JSON ({error.msg}).") from None
    except RecursionError:
        raise ValueError("is nested too deeply.") from None
    if not isinstance(value, dict):
        raise ValueError("is not a JSON object.")
    return value
