"""The content of a web page without what surrounds it: menus, banners, footers, scripts and what is hidden."""

import re

from bs4 import BeautifulSoup, Comment, Doctype, Tag

from knowledge.documents.labels import label_panels

_NEVER = ["script", "style", "noscript", "template", "iframe", "object", "svg", "canvas", "select", "input", "textarea", "head"]  # fmt: skip
_NOISE = re.compile(
    r"(?:^|[-_\s])(?:nav|navbar|navigation|menu|breadcrumbs?|footer|header|banner|cookie|sidebar|skip|share|social|search|toc|masthead|usa-banner|related)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Words in ids and classes that pages give to what surrounds their content, and sometimes to content."""
_LIST_OF_CONTENTS = re.compile(r"(?:^|\s)(?:toc|table-of-contents|breadcrumbs?|page-metadata)(?:$|\s)", re.IGNORECASE)
_NOISE_ROLES = {"navigation", "search", "contentinfo", "banner"}
_HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
LINKED = 0.5
"""The share of an element's text in links from which on it is a menu rather than content."""


def main_content(soup: BeautifulSoup) -> Tag:
    """The element with the content of a page; what surrounds it is taken out."""
    label_panels(soup)
    for element in soup.find_all(_NEVER):
        if element.name != "head":
            element.decompose()
    for text in soup.find_all(string=lambda text: isinstance(text, Comment | Doctype)):
        text.extract()
    _remove_hidden(soup)
    _without_the_space(soup)
    body = _main(soup)
    for element in body.find_all(["nav", "header", "footer", "aside", "form", "button"]):
        if not element.decomposed:
            _keep_or_remove(element, body)
    for element in body.find_all(["div", "ul", "section", "ol", "table"]):
        if not element.decomposed and _is_noise(element):
            element.decompose()
    return body


def _main(soup: BeautifulSoup) -> Tag:
    found = soup.find("main") or soup.find(True, attrs={"role": "main"})
    if isinstance(found, Tag) and found.get_text(strip=True):
        return found
    body = soup.body or soup
    half = len(body.get_text()) / 2
    for element in soup.find_all(["div", "section", "article", "td"], id=re.compile(r"^(main-?content|content|main)$")):
        if len(element.get_text()) > half:
            return element
    return body


def _remove_hidden(soup: BeautifulSoup) -> None:
    for element in soup.find_all(_is_hidden):
        if not element.decomposed and not _is_a_panel(element, soup):
            element.decompose()


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


def _keep_or_remove(element: Tag, body: Tag) -> None:
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
    elif inside or body.name == "main":
        return
    elif not element.find(["h1", "h2"] if element.name == "header" else _HEADINGS):
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
    names = " ".join([str(element.get("id") or ""), *(element.get("class") or []), str(element.get("role") or "")])
    if _LIST_OF_CONTENTS.search(names):
        return True
    if element.get("role") in _NOISE_ROLES and not element.find(["h1", "h2"]):
        return True
    return _NOISE.search(names) is not None and len(element.find_all("p")) < 3 and _links(element) > LINKED


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


def _without_the_space(soup: BeautifulSoup) -> None:
    """Confluence writes the name of the space before the title of every page that it exports."""
    if title := soup.find(id="title-text"):
        title.string = title.get_text(" ", strip=True).split(" : ", 1)[-1].strip()
