"""Levels of headings that have none of their own: bold lines, summaries, labels of tabs and titles of boxes."""

from collections.abc import Sequence
from typing import Any

from bs4 import BeautifulSoup, Tag

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_DEEPEST = 6


def set_heading_levels(soup: BeautifulSoup, body: Tag) -> None:
    """Give each heading that is `data-under` another the level below that one, and each labelled part its heading.

    What follows a labelled part belongs to the section around the part: its heading is told again.
    """
    _open_details(body)
    for part in reversed(body.find_all(True, attrs={"data-label": True})):
        _frame(soup, part)
    for heading in body.find_all(HEADINGS):
        if not heading.get_text(strip=True) and not heading.get("data-back"):
            heading.decompose()
    _set_levels(body)


def label_panels(soup: BeautifulSoup) -> None:
    """Give each panel of tabs the name of its tab as its label, and take the row of tabs away.

    A tab names its panel by `aria-controls` or its link, a panel its tab by `aria-labelledby`; otherwise they go in order.
    """
    for panel in soup.find_all(True, attrs={"role": "tabpanel"}):
        tab = _tab_of(soup, panel)
        label = tab.get_text(" ", strip=True) if tab else str(panel.get("aria-label") or "")
        if label:
            _remove_heading(panel, label)
            panel["data-label"] = label
    for tabs in soup.find_all(True, attrs={"role": "tablist"}):
        if soup.find(True, attrs={"role": "tabpanel"}):
            tabs.decompose()


def label_radio_panels(soup: BeautifulSoup) -> None:
    """Give each part of a page that is shown by choosing a radio button that button's label: as many parts as buttons, in order."""
    names = dict.fromkeys(str(one["name"]) for one in soup.find_all("input", attrs={"type": "radio", "name": True}))
    for name in names:
        buttons = [one for one in soup.find_all("input", attrs={"type": "radio", "name": name}) if one.get("id")]
        labels = [soup.find("label", attrs={"for": button["id"]}) for button in buttons]
        found = [label for label in labels if isinstance(label, Tag) and label.get_text(strip=True)]
        if len(found) < 2 or len(found) < len(buttons):
            continue
        holder = next((one for one in found[0].parents if all(button in one.descendants for button in buttons)), None)
        parts = _parts_of(holder, found) if holder is not None else []
        for part, label in zip(parts, found, strict=False):
            part["data-label"] = label.get_text(" ", strip=True)
            label.decompose()


def _parts_of(holder: Tag, labels: Sequence[Tag]) -> list[Tag]:
    """The parts within an element, beside each other, of which there are as many as labels; none where there are no such."""
    for inner in [holder, *holder.find_all(["div", "section"])]:
        parts = [part for part in inner.find_all(["div", "section"], recursive=False) if part.get_text(strip=True) and not any(label in part.descendants for label in labels)]  # fmt: skip
        if len(parts) == len(labels):
            return parts
    return []


def _tab_of(soup: BeautifulSoup, panel: Tag) -> Tag | None:
    name = str(panel.get("id") or "")
    by_name = soup.find(True, id=str(panel.get("aria-labelledby") or "").split(" ")[0] or "\0")
    if by_name is None and name:
        by_name = soup.find(lambda tag: tag.get("role") == "tab" and name in _panels_named(tag))
    if isinstance(by_name, Tag) and by_name.get_text(strip=True):
        return by_name
    tabs = panel.find_previous(True, attrs={"role": "tablist"})
    if not isinstance(tabs, Tag):
        return None
    before = [one for one in panel.find_all_previous(True, attrs={"role": "tabpanel"}) if one.find_previous(True, attrs={"role": "tablist"}) is tabs and one not in list(panel.parents)]  # fmt: skip
    found = tabs.find_all(True, attrs={"role": "tab"})
    return found[len(before)] if len(before) < len(found) else None


def _panels_named(tab: Tag) -> set[str]:
    said = (str(tab.get(name) or "") for name in ("aria-controls", "href", "data-target", "data-bs-target"))
    return {name.lstrip("#") for name in said}


def _remove_heading(panel: Tag, label: str) -> None:
    """Take away a first heading that says again what the panel's tab does."""
    first = panel.find([*HEADINGS, "p", "table", "ul", "ol"])
    if isinstance(first, Tag) and first.name in HEADINGS and first.get_text(" ", strip=True) == label:
        first.decompose()


def _open_details(body: Tag) -> None:
    for item in body.find_all("li"):
        inner = item.find_all(True, recursive=False)
        if len(inner) == 1 and inner[0].name == "details" and item.get_text() == inner[0].get_text():
            _as_part(item)
    for details in body.find_all("details"):
        summary = details.find("summary")
        label = summary.get_text(" ", strip=True) if summary else ""
        if summary:
            summary.decompose()
        details.name = "section"
        if label:
            details["data-label"] = label
        elif not details.get_text(strip=True):
            details.decompose()


def _as_part(item: Tag) -> None:
    """Make a part of the page of an item, and of its list where that has no other."""
    listed = item.parent
    item.name = "div"
    if listed is not None and listed.name in {"ul", "ol"} and not listed.find("li", recursive=False):
        listed.name = "div"


def _frame(soup: BeautifulSoup, part: Tag) -> None:
    heading = soup.new_tag("h6", attrs={"data-label-of": "1"})
    heading.string = str(part["data-label"])
    part.insert(0, heading)
    back = soup.new_tag("h6", attrs={"data-back": "1"})
    part.insert_after(back)


def _set_levels(body: Tag) -> None:
    real: list[tuple[int, str]] = []
    inside: list[tuple[Any, int]] = []
    for heading in body.find_all(HEADINGS):
        while inside and not any(parent is inside[-1][0] for parent in heading.parents):
            inside.pop()
        below = inside[-1][1] if inside else (real[-1][0] if real else 0)
        if heading.get("data-back"):
            _tell_again(heading, real, inside)
        elif heading.get("data-label-of"):
            level = min(below + 1, _DEEPEST) if below else 2
            inside.append((heading.parent, level))
            heading.name = f"h{level}"
        elif heading.get("data-under"):
            heading.name = f"h{min(below + 1, _DEEPEST) if below else 2}"
        elif inside:
            heading.name = f"h{min(max(int(heading.name[1]), below + 1), _DEEPEST)}"
        else:
            real.append((int(heading.name[1]), heading.get_text(" ", strip=True)))


def _tell_again(back: Tag, real: list[tuple[int, str]], inside: list[tuple[Any, int]]) -> None:
    following = _next_content(back)
    if following is None or following.name in HEADINGS or following.get("data-label") or (not real and not inside):
        back.decompose()
    elif inside:
        back.name, back.string = f"h{inside[-1][1]}", str(inside[-1][0]["data-label"])
    else:
        back.name, back.string = f"h{real[-1][0]}", real[-1][1]


def _next_content(element: Tag) -> Tag | None:
    """The next element with text that is not inside of this one."""
    following = element.find_next(
        lambda tag: (
            tag.name in {*HEADINGS, "p", "ul", "ol", "table", "pre", "blockquote", "li", "section"}
            and (tag.get_text(strip=True) or tag.get("data-back"))
        )
    )
    while isinstance(following, Tag) and following.get("data-back"):
        following = following.find_next([*HEADINGS, "p", "ul", "ol", "table", "pre", "blockquote"])
    return following if isinstance(following, Tag) else None
