"""What a document states about itself: its edition, region, role and source, in its fields or in lines at its top and end."""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from knowledge.blocks import without_marks
from knowledge.dates import dates_in
from knowledge.documents.dialects import NOT_FILLED_IN
from knowledge.documents.placeholders import with_placeholders_named

AT_THE_TOP = 12
AT_THE_END = 5
"""Lines with text at the top and at the end of a document in which it states things about itself."""
LONGEST = 90
"""Characters of a piece of a line that states one thing."""
_DATED = (
    "edition", "revdate", "lastmod", "lastmodified", "lastmodifiedat", "lastupdated", "lastupdate", "updated", "updatedat",
    "modified", "modifiedtime", "datemodified", "lastrevised", "revised", "lastreviewed", "reviewed", "lastedited", "date", "dateissued",
    "issued", "published", "publishedtime", "datepublished", "publishdate", "pubdate", "version", "revision",
)  # fmt: skip
"""Names of fields that tell of which time a document is, what is said of its content first."""
_OTHERS = {"role": ("role",), "region": ("region", "country"), "source": ("source",)}
_LABEL = re.compile(
    r"""^\W*(?:
      edition | version | revision | date | published | (?:last\s+)?(?:revised|updated?|reviewed|edited|modified|changed|revision|review)
    | effective(?:\s+(?:date|from))? | valid\s+(?:from|as\s+of) | as\s+(?:of|at)
    | stand | ausgabe | fassung | datum | (?:zuletzt\s+)?(?:geändert|aktualisiert|überarbeitet) | letzte\s+(?:änderung|aktualisierung) | gültig\s+ab
    | édition | (?:dernière\s+)?(?:mise\s+à\s+jour|révision) | mis\s+à\s+jour | révisé | en\s+vigueur
    | edición | fecha | (?:última\s+)?actualización | actualizado | revisado | vigente
    | edição | data | (?:última\s+)?atualização | atualizado | revisto
    | edizione | (?:ultimo\s+)?aggiornamento | aggiornato
    | editie | uitgave | versie | (?:laatst\s+)?(?:bijgewerkt|gewijzigd)
    )\b(?P<between>[^\d\n]{0,40})""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands before the date of a document, in the languages that figures are read in."""
_NUMBERED = re.compile(r"^\W*[^\W\d_]+\.?\s+(?:[^\W\d_]{1,3}\.\s*)?\d+(?:[./]\d+)*\s*,\s+(?=\S)")
"""A word with a number, before the date of what is numbered so."""
_TIME = re.compile(r"^,?\s*(?:at\s+|T)?\d{1,2}[:.]\d\d(?:[:.]\d\d)?\s*(?:[AaPp]\.?[Mm]\b\.?|Uhr|h\b)?")
_BETWEEN = re.compile(r"\s+[|·•–—-]\s+|[;|]|(?:(?<=[a-z)])|(?<=\d{4}))\.\s+(?=[A-ZÀ-Þ])|,\s+(?=last\b)")
_NAMED = re.compile(r"^\W*(?P<name>edition|role|region|country|source)\W*:\W*(?P<value>\S.*)$", re.IGNORECASE)


def stated(fields: Mapping[str, Any], markdown: str, beside: Sequence[str] = ()) -> dict[str, str]:
    """The edition, region, role and source of a document as far as it states them.

    `fields` are its metadata; an empty value there means that lines state nothing for the whole. `beside` are lines that
    stand around its text, as the header and footer of a page do.
    """
    known = dict(_flat(fields))
    named = {key: known[name] for key, names in _OTHERS.items() for name in names if known.get(name)}
    lines = list(_lines(markdown, beside))
    for line in lines:
        if (found := _NAMED.match(line)) and len(found["value"]) <= LONGEST:
            name = found["name"].lower().replace("country", "region")
            if name not in named and name not in known:
                named[name] = found["value"].strip(" *_|")
    edition = _edition(known) or (
        "" if "edition" in known else named.pop("edition", "") or _edition_in(lines) or _edition_of_an_issue(beside)
    )
    return {**named, **({"edition": edition} if edition else {})}


def _flat(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Fields by their names without capitals and joints, those within a field after those beside it."""
    for name, value in fields.items():
        if isinstance(value, Mapping):
            yield from ((key, told) for key, told in _flat(value) if key not in {_key(other) for other in fields})
            if _key(name) in _DATED:
                yield from ((_key(name), told) for _, told in _flat(value) if any(dates_in(told)))
    for name, value in fields.items():
        if not isinstance(value, Mapping | list):
            yield _key(name), _text(value)


def _key(name: Any) -> str:
    return re.sub(r"[\W_]", "", str(name).rpartition(":")[2]).lower()


def _text(value: Any) -> str:
    return (
        value.date().isoformat()
        if isinstance(value, datetime.datetime)
        else ""
        if value is None
        else str(value).strip()
    )


def _edition(fields: Mapping[str, str]) -> str:
    """The edition that fields name; of those that are not called so only what is a date, as it is written."""
    if fields.get("edition"):
        return fields["edition"]
    dated = (next(dates_in(fields[name]), None) for name in _DATED if fields.get(name))
    return next((found.text for found in dated if found), "")


def _lines(markdown: str, beside: Sequence[str]) -> Iterator[str]:
    """The lines that may state something: the first and last ones with text, headings and rows of tables aside, and those beside."""
    lines = [line for line in markdown.splitlines() if re.search(r"\w", line)]
    ends = [*lines[:AT_THE_TOP], *lines[max(AT_THE_TOP, len(lines) - AT_THE_END) :]]
    told = (without_marks(line).strip(" -*_") for line in ends if not line.lstrip().startswith(("#", "|", "```")))
    yield from (line for line in (*told, *beside) if NOT_FILLED_IN not in with_placeholders_named(line))


def _edition_in(lines: Iterable[str]) -> str:
    """The date that a piece of a line tells as that of the document."""
    for line in lines:
        for piece in _BETWEEN.split(line):
            label = _LABEL.match(piece) if len(piece) <= LONGEST else None
            date = next(dates_in(piece[label.end("between") - len(label["between"]) :]), None) if label else None
            if label and date and _is_all(piece, label, date.text):
                return date.text
    return ""


def _edition_of_an_issue(beside: Sequence[str]) -> str:
    """The date that a line beside the text gives to what it numbers, where all that do give the same number: `Issue 12, April 2026`."""
    told = dict[str, str]()
    for line in beside:
        numbered = _NUMBERED.match(line)
        rest = line[numbered.end() :] if numbered else ""
        date = next(dates_in(rest), None)
        if numbered and date and rest.startswith(date.text) and re.match(r"\s*(?:$|[^\w\s])", rest[len(date.text) :]):
            told[numbered.group()] = date.text
    return next(iter(told.values())) if len(told) == 1 else ""


def _is_all(piece: str, label: re.Match[str], date: str) -> bool:
    """Whether a piece says no more than its label, who did it, and the date."""
    before, _, after = piece.partition(date)
    between = before[label.start("between") :]
    return not re.search(r"\w", _TIME.sub("", re.sub(r"\([^)]*\)", "", after))) and len(between.split()) <= 6
