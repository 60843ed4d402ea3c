"""Editions of one guide: which guides are the same one of different years, and which of them a question is about."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from knowledge.dates import Date, Written, dates_in, without_dates
from knowledge.passages import Guide, Passage
from knowledge.statements import statements

ALIKE = 0.3
"""Share of the shorter guide's headings and statements, figures aside, that another edition of it has too."""
_VERSION = re.compile(
    r"(?<![^\W_])(?:v(?:ersi[oó]n|ers[aã]o|ersione|ersie)?|rev(?:ision)?|ed(?:ition|ición|ição|izione|itie)?|édition|fassung|ausgabe|stand)[ ._-]{0,2}\d+(?:\.\d+)*(?![^\W_])",
    re.IGNORECASE,
)
"""A version or edition by its number, in the languages that figures are read in."""
_BOUND = re.compile(
    r"\b(?:since|after|before|until|till|seit|nach|vor|bis|depuis|après|avant|jusqu['’]en|desde|después de|antes de|hasta|após|até|dal|dopo|prima del|fino al|sinds|na|voor|tot)(?: the year)?\s$",
    re.IGNORECASE,
)
"""The prepositions of time that make what follows a bound, in the languages that figures are read in."""


@dataclass(frozen=True)
class Edition:
    """A guide among its editions; `date` is year, month and day, 0 where it is not said, `label` the date as written; a guide
    that says none, above an archive of dated editions, is the newest and has no label.
    """

    path: str
    date: Date
    label: str


_CURRENT = Written((9999, 0, 0), "", 0)
"""Stands for the date of a guide that says none and whose dated editions lie in an archive below it."""
Editions = tuple[Edition, ...]
"""All editions of one guide, the newest first."""


def editions(passages: Sequence[Passage]) -> tuple[Editions, ...]:
    """The guides of which there are several editions.

    Editions have the same title but for dates and versions and file names that differ at most in words of it, or the same
    file name but for those; no different roles or regions, different dates, and much of what they say in common; they lie in
    one folder, or one of them somewhere below the folder of the other.
    """
    several = _alike(dict.fromkeys(passage.guide for passage in passages))
    said = _said(passages, {guide.path for group in several for guide in group})
    groups = (_newest_first(group) for alike in several for group in _connected(alike, said))
    return tuple(group for group in groups if group[0].date != group[-1].date)


def labelled(passages: Sequence[Passage], groups: Iterable[Editions]) -> tuple[Passage, ...]:
    """The passages with the date of each guide that is one of several editions, where the guide itself says none."""
    labels = {edition.path: edition.label for group in groups for edition in group}
    guides = {
        guide: replace(guide, edition=guide.edition or labels[guide.path])
        for guide in dict.fromkeys(passage.guide for passage in passages)
        if guide.path in labels
    }
    return tuple(replace(p, guide=guides[p.guide]) if p.guide in guides else p for p in passages)


def left_out(groups: Iterable[Editions], question: str, among: Collection[str] = ()) -> frozenset[str]:
    """The paths of the editions that a question is not about, of all guides or among some.

    It is about the editions of the years that it names, where there are such, else about the newest. A year from or up to
    which something is asked for ("since 2021") names no edition.
    """
    years = {written.date[0] for written in dates_in(question) if not _BOUND.search(question[: written.start])}
    out: set[str] = set()
    for group in groups:
        there = [edition for edition in group if not among or edition.path in among]
        meant = [edition for edition in there if edition.date[0] in years]
        kept = meant or [edition for edition in there if edition.date == there[0].date]
        out.update({edition.path for edition in there} - {edition.path for edition in kept})
    return frozenset(out)


def date_said(guide: Guide) -> str:
    """The date of a guide as written: what it states as its edition, else in its file's name, title or folders; or nothing."""
    found = _dated(guide)
    return guide.edition or (found.text if found else "")


def older(groups: Iterable[Editions], paths: Collection[str]) -> tuple[Edition, Edition] | None:
    """The first of some guides that has a newer edition which is not among them, and the newest one."""
    found = {e.path: (e, group[0]) for group in groups for e in group if e.date < group[0].date}
    return next((found[path] for path in paths if path in found and found[path][1].path not in paths), None)


def _newest_first(guides: Sequence[Guide]) -> Editions:
    found = (
        Edition(guide.path, written.date, written.text)
        for guide, written in ((one, _dated(one) or _CURRENT) for one in guides)
    )
    return tuple(sorted(found, key=lambda edition: edition.date, reverse=True))


def _dated(guide: Guide) -> Written | None:
    """Where a guide says its date: in its edition, else its file's name, its title, the folders from the inmost out."""
    path = PurePosixPath(guide.path)
    places = [guide.edition, path.stem, guide.title, *(folder.name for folder in path.parents)]
    return next((written for place in places for written in dates_in(place)), None)


def _alike(guides: Iterable[Guide]) -> list[list[Guide]]:
    """The guides with a date that are called the same, each in one group, with the one without a date that is called so, too, and
    that lies above all of them, as a guide does above its archive.
    """
    called = defaultdict[str, list[Guide]](list)
    undated: list[Guide] = []
    for guide in guides:
        for name in _names(guide) if _dated(guide) else ():
            called[name].append(guide)
        undated += [] if _dated(guide) else [guide]
    group_of: dict[Guide, list[Guide]] = {}
    for found in called.values():
        _join(found, group_of)
    above: dict[int, Guide] = {}
    for guide in sorted(undated, key=lambda one: len(PurePosixPath(one.path).parts)):
        for found in (called[name] for name in _names(guide) if name in called):
            group = group_of[found[0]]
            if all(_is_below(one, guide) for one in group):
                above[id(group)] = guide  # the nearest one is the last
    groups = {id(group): group for group in group_of.values()}
    whole = [[*group, *([above[key]] if key in above else [])] for key, group in groups.items()]
    return [group for group in whole if len(group) > 1]


def _join(found: Sequence[Guide], group_of: dict[Guide, list[Guide]]) -> None:
    """Put some guides, and all that are in a group with one of them, into one group."""
    for guide in found:
        group, others = group_of.setdefault(found[0], [found[0]]), group_of.setdefault(guide, [guide])
        if others is not group:
            group.extend(others)
            group_of.update(dict.fromkeys(others, group))


def _is_below(one: Guide, other: Guide) -> bool:
    """Whether a guide lies in a folder below that of another."""
    inner, outer = PurePosixPath(one.path).parent, PurePosixPath(other.path).parent
    return outer in inner.parents


def _names(guide: Guide) -> Iterable[str]:
    """What a guide is called but for its date: its title with the words of its file's name that the title does not hold; that name."""
    title, name = _undated(guide.title), _undated(PurePosixPath(guide.path).stem)
    yield " / ".join([title, *(word for word in name.split() if word not in title.split())])
    if name:
        yield f"{name} /"


def _undated(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", _VERSION.sub(" ", without_dates(text)).casefold()))


def _said(passages: Iterable[Passage], paths: Collection[str]) -> Mapping[str, set[str]]:
    """The headings, statements and cells of some guides, without figures and marks."""
    said = defaultdict[str, set[str]](set)
    for passage in passages:
        if passage.guide.path in paths:
            told = statements(passage)
            pieces = [
                *passage.heading[1:],
                *(piece for one in told for piece in (one.row.cells if one.row else [one.text])),
            ]
            said[passage.guide.path].update(" ".join(re.findall(r"[^\W\d_]+", piece.casefold())) for piece in pieces)
    return {path: pieces - {""} for path, pieces in said.items()}


def _connected(guides: Sequence[Guide], said: Mapping[str, set[str]]) -> list[list[Guide]]:
    """The guides in groups: each is like another one of its group, and about the same role and region as all that state theirs."""
    groups: list[list[Guide]] = []
    for guide in guides:
        own, apart = [guide], list[list[Guide]]()
        for group in groups:
            alike = any(_same(guide, other, said) for other in group)
            if alike and all(_is_of_one(one, other) for one in own for other in group):
                own = [*group, *own]
            else:
                apart.append(group)
        groups = [*apart, own]
    return groups


def _is_of_one(one: Guide, other: Guide) -> bool:
    """Whether two guides state no different role or region."""
    pairs = ((one.role, other.role), (one.region, other.region))
    return all(not first or not second or _undated(first) == _undated(second) for first, second in pairs)


def _same(one: Guide, other: Guide, said: Mapping[str, set[str]]) -> bool:
    first, second = _folders(one), _folders(other)
    shorter = min(len(first), len(second))
    if first[:shorter] != second[:shorter]:
        return False
    pieces, others = said[one.path], said[other.path]
    return len(pieces & others) >= ALIKE * max(1, min(len(pieces), len(others)))


def _folders(guide: Guide) -> list[str]:
    """The folders of a guide but for those that are only a date."""
    return [name for folder in PurePosixPath(guide.path).parts[:-1] if (name := _undated(folder))]
