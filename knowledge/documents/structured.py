"""Structured data (YAML) told as Markdown: headings from keys, lists as lists."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_NAMES = ("title", "name", "heading", "label", "id")
"""Keys whose value names the mapping that holds them."""
_DEEPEST_HEADING = 6
_IDENTIFIER = re.compile(r"^[0-9a-f]{8}[0-9a-f-]{8,}$")
"""A value made for machines (a UUID, a hash), which names nothing to a person."""


def yaml_as_markdown(data: Any, level: int = 2) -> str:
    """A value as Markdown. Entries without inner structure become list items, the others sections under headings."""
    return "\n".join(_lines(data, level)).strip()


def _lines(data: Any, level: int) -> Iterator[str]:
    if isinstance(data, Mapping):
        yield from _mapping(data, level)
    elif _is_sequence(data):
        for entry in data:
            yield from _entry(entry, level)
    elif data is not None:
        yield str(data).strip()


def _mapping(data: Mapping[Any, Any], level: int) -> Iterator[str]:
    flat = {key: value for key, value in data.items() if _is_flat(value)}
    yield from (f"- {key}: {_flat_text(value)}" for key, value in flat.items() if _says_something(value))
    yield ""
    nested = [(key, value) for key, value in data.items() if key not in flat]
    for key, value in nested:
        if len(nested) == 1 and not _names_something(value):
            yield from _lines(value, level)  # a heading for each wrapper would cut the text to crumbs
        else:
            yield from _section(_readable(key), value, level)


def _entry(entry: Any, level: int) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield f"- {_flat_text(entry)}" if _is_flat(entry) else yaml_as_markdown(entry, level)
    elif all(_is_flat(value) for value in entry.values()):
        yield f"- {_flat_text(entry)}"
    else:
        name, named_by = _name(entry)
        yield from _section(name, {key: value for key, value in entry.items() if key not in named_by}, level)


def _section(name: str, value: Any, level: int) -> Iterator[str]:
    yield from ("", f"{'#' * min(level, _DEEPEST_HEADING)} {name}", "")
    yield from _lines(value, level + 1)


def _names_something(value: Any) -> bool:
    """Whether a value's entries lack names of their own, so that its key is needed as a heading."""
    return isinstance(value, Mapping)


def _name(entry: Mapping[Any, Any]) -> tuple[str, Sequence[Any]]:
    """What to call an entry of a list, and the keys that this uses up."""
    for key in _NAMES:
        if entry.get(key) and not _IDENTIFIER.match(str(entry[key])):
            return str(entry[key]), (key,)
    told = {key: value for key, value in entry.items() if not _IDENTIFIER.match(str(value))} or entry
    key, value = next(iter(told.items()))
    return (f"{key}: {value}", (key,)) if _is_flat(value) and not isinstance(value, Mapping) else (_readable(key), ())


def _readable(key: Any) -> str:
    """A key in the words it is made of (criteriaGroup, job-family)."""
    return re.sub(r"[-_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(key))).strip()


def _is_flat(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(not isinstance(inner, Mapping) and not _is_sequence(inner) for inner in value.values())
    return not _is_sequence(value)


def _flat_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_flat_text(inner)}" for key, inner in value.items() if _says_something(inner))
    return re.sub(r"\s+", " ", str(value)).strip()


def _says_something(value: Any) -> bool:
    return value not in (None, "", {}, [])


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)
