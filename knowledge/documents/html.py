"""HTML of pages and of other readers as Markdown: notes, labels and headings put right, tables regular, then converted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

from knowledge.documents.comments import remove_comments
from knowledge.documents.confluence import without_cdata
from knowledge.documents.coverage import different_words, lost, words_of_html
from knowledge.documents.dialects import LONGEST_HEADING, WORDS_OF_A_PICTURE
from knowledge.documents.labels import HEADINGS, set_heading_levels
from knowledge.documents.lists import nest_lists_by_level
from knowledge.documents.note_marks import with_notes_told
from knowledge.documents.notes import join_notes
from knowledge.documents.pages import main_content, metadata, not_read, page_title
from knowledge.documents.styles import tell_styles
from knowledge.documents.tables import make_tables_regular
from knowledge.documents.text_tables import table_of

_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_TICKED, _NOT_TICKED = "☒ ", "☐ "
_ZERO_WIDTH = re.compile(
    r"[\u200b\u2060\ufeff]|&(?:#(?:8203|8288|65279|x200b|x2060|xfeff)|ZeroWidthSpace|NoBreak);", re.IGNORECASE
)
"""Signs without a width, which tell where a line may break or that a text is Unicode."""


@dataclass(frozen=True)
class Page:
    """A web page: its main content as Markdown, its title, its metadata, what of it is not read, lines about the page."""

    markdown: str
    title: str
    fields: Mapping[str, str]
    notes: Sequence[str]
    beside: Sequence[str]


def read_page(html: str) -> Page:
    """The main content of a web page and what is known of the page."""
    soup = parsed(html)
    fields = metadata(soup)
    content = main_content(soup)
    _remove(content.body)
    words = words_of_html(str(content.body))
    markdown = converted(soup, content.body)
    notes = [*not_read(content), *lost(words, different_words([markdown]))]
    return Page(markdown, page_title(soup, content.body), fields, notes, content.about)


def html_as_markdown(html: str, *, trusted: bool = True) -> str:
    """HTML that is content throughout as Markdown. `trusted`: whether header rows of its tables are marked rightly."""
    soup = parsed(html)
    return converted(soup, soup.body or soup, trusted=trusted)


def parsed(html: str) -> BeautifulSoup:
    """The tree of a page, in which tags say what its styles do."""
    soup = BeautifulSoup(_ZERO_WIDTH.sub("", without_cdata(html)), "lxml")
    tell_styles(soup)
    return soup


def converted(soup: BeautifulSoup, body: Tag, *, trusted: bool = True) -> str:
    """An element as Markdown, after its faults were put right."""
    from html_to_markdown import ConversionOptions, convert

    remove_comments(body)
    for header in body.find_all("header"):
        header.name = "div"  # which would be taken for a banner
    _remove(body)
    nest_lists_by_level(body)
    _set_title_above(body)
    join_notes(body)
    _set_superscripts_apart(body)
    _set_labels_apart(body)
    _word_styles(body)
    _tell_pictures(body)
    _tell_boxes_to_tick(body)
    _draw_tables(body)
    _definitions_as_lists(soup, body)
    make_tables_regular(soup, body, trusted=trusted)
    _lines_as_paragraphs(soup, body)
    _mark_headings(body)
    set_heading_levels(soup, body)
    for element in body.find_all(True):
        element.attrs = {name: value for name, value in element.attrs.items() if name in {"href", "start"}}
    options = ConversionOptions(
        bullets="-", autolinks=False, compact_tables=True, extract_metadata=False, highlight_style="none"
    )
    markdown = str(convert(str(body), options).content or "")
    return with_notes_told(re.sub(r"(?<=\S)[ \t\xa0]{2,}(?=\S)", " ", markdown))


def _remove(body: Tag) -> None:
    """Boxes around a single box, struck out text, items of lists without a text, editing links and anchors of headings, links without a text."""
    for box in body.find_all(["div", "span", "font", "center"]):
        told = box.attrs.keys() & {"data-label", "data-boxed"}
        if (
            not told
            and len(box.contents) == 1
            and isinstance(box.contents[0], Tag)
            and box.contents[0].name == box.name
        ):
            box.unwrap()
    for struck in body.find_all(["s", "strike", "del"]):
        struck.decompose()
    for item in body.find_all("li"):
        if not item.decomposed and not item.get_text(strip=True) and not item.find("img"):
            item.decompose()
    for heading in body.find_all(HEADINGS):
        for inner in heading.find_all(["a", "span", "sup"]):
            if not inner.decomposed and _is_an_anchor(inner):
                inner.decompose()
    for link in body.find_all("a"):
        if not link.decomposed and not link.get_text(strip=True) and not link.find("img"):
            link.decompose()


def _set_title_above(body: Tag) -> None:
    """A paragraph or heading that word processors call the title is above all headings."""
    title = body.find(["p", "h1"], class_="title")
    first = body.find(["p", *HEADINGS, "table", "li"])
    if not isinstance(title, Tag) or title is not first or not title.get_text(strip=True):
        return
    title.name = "h1"
    if body.find_all("h1")[1:]:
        for heading in body.find_all(HEADINGS):
            if heading is not title:
                heading.name = f"h{min(int(heading.name[1]) + 1, 6)}"


def _is_an_anchor(inner: Tag) -> bool:
    text = inner.get_text(" ", strip=True)
    if inner.name == "a":
        kinds = " ".join(inner.get("class") or [])
        own = str(inner.get("href") or "").startswith("#")
        return own and (not re.search(r"\w", text) or re.search(r"anchor|headerlink|permalink", kinds) is not None)
    return bool(inner.find("a")) and re.fullmatch(r"\[.*\]", text) is not None


def _set_superscripts_apart(body: Tag) -> None:
    for mark in body.find_all("sup"):
        text = mark.get_text("", strip=True)
        before = _text_before(mark)
        number = text.strip("[]()")
        if not text:
            mark.decompose()
        elif re.fullmatch(r"[^\W\d_]{1,3}", text) and re.search(r"\d$", before) and len(text) > 1:
            mark.replace_with(text)  # 1st, 2nd, 1er
        elif number.isdigit() and re.search(r"(?:^|[^\w])[^\W\d_]{1,2}$", before):
            mark.replace_with(number.translate(_SUPERSCRIPT))  # m²
        elif not before:
            mark.replace_with(f"Note {number}: ")
        else:
            mark.replace_with(f" (note {number})" if len(number) <= 5 else f" ({number}) ")


def _set_labels_apart(body: Tag) -> None:
    """A label in a box within a line stands in brackets beside the words of the line."""
    for label in body.find_all(True, attrs={"data-boxed": True}):
        text = label.get_text(" ", strip=True)
        block = label.find_parent(["p", "li", "td", "th", "div", "dt", "dd", *HEADINGS])
        if not text or label.find_parent(True, attrs={"data-boxed": True}) or block is None:
            continue
        if block.get_text(" ", strip=True) != text:
            before, after = _text_before(label), label.next_sibling
            follows = re.match(r"\w", after.get_text() if isinstance(after, Tag) else str(after or ""))
            label.replace_with(f"{' ' if before.strip() == before else ''}({text}){' ' if follows else ''}")


def _text_before(mark: Tag) -> str:
    """The characters right before an element, within its block."""
    before = mark.previous_sibling
    holder: Any = mark
    while (
        before is None and holder.parent is not None and holder.parent.name in {"a", "span", "b", "strong", "em", "i"}
    ):
        holder = holder.parent
        before = holder.previous_sibling
    if before is None or (isinstance(before, Tag) and before.name == "br"):
        return ""
    text = (before.get_text() if isinstance(before, Tag) else str(before))[-12:]
    return "" if text.endswith("\n") else text


def _word_styles(body: Tag) -> None:
    """What Word writes into a page as classes: titles, headings, items of lists."""
    for paragraph in body.find_all("p", class_=re.compile(r"^Mso(?:Title|Heading|ListParagraph)", re.IGNORECASE)):
        kind = " ".join(paragraph.get("class") or [])
        if "List" in kind:
            _as_item(paragraph)
        else:
            level = re.search(r"\d", kind)
            paragraph.name = f"h{min(int(level[0]), 6)}" if level else "h1"


def _as_item(paragraph: Tag) -> None:
    for span in paragraph.find_all("span", style=re.compile("Symbol|Wingdings|mso-list|Courier New")):
        span.decompose()
    paragraph.name = "li"
    paragraph.attrs = {}
    before = paragraph.find_previous_sibling(True)
    if before is not None and before.get("data-list"):
        before.append(paragraph.extract())
    else:
        paragraph.wrap(Tag(name="ul", attrs={"data-list": "1"}))


def _tell_pictures(body: Tag) -> None:
    """A picture is what its text says where that is a sentence or so, and nothing otherwise."""
    for picture in body.find_all("img"):
        told = str(picture.get("alt") or "").strip()
        if len(told.split()) >= WORDS_OF_A_PICTURE:
            picture.replace_with(f" {told} ")
        else:
            picture.decompose()


def _tell_boxes_to_tick(body: Tag) -> None:
    """A box to tick is the sign of one, ticked or not."""
    for box in body.find_all("input", attrs={"type": "checkbox"}):
        box.replace_with(_TICKED if box.has_attr("checked") else _NOT_TICKED)


def _draw_tables(body: Tag) -> None:
    """Preformatted text that draws a table is that table."""
    for text in body.find_all("pre"):
        if drawn := table_of(text.get_text().splitlines()):
            text.replace_with(BeautifulSoup(drawn, "lxml").table or "")


def _definitions_as_lists(soup: BeautifulSoup, body: Tag) -> None:
    for listed in body.find_all("dl"):
        made = soup.new_tag("ul")
        item: Tag | None = None
        for part in listed.find_all(["dt", "dd"]):
            if part.name == "dt" or item is None:
                if item is not None and item.get("data-term"):
                    item.append(" / ")
                else:
                    item = soup.new_tag("li", attrs={"data-term": "1"})
                    made.append(item)
                term = part.get_text(" ", strip=True).rstrip(" :")
                item.append(f"{term}")
            else:
                item.append(": " if item.get("data-term") else "; ")
                del item["data-term"]
                item.extend([child.extract() for child in list(part.contents)] if not part.find(["p", "ul", "ol"]) else [NavigableString(re.sub(r"\s+", " ", part.get_text(" ", strip=True)))])  # fmt: skip
        for item_ in made.find_all("li"):
            item_.attrs.pop("data-term", None)
        listed.replace_with(made)


def _lines_as_paragraphs(soup: BeautifulSoup, body: Tag) -> None:
    """Line breaks: in a paragraph they end it, where the next line begins anew; elsewhere they set off with a semicolon."""
    for line_break in body.find_all("br"):
        holder = line_break.parent
        after, before = _around(line_break)
        joins = not before or not after or after[0].islower() or before[-1] in ".,:;!?"
        if holder is not None and holder.name in {"p", "div", "body", "section", "blockquote", "article"}:
            if after and before and (not after[0].islower() or before[-1] in ".:!?"):
                line_break.attrs["data-ends"] = "1"
            else:
                line_break.replace_with(" ")
        elif holder is not None and holder.name not in {"pre", "code"}:
            line_break.replace_with(" " if joins or holder.name in HEADINGS else "; ")
    for line_break in body.find_all("br", attrs={"data-ends": "1"}):
        rest = soup.new_tag("p")
        paragraph = line_break.parent
        if paragraph is not None and paragraph.name == "p":
            rest.extend([sibling.extract() for sibling in list(line_break.next_siblings)])
            paragraph.insert_after(rest)
            line_break.decompose()
        else:
            line_break.replace_with(soup.new_tag("p"))


def _around(line_break: Tag) -> tuple[str, str]:
    after, before = "", ""
    for sibling in line_break.next_siblings:
        if isinstance(sibling, Tag) and sibling.name == "br":
            break
        after += sibling.get_text() if isinstance(sibling, Tag) else str(sibling)
    for sibling in line_break.previous_siblings:
        if isinstance(sibling, Tag) and sibling.name == "br":
            break
        before = (sibling.get_text() if isinstance(sibling, Tag) else str(sibling)) + before
    return after.strip(), before.strip()


def _mark_headings(body: Tag) -> None:
    """Lines that are bold or underlined throughout and head what follows are headings; so is what a class calls one."""
    for element in body.find_all(["p", "div"]):
        named = element.name == "div" and re.search(
            r"(?:^|[-_ ])(?:header|heading|title)$", " ".join(element.get("class") or []), re.IGNORECASE
        )
        if element.get("role") == "heading" or (
            (named or _is_strong_throughout(element)) and _heads_something(element)
        ):
            level = str(element.get("aria-level") or "")
            element.name = f"h{level}" if level in "123456" and level else "h6"
            element.attrs = {} if level else {"data-under": "1"}
            for strong in element.find_all(["b", "strong", "u"]):
                strong.unwrap()


def _is_strong_throughout(element: Tag) -> bool:
    if element.name != "p" or element.find_parent(["li", "td", "th", "blockquote"]):
        return False
    strong = "".join(part.get_text() for part in element.find_all(["b", "strong", "u"]) if not part.find_parent(["b", "strong", "u"]))  # fmt: skip
    text = element.get_text()
    return len(re.sub(r"\W", "", text)) > 1 and re.sub(r"\W", "", strong) == re.sub(r"\W", "", text)


def _heads_something(element: Tag) -> bool:
    text = element.get_text(" ", strip=True)
    following = element.find_next_sibling(True)
    if following is None and element.parent is not None and element.name == "div":
        following = element.parent.find_next_sibling(True)
    if not text or len(text) > LONGEST_HEADING or re.search(r"[.,;!]$", text) or element.find([*HEADINGS, "p", "ul", "table", "img"]):  # fmt: skip
        return False
    return following is not None and following.name not in HEADINGS and not _is_strong_throughout(following)
