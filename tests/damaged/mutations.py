"""Damages files as disks, mails and attackers do: bytes cut, flipped, moved and put in, also inside of the parts of archives."""

import io
import random
import zipfile
from collections.abc import Callable, Sequence

LARGEST = 4_000_000
"""Bytes that a damaged file keeps."""
BOMB = 60_000_000
"""Bytes that a part of a damaged archive may claim to have."""
HOSTILE = (
    b"\x00" * 2_000, b"<" * 5_000, b"<div>" * 4_000, b"<table><tr><td>" * 1_500, b"[" * 8_000, b" " * 80_000,
    b"&lol;" * 2_000, b"|" * 20_000, b"\xff\xfe" * 500, b"`" * 9_000, b"{\\rtf1" * 3_000, b"#" * 9_000, b"\n- " * 9_000,
    b"9" * 30_000, b'"' * 5_001, b"A" * 300_000,
)  # fmt: skip
"""What readers of one format or another have stumbled over: depth, length, expansion, unended quotes."""

Damage = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def damaged(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A file's content with something wrong with it; `others` are files of which pieces may be put in."""
    if chance.random() < 0.7 and zipfile.is_zipfile(io.BytesIO(content)):
        return _damaged_archive(content, chance, others)
    return _damaged_bytes(content, chance, others)


def _damaged_bytes(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5))):
        chance.choice(DAMAGES)(found, chance, others)
        del found[LARGEST:]
    return bytes(found)


def _damaged_archive(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """An archive of which some parts are damaged or lost, and sometimes one leads out of it or is far larger than it seems."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as there, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as made:
        names = list(dict.fromkeys(there.namelist()))
        chosen = set(chance.sample(names, min(len(names), chance.choice((1, 1, 2, 4)))))
        for name in names:
            if name not in chosen:
                made.writestr(name, there.read(name))
            elif chance.random() > 0.15:
                made.writestr(name, _damaged_bytes(there.read(name), chance, others))
        if chance.random() < 0.05:
            made.writestr("../../outside.txt", b"x")
        if chance.random() < 0.05:
            made.writestr("bomb.xml", bytes(BOMB))
    return written.getvalue()


def _cut(found: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    del found[chance.randrange(len(found) + 1) :]


def _flip(found: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    for _number in range(chance.choice((1, 20, 300)) if found else 0):
        found[chance.randrange(len(found))] = chance.randrange(256)


def _put_in(found: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    place = chance.randrange(len(found) + 1)
    found[place:place] = chance.choice(HOSTILE)


def _repeat(found: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    first, last = _part(found, chance)
    found[first:first] = found[first:last] * chance.choice((1, 3))


def _lose(found: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    first, last = _part(found, chance)
    del found[first:last]


def _turn_round(found: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    first, last = _part(found, chance)
    found[first:last] = found[first:last][::-1]


def _mix(found: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    place = chance.randrange(len(found) + 1)
    found[place:place] = chance.choice(others)[:20_000]


DAMAGES: tuple[Damage, ...] = (_cut, _flip, _put_in, _repeat, _lose, _turn_round, _mix)


def _part(found: bytearray, chance: random.Random) -> tuple[int, int]:
    first, last = sorted((chance.randrange(len(found) + 1), chance.randrange(len(found) + 1)))
    return first, last
