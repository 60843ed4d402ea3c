"""Ways to damage a file: as disks, transfers and careless programs do, and as somebody would who wants to do harm."""

import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence

from tests.hostile.seeds import archive

PACKED = frozenset([".docx", ".xlsx", ".pptx", ".odt", ".epub", ".zip"])
BINARY = PACKED | {".pdf"}
_BRACKETS = (
    b"<div>",
    b"> ",
    b"[",
    b"{",
    b"- ",
    b"(",
    b"<table><tr><td>",
    b"<b><i>",
    b"{{",
    b"`",
    b":::x\n",
    b"!!! x\n    ",
)
_RUNS = (
    b" ",
    b"|",
    b"*",
    b"_",
    b".",
    b"#",
    b"X",
    b"&",
    b"<",
    b"~",
    b"\t",
    b"\n",
    b"1,",
    b"a@",
    "\u00e9".encode(),
    b"-+",
    b"[a]",
    b"XX,XXX ",
)
_VALUES = (b"99999999999", b"-1", b"0", b"1e999", b"NaN", b"", b"\xff\xfe", b"\x00", b"A" * 5000, b"2026-13-45")

Damage = Callable[[bytes, random.Random], bytes]


def damaged(data: bytes, suffix: str, chance: random.Random) -> bytes:
    """A file of a format, damaged in one to three ways."""
    ways = [flip, cut, drop, insert, double, only_begun, exchange, *([] if suffix in BINARY else STRUCTURE)]
    for _ in range(chance.randint(1, 3)):
        data = inside(data, chance) if suffix in PACKED and chance.random() < 0.7 else chance.choice(ways)(data, chance)
    return data


def flip(data: bytes, chance: random.Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 5, 50])):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return data[: chance.randrange(len(data) + 1)]


def drop(data: bytes, chance: random.Random) -> bytes:
    """A part in the middle is missing."""
    start = chance.randrange(len(data) + 1)
    return data[:start] + data[start + chance.randrange(200) :]


def insert(data: bytes, chance: random.Random) -> bytes:
    """Rubbish stands in the middle."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.choice([1, 20, 2000])) + data[at:]


def double(data: bytes, chance: random.Random) -> bytes:
    """A part stands there many times."""
    start = chance.randrange(len(data) + 1)
    part = data[start : start + chance.randrange(1, 300)]
    return data[:start] + part * chance.choice([2, 50, 2000]) + data[start:]


def only_begun(data: bytes, chance: random.Random) -> bytes:
    """It begins rightly and is rubbish from there on."""
    return data[: chance.choice([4, 16, 200])] + chance.randbytes(chance.randrange(2000))


def exchange(data: bytes, chance: random.Random) -> bytes:
    """A number, a word or an attribute is something nobody expects."""
    places = list(re.finditer(rb"\d+|[A-Za-z]{3,}", data[:200_000]))
    if not places:
        return data
    place = chance.choice(places)
    return data[: place.start()] + chance.choice(_VALUES) + data[place.end() :]


def nest(data: bytes, chance: random.Random) -> bytes:
    """Something is opened thousands of times, and perhaps never closed."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_BRACKETS) * chance.choice([100, 3000, 20_000]) + data[at:]


def stretch(data: bytes, chance: random.Random) -> bytes:
    """A line is very long."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_RUNS) * chance.choice([1000, 80_000]) + data[at:]


def multiply(data: bytes, chance: random.Random) -> bytes:
    """The whole is there hundreds of times."""
    return data * chance.choice([3, 300])


STRUCTURE: Sequence[Damage] = (nest, stretch, multiply)


def inside(data: bytes, chance: random.Random) -> bytes:
    """A file within a packed one is damaged, missing, empty or enormous; what cannot be unpacked any more is cut."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members: dict[str, str | bytes] = {name: packed.read(name) for name in packed.namelist()}
    except Exception:  # noqa: BLE001  # it was damaged before
        return cut(data, chance)
    name = chance.choice(sorted(members)) if members else "x"
    within = bytes(members.get(name, b""))  # type: ignore[arg-type]
    way = chance.randrange(8)
    if way == 0:
        members.pop(name, None)
    elif way == 1:
        members[name] = b"" if chance.random() < 0.5 else b"\0" * 300_000_000 if chance.random() < 0.1 else b"\0" * 1000
    else:
        members[name] = chance.choice([flip, exchange, exchange, drop, double, nest, stretch])(within, chance)
    return archive(members)
