"""Lists of HTML from items one below another, each with how deep it stands."""

import re
from collections.abc import Iterable

from bs4 import Tag

_LEVEL = re.compile(r"^lst-\w+-(\d)$")
"""How Google Docs says how deep the items of a list stand, which it writes one below another."""


def nested_list(items: Iterable[tuple[int, str, str]]) -> str:
    """Items (depth from 0, `ul` or `ol`, HTML) as lists, each deeper one within the item before it, however far it is set in."""
    html, open_lists = "", list[str]()
    for told_depth, kind, text in items:
        depth = min(told_depth, len(open_lists)) + 1
        while len(open_lists) > depth or (len(open_lists) == depth and open_lists[-1] != kind):
            html += f"</li></{open_lists.pop()}>"
        if len(open_lists) == depth:
            html += "</li>"
        else:
            open_lists.append(kind)
            html += f"<{kind}>"
        html += f"<li>{text}"
    return html + "".join(f"</li></{kind}>" for kind in reversed(open_lists))


def nest_lists_by_level(body: Tag) -> None:
    """Put each list that says that it is deeper than the one right before it into that one's last item, and join those of one level."""
    for listed in body.find_all(["ul", "ol"], class_=_LEVEL):
        level, before = _level(listed), listed.find_previous_sibling(True)
        while isinstance(before, Tag) and before.name in {"ul", "ol"} and _level(before) < level:
            items = before.find_all("li", recursive=False)
            if not items:
                break
            deeper = items[-1].find_all(["ul", "ol"], recursive=False)
            if not deeper:
                items[-1].append(listed.extract())
                break
            before = deeper[-1]
        if isinstance(before, Tag) and before.name == listed.name and listed.parent is not None and _level(before) == level:  # fmt: skip
            before.extend([item.extract() for item in listed.find_all("li", recursive=False)])
            listed.decompose()


def _level(listed: Tag) -> int:
    return next((int(found[1]) for kind in listed.get("class") or [] if (found := _LEVEL.match(kind))), -1)
