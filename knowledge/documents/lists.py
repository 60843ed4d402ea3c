"""Lists of HTML from items one below another, each with how deep it stands."""

from collections.abc import Iterable


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
