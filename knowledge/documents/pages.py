"""The content of a web page without what surrounds it: menus, banners, footers, scripts and what is hidden."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from textwrap import shorten
from typing import Any

from bs4 import BeautifulSoup, Comment, Doctype, Tag
from bs4.element import PageElement

from knowledge.documents.confluence import put_confluence_right
from knowledge.documents.labels import label_panels, label_radio_panels

_NEVER = ["script", "style", "noscript", "template", "iframe", "object", "svg", "canvas", "select", "input", "textarea", "head"]  # fmt: skip
_NOISE = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|header|banner|cookie|sidebar|skip|share|social|search|toc|masthead|usa-banner|related)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Words in ids and classes that pages give to what surrounds their content, and sometimes to content."""
_LIST_OF_CONTENTS = re.compile(r"(?:^|\s)(?:toc|table-of-contents|breadcrumbs?)(?:$|\s)", re.IGNORECASE)
_NOISE_ROLES = {"navigation", "search", "contentinfo", "banner", "menu", "menubar", "toolbar", "tree"}
_CONTROL_ROLES = {"button", "switch", "menuitem", "menuitemcheckbox", "menuitemradio"}
_COMMENTS = re.compile(r"(?:^|[-_\s])(?:comments|comment-list)(?:$|[-_\s])", re.IGNORECASE)
"""Ids and classes that programs for pages give to what readers wrote below them."""
_BOXES = {"div", "section", "ol", "ul", "aside"}
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_BLOCKS = [*_HEADINGS, "div", "p", "ul", "ol", "dl", "table", "pre", "section", "article", "details"]
_EDGES_OF_PAGES = re.compile("^(?:header|footer)$")
"""How LibreOffice calls what it prints at the edges of each page."""
_SENTENCE = re.compile(r"\w[.!?](?:\s|$)")
LINKED = 0.5
"""The share of an element's text in links from which on it is a menu rather than content."""


SHOWN_OF_A_PART = 60
NAMED_PARTS = 3
"""Characters of a part of a page that is not read, and parts, which are named."""


@dataclass
class Content:
    """The element with the content of a page, texts that it hides or that stand beside it, and lines about the page."""

    body: Tag
    hidden: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)


def main_content(soup: BeautifulSoup) -> Content:
    """The content of a page; what surrounds it is taken out. Raises UnreadableFile where it is a list of pages."""
    label_panels(soup)
    label_radio_panels(soup)
    for element in soup.find_all(_NEVER):
        if element.name != "head":
            element.decompose()
    for text in soup.find_all(string=lambda text: isinstance(text, Comment | Doctype)):
        text.extract()
    content = Content(soup.body or soup)
    put_confluence_right(soup)
    for element in [*soup.find_all(class_="page-metadata"), *soup.find_all("div", title=_EDGES_OF_PAGES)]:
        content.about.append(_on_one_line(element.extract()))
    _remove_hidden(soup, content)
    _take_comments(soup, content)
    _take_bars(soup)
    content.body = _main(soup)
    for element in content.body.find_all(["nav", "header", "footer", "aside", "form", "button"]):
        if not element.decomposed:
            _keep_or_remove(element, content)
    for element in content.body.find_all(["div", "ul", "section", "ol", "table"]):
        if not element.decomposed and _is_noise(element):
            element.decompose()
    content.about.extend(_without_menus_above(content.body))
    content.aside.extend(_beside(soup, content.body))
    return content


def not_read(content: Content) -> Iterator[str]:
    """What to say of the parts of a page that are not read."""
    for what, texts in (("what the page hides", content.hidden), ("what stands beside its content", content.aside)):
        said = list(dict.fromkeys(texts))
        if said:
            named = ", ".join(f"“{shorten(text, SHOWN_OF_A_PART, placeholder=' …')}”" for text in said[:NAMED_PARTS])
            more = f" and {len(said) - NAMED_PARTS} more" if len(said) > NAMED_PARTS else ""
            yield f"{what} is not read: {named}{more}"


def metadata(soup: BeautifulSoup) -> dict[str, str]:
    """What a page states about itself for machines: its meta tags, and the fields of its linked data, by their names."""
    found: dict[str, str] = {}
    for tag in soup.find_all("meta", content=True):
        name = str(tag.get("name") or tag.get("property") or tag.get("itemprop") or "")
        found.setdefault(re.sub(r"^(?:dc|dcterms|article|og)[.:]", "", name.lower()), str(tag["content"]))
    for script in soup.find_all("script", type="application/ld+json"):
        for entry in _entries(script.get_text()):
            found.update({name: str(entry[name]) for name in ("dateModified", "datePublished") if entry.get(name)})
    return {name: text for name, text in found.items() if name not in {"", "title"}}


def _entries(text: str) -> Iterator[dict[str, Any]]:
    try:
        told = json.loads(text)
    except ValueError:
        return
    graph = told.get("@graph", told) if isinstance(told, dict) else told
    yield from (entry for entry in (graph if isinstance(graph, list) else [graph]) if isinstance(entry, dict))


def _main(soup: BeautifulSoup) -> Tag:
    found = soup.find("main") or soup.find(True, attrs={"role": "main"})
    if isinstance(found, Tag) and found.get_text(strip=True):
        return found
    body = soup.body or soup
    half = len(body.get_text()) / 2
    for element in soup.find_all(["div", "section", "article", "td"], id=re.compile(r"^(main-?content|content|main)$")):
        if len(element.get_text()) > half:
            return element
    articles = [article for article in soup.find_all("article") if not article.find_parent("article")]
    if len(articles) == 1 and len(articles[0].get_text()) > half and articles[0].find("h1"):
        return articles[0]
    return body


def _beside(soup: BeautifulSoup, body: Tag) -> Iterator[str]:
    """The texts of a page beside its content that are no menu, no banner and no footer."""
    for element in (soup.body or soup).find_all(["p", "li", "td", "dd", *_HEADINGS]):
        around = [element, *element.parents]
        outside = not any(one is body for one in around) and not any(one is element for one in body.parents)
        if outside and not any(_is_furniture(one) for one in around) and len(_on_one_line(element).split()) > 1:
            yield _on_one_line(element)


def _is_furniture(element: Tag) -> bool:
    roles = _NOISE_ROLES | {"dialog", "alertdialog"}
    names = _names(element)
    return element.name in {"nav", "header", "footer", "form", "dialog"} or element.get("role") in roles or (element.name != "aside" and _NOISE.search(names) is not None)  # fmt: skip


def _take_comments(soup: BeautifulSoup, content: Content) -> None:
    """Take out what readers wrote below the page, where its markup says that it is that."""
    for element in soup.find_all(_holds_comments):
        if element.decomposed or element.find(["h1", "main"]) or not (element.find_previous(_is_a_title) or _is_a_comment(element)):  # fmt: skip
            continue
        if text := _on_one_line(element):
            content.aside.append(text)
        element.decompose()


def _holds_comments(element: Tag) -> bool:
    return _is_a_comment(element) or (element.name in _BOXES and _COMMENTS.search(_names(element)) is not None)


def _is_a_title(element: Tag) -> bool:
    return element.name == "h1" or (element.get("role") == "heading" and element.get("aria-level") == "1")


def _is_a_comment(element: Tag) -> bool:
    """Whether an element is a comment by its role (ARIA), its property (schema.org) or its class (microformats)."""
    kinds = set(element.get("class") or [])
    return element.get("role") == "comment" or element.get("itemprop") == "comment" or {"u-comment", "p-comment"} & kinds != set()  # fmt: skip


def _take_bars(soup: BeautifulSoup) -> None:
    """Take out bars of controls: several things to press, and beside them no sentence and no more words than they have."""
    for bar in soup.find_all(["div", "span", "p"]):
        if bar.decomposed or bar.find(_BLOCKS) or _SENTENCE.search(bar.get_text(" ")):
            continue
        controls = [control for control in bar.find_all(_is_a_control) if control.find_parent(_is_a_control) is None]
        pressed = sum(len(_on_one_line(control)) for control in controls)
        if len(controls) > 1 and len(_on_one_line(bar)) <= 2 * pressed + len(controls):
            bar.decompose()


def _is_a_control(element: Tag) -> bool:
    """Whether an element does something when it is pressed, and neither opens a part of the page nor leads elsewhere."""
    if element.has_attr("aria-expanded") or element.has_attr("aria-controls"):
        return False
    address = str(element.get("href") or "#").strip().lower()
    leads_nowhere = (
        element.name == "a" and element.has_attr("href") and (address == "#" or address.startswith("javascript:"))
    )
    return leads_nowhere or element.name == "button" or element.get("role") in _CONTROL_ROLES


def _on_one_line(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())


def _remove_hidden(soup: BeautifulSoup, content: Content) -> None:
    """Take out what a page hides, but for what it shows when somebody opens it."""
    for element in soup.find_all(_is_hidden):
        if element.decomposed or _is_a_panel(element, soup) or _is_opened_by_its_label(element):
            continue
        text = _on_one_line(element)
        if text and not any(_is_furniture(one) for one in [element, *element.parents]):
            content.hidden.append(text)
        element.decompose()


def _is_opened_by_its_label(element: Tag) -> bool:
    """Whether a hidden element is all that stands under a heading or button: what it names is shown when it is pressed."""
    label = _beside_with_text(element, element.previous_siblings)
    if label is None or not _is_a_label(label):
        return False
    following = _beside_with_text(element, element.next_siblings)
    return following is None or _is_hidden(following) or _is_a_label(following)


def _beside_with_text(element: Tag, siblings: Iterable[PageElement]) -> Tag | None:
    """The first of some siblings that has text; the element itself where that is bare text, which labels nothing."""
    for sibling in siblings:
        if isinstance(sibling, Tag) and sibling.get_text(strip=True):
            return sibling
        if not isinstance(sibling, Tag) and str(sibling).strip():
            return element
    return None


def _is_a_label(element: Tag) -> bool:
    """Whether an element is a heading or something to press, or holds nothing else."""
    names = [*_HEADINGS, "button", "summary", "dt", "label"]
    if element.name in names or element.get("role") == "button" or element.has_attr("aria-expanded"):
        return True
    inner = element.find(lambda tag: tag.name in names or tag.get("role") == "button" or tag.has_attr("aria-expanded"))
    return isinstance(inner, Tag) and inner.get_text(strip=True) == element.get_text(strip=True)


def _is_hidden(element: Tag) -> bool:
    style = re.sub(r"\s", "", str(element.get("style") or "")).lower()
    return element.has_attr("hidden") or "display:none" in style or "visibility:hidden" in style


def _is_a_panel(element: Tag, soup: BeautifulSoup) -> bool:
    """Whether a hidden element is shown when a person presses something: a tab, an accordion's body."""
    if element.get("role") == "tabpanel" or element.find_parent("details"):
        return True
    name = str(element.get("id") or "")
    pressed = name and soup.find(
        lambda tag: tag.get("aria-controls") == name or str(tag.get("href") or tag.get("data-target")) == f"#{name}"
    )
    kinds = set(element.get("class") or [])
    beside = element.parent.find_all(True, recursive=False) if element.parent else []
    return bool(pressed) or any(
        other is not element and not _is_hidden(other) and kinds & set(other.get("class") or []) for other in beside
    )


def _keep_or_remove(element: Tag, content: Content) -> None:
    inside = element.find_parent(["article", "section", "main"])
    if element.name == "nav":
        element.decompose()
    elif element.name == "button":
        _keep_label_or_remove(element)
    elif element.name == "form":
        if len(element.get_text(strip=True)) < 80 and not element.find([*_HEADINGS, "p", "table"]):
            element.decompose()
        else:
            element.unwrap()
    elif element.name == "footer":
        if not inside or _links(element) > LINKED:
            element.decompose()
    elif inside or str(element.get("role") or "").startswith("doc-") or content.body.name in {"main", "article"}:
        return
    elif not element.find(["h1", "h2"] if element.name == "header" else _HEADINGS):
        if element.name == "aside" and re.search(r"\w", element.get_text()):
            content.aside.append(_on_one_line(element))
        element.decompose()


def _keep_label_or_remove(button: Tag) -> None:
    """A button is nothing to read, but one that opens a part of the page names that part."""
    if button.find_parent([*_HEADINGS, "summary"]):
        button.unwrap()
        return
    holder = button.parent if button.parent and button.parent.get_text(strip=True) == button.get_text(strip=True) else button  # fmt: skip
    kinds = " ".join([*(button.get("class") or []), *(holder.get("class") or [])])
    opens = button.has_attr("aria-expanded") or re.search(r"accordion|expand|collaps|toggle", kinds, re.IGNORECASE)
    if opens and button.get_text(strip=True) and holder.find_next_sibling(True):
        button.name = "h6"
        button.attrs = {"data-under": "1"}
    else:
        button.decompose()


def _is_noise(element: Tag) -> bool:
    names = f"{_names(element)} {element.get('role') or ''}"
    if _LIST_OF_CONTENTS.search(names):
        return True
    if element.get("role") in _NOISE_ROLES and not element.find(["h1", "h2"]):
        return True
    return _NOISE.search(names) is not None and len(element.find_all("p")) < 3 and _links(element) > LINKED


def _names(element: Tag) -> str:
    """The id and the classes of an element, with a hyphen where a capital begins a word."""
    names = " ".join([str(element.get("id") or ""), *(element.get("class") or [])])
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", names)


def _without_menus_above(body: Tag) -> list[str]:
    """Take away what stands above the only heading of the first level, links and no sentence; the texts of that."""
    headings = body.find_all("h1")
    if len(headings) != 1:
        return []
    around = takewhile(lambda one: one is not body, (headings[0], *headings[0].parents))
    above = [before for one in around for before in one.find_previous_siblings(True)]
    menus = [element for element in above if _is_menu(element)]
    texts = [_on_one_line(menu) for menu in menus]
    for menu in menus:
        menu.decompose()
    return texts


def _is_menu(element: Tag) -> bool:
    """Whether an element has several links and neither a paragraph, a table, a heading nor a sentence."""
    blocks = [*_HEADINGS, "p", "table"]
    several = len(element.find_all("a")) > 1
    return several and element.name not in blocks and not element.find(blocks) and not _SENTENCE.search(element.get_text(" "))  # fmt: skip


def _links(element: Tag) -> float:
    """The share of an element's text that stands in links."""
    text = len(re.sub(r"\s", "", element.get_text()))
    linked = sum(len(re.sub(r"\s", "", link.get_text())) for link in element.find_all("a"))
    return linked / text if text else 1.0


def page_title(soup: BeautifulSoup, body: Tag) -> str:
    """What a page is called: its first heading, else its title without the name of the site."""
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    first = body.find("h1")
    if isinstance(first, Tag) and first.get_text(strip=True):
        return first.get_text(" ", strip=True)
    return re.split(r"\s+[|·–—]\s+|\s*:\s+", title)[0]
