"""Footnotes of HTML told at the end of the sentence that refers to them."""

import re
from collections.abc import Iterator

from bs4 import Tag
from bs4.element import NavigableString

from knowledge.documents.labels import HEADINGS

TOLD = "\ue012"
"""What stands after a note until all are told, so that the next one of the sentence is joined to it."""
LONGEST_NOTE = 60
"""Words of a note that is told where it is referred to."""
_OF_NOTES = re.compile("footnotes|endnotes")
_REFERRING = re.compile(r"noteref|footnote-ref|endnote-ref")
_NOTE = re.compile(r"doc-(?:foot|end|rear)note|(?:foot|end|rear)note")
_BACK = re.compile(r"backlink|backref|footnote-back")
_LABEL = r"\d{1,2}|[*†‡§]{1,3}|[a-z]"
"""What refers to a note where no link does."""
_STOP = re.compile(r"[.!?](?=[\"'”’)]*(?:\s+[^\W\d_a-zà-ÿ]|\s*$))")
"""What ends a sentence."""
_ARROWS = "\\s^↑↩↵⏎\ufe0e\ufe0f"


def join_notes(body: Tag) -> None:
    """Tell each note that is linked from the text at the end of its sentence, and take it from its own place."""
    joined: list[Tag] = []
    for mark, target in [*_marks(body), *_linked_back(body), *_unlinked(body)]:
        if mark.decomposed or target.decomposed:
            continue
        block = mark.find_parent(["p", "li", "td", "th", "dd", *HEADINGS])
        if block is None or target in block.parents or target is block:
            continue
        note = _text_of(target, mark.get_text("", strip=True))
        if note and len(note.split()) <= LONGEST_NOTE and block.name not in HEADINGS:
            _tell(mark, block, re.sub(r"(?<![.]{2})[.]$", "", note))
            joined.append(target)
        _remove(mark)
    for text in body.find_all(string=lambda text: bool(text and TOLD in text)):
        text.replace_with(text.replace(TOLD, ""))
    for target in joined:
        holder = target.find_parent(["section", "div", "aside"], class_=_OF_NOTES)
        if not target.decomposed and (
            holder or target.name in {"li", "aside"} or _is_a_note(target) or target.get("data-note")
        ):
            target.decompose()
    for holder in body.find_all(["section", "div", "hr", "aside"], class_=re.compile("footnote|endnote")):
        if not holder.decomposed and not holder.get_text(strip=True):
            holder.decompose()


def _marks(body: Tag) -> Iterator[tuple[Tag, Tag]]:
    """What refers to a note, with the note: raised links, and links that say what they are."""
    for mark in body.find_all(["sup", "a"]):
        link = mark.find("a", href=re.compile("^#.")) if mark.name == "sup" else mark
        if not isinstance(link, Tag) or mark.find_parent("sup") or not str(link.get("href") or "").startswith("#"):
            continue
        if mark.name == "sup" or _REFERRING.search(_kinds(mark)):
            target = body.find(True, id=str(link["href"])[1:])
            if isinstance(target, Tag):
                yield mark, target


def _linked_back(body: Tag) -> Iterator[tuple[Tag, Tag]]:
    """Short links to what links back to them, each with the block of the note that the later one begins."""
    links = [link for link in body.find_all("a", href=re.compile("^#.")) if link.get("id") or link.get("name")]
    named = {str(link.get("id") or link.get("name")): link for link in links}
    places = {id(link): place for place, link in enumerate(links)}
    for link in links:
        other = None if link.decomposed else named.get(str(link["href"])[1:])
        if (
            other is None
            or other is link
            or other.decomposed
            or str(other["href"])[1:] not in {link.get("id"), link.get("name")}
        ):
            continue
        mark, label = link.get_text(strip=True), other.get_text(strip=True)
        note = other.find_parent(["p", "li", "dd", "div"])
        begins = note is not None and note.get_text(strip=True).startswith(label)
        if note is not None and begins and mark == label and re.fullmatch(rf"\W*(?:{_LABEL})\W*", mark) and places[id(link)] < places[id(other)]:  # fmt: skip
            note["data-note"] = "1"
            other.decompose()
            yield link.find_parent("sup") or link, note


def _unlinked(body: Tag) -> Iterator[tuple[Tag, Tag]]:
    """Raised marks without a link, each with the next paragraph after it that begins with the same mark, raised too."""
    raised = [mark for mark in body.find_all("sup") if not mark.find("a") and re.fullmatch(_LABEL, mark.get_text(strip=True))]  # fmt: skip
    waiting: dict[str, list[Tag]] = {}
    for mark in raised:
        label = mark.get_text(strip=True)
        holder = mark.find_parent(["p", "li"])
        if holder is not None and holder.get_text(strip=True).startswith(label) and not _has_text_before(mark, holder):
            holder["data-note"] = "1"
            yield from ((before, holder) for before in waiting.pop(label, ()))
        elif not re.search(r"(?:^|[^\w])[^\W\d_]{1,2}$", str(mark.previous_sibling or "")):  # m²
            waiting.setdefault(label, []).append(mark)


def _has_text_before(mark: Tag, holder: Tag) -> bool:
    before = mark.find_previous(string=lambda text: bool(text and text.strip()))
    return before is not None and holder in before.parents


def _kinds(element: Tag) -> str:
    """What the role, the type of EPUB and the classes of an element say that it is."""
    return " ".join([str(element.get("role") or ""), str(element.get("epub:type") or ""), *(element.get("class") or [])])  # fmt: skip


def _is_a_note(element: Tag) -> bool:
    return _NOTE.search(_kinds(element)) is not None


def _text_of(target: Tag, mark: str) -> str:
    """The text of a note without its own mark, the links back from it, and the stop at its end."""
    for link in target.find_all(["a", "span"]):
        if not link.decomposed and (_BACK.search(_kinds(link)) or "label" in (link.get("class") or [])):
            link.decompose()
    text = re.sub(rf"^[{_ARROWS}]+|[{_ARROWS}]+$", "", re.sub(r"\s+", " ", target.get_text(" ")))
    text = re.sub(r"\s+(?=[,.;:!?)\]])", "", text)
    label = re.escape(mark.strip("[]()"))
    return re.sub(rf"^[\[(]?{label}(?:[\])]?[.:]?(?=\s)|[\])])\s*", "", text) if label else text


def _tell(mark: Tag, block: Tag, note: str) -> None:
    """Put a note in brackets before the stop that ends the sentence of its mark, or at the end of the block."""
    before = mark.find_previous(string=lambda text: bool(text and text.strip()))
    if (
        isinstance(before, NavigableString)
        and block in before.parents
        and (stop := _last_stop(str(before))) is not None
    ):
        before.replace_with(_with_note(str(before), stop, note))
        return
    for text in list(mark.find_all_next(string=True)):
        if block not in text.parents:
            break
        if mark not in text.parents and (found := _STOP.search(str(text))):
            text.replace_with(_with_note(str(text), found.start(), note))
            return
    rest = next((text for text in reversed(list(block.find_all(string=True))) if text.strip() and mark not in text.parents), None)  # fmt: skip
    if rest is None:
        block.append(f" ({note})")
    else:
        rest.replace_with(_with_note(str(rest), len(rest.rstrip()), note))


def _remove(mark: Tag) -> None:
    """Take a mark away, with the space before it where a sign follows."""
    before, after = mark.previous_sibling, mark.next_sibling
    if isinstance(before, NavigableString) and isinstance(after, NavigableString) and re.match(r"[.,;:!?)(\s]", str(after)):  # fmt: skip
        before.replace_with(str(before).rstrip())
    mark.decompose()


def _last_stop(text: str) -> int | None:
    found = re.search(r"[.!?]\s*$", text)
    return found.start() if found else None


def _with_note(text: str, place: int, note: str) -> str:
    """A text with a note at a place, joined to one that stands there already."""
    before, after = text[:place].rstrip(), text[place:]
    told = before.endswith(TOLD)
    joined = f"{before[: -len(TOLD) - 1]}; {note})" if told else f"{before} ({note})"
    return f"{joined}{TOLD}{after}"
