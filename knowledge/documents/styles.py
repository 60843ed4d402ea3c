"""What a page says by style alone, told in tags: text that is struck out, bold, set larger as headings are, or in a box of its own.

Programs that export pages (Google Docs, Word, editors in a browser) write `<span class="c7">` and a rule for `.c7`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import soupsieve
from bs4 import BeautifulSoup, Comment, Tag

from knowledge.documents.dialects import LONGEST_HEADING
from knowledge.documents.labels import HEADINGS

MOST_RULES = 2000
"""Rules of a page's own that are looked at; a page exported by a program has some dozens."""
LARGER = 1.15
"""How much larger than most of the text a heading is set; programs step by 1.2 or more."""
BOLD = 600
"""The weight from which on letters are bold, as in CSS."""
_ROOT_SIZE = 16.0
_TELLING = re.compile(r"\b(?:text-decoration|font|background|border|padding)", re.IGNORECASE)
_NO_BOX = re.compile(r"^(?:0\w*|none|transparent|inherit|initial|unset)?$")
"""Values that draw nothing."""
_IN_LINES = ["span", "em", "strong", "b", "i", "small"]
_AT_RULES = re.compile(r"@[\w-]+[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*\})")
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_LAST_PART = re.compile(r"[\w.#-]+$")
_SIZE = re.compile(r"([\d.]+)(pt|px|rem|em|%)")
_PIXELS = {"px": 1.0, "pt": 4 / 3, "rem": _ROOT_SIZE}
_NEVER_A_HEADING = ["li", "td", "th", "blockquote", "figure", "pre", *HEADINGS]
_BLOCKS = [*HEADINGS, "p", "div", "ul", "ol", "table", "img", "section", "pre", "blockquote"]

Declared = dict[int, dict[str, str]]
"""The declarations that hold for an element, by its identity."""


def tell_styles(soup: BeautifulSoup) -> None:
    """Take out what is struck out by style, give what is bold or set larger by style the tags that say so, and tell which parts of
    a line stand in a box of their own (`data-boxed`).
    """
    declared = _declared(soup)
    if not declared:
        return
    for element in soup.find_all(True):
        if not element.decomposed and _is_struck(declared.get(id(element), {})):
            element.decompose()
    _tell_headings(soup, declared)
    for element in soup.find_all(["span", "font", "p", "div"]):
        if _is_bold(declared.get(id(element), {})) and not _has_lighter(element, declared):
            _make_bold(soup, element)
    for element in soup.find_all(_IN_LINES):
        if _is_boxed(declared.get(id(element), {})):
            element["data-boxed"] = "1"


def _declared(soup: BeautifulSoup) -> Declared:
    """What the rules of the page and the attributes of its elements declare, the later over the earlier."""
    found: Declared = defaultdict(dict)
    there = _by_names(soup)
    for selector, declarations in _rules(soup):
        for element in _selected(there, selector):
            found[id(element)].update(declarations)
    for element in soup.find_all(style=_TELLING):
        found[id(element)].update(_declarations(str(element["style"])))
    return dict(found)


def _rules(soup: BeautifulSoup) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each selector of the page's own rules with what it declares, where that is of text."""
    css = "\n".join(style.get_text() for style in soup.find_all("style"))
    css = _AT_RULES.sub(" ", re.sub(r"/\*.*?\*/|<!--|-->", " ", css, flags=re.DOTALL))
    rules = (rule for rule in _RULE.finditer(css) if _TELLING.search(rule[2]))
    for _, rule in zip(range(MOST_RULES), rules, strict=False):
        for selector in rule[1].split(","):
            yield selector.strip(), _declarations(rule[2])


def _declarations(text: str) -> dict[str, str]:
    pairs = (part.split(":", 1) for part in text.lower().split(";") if ":" in part)
    return {name.strip(): value.replace("!important", "").strip() for name, value in pairs}


def _by_names(soup: BeautifulSoup) -> Mapping[str, Sequence[Tag]]:
    """The elements of a page by "name", ".class" and "#id", and all of them by ""."""
    found: dict[str, list[Tag]] = defaultdict(list)
    for element in soup.find_all(True):
        kinds = {f".{kind}" for kind in element.get("class") or []}
        for name in ("", element.name, f"#{element.get('id')}", *kinds):
            found[name].append(element)
    return found


def _selected(there: Mapping[str, Sequence[Tag]], selector: str) -> Sequence[Tag]:
    """The elements that a selector selects; none for one that depends on what a reader does."""
    last = _LAST_PART.search(selector)
    if ":" in selector or last is None:
        return []
    name, _, kinds = last[0].partition(".")
    name, _, key = name.partition("#")
    near = there.get(f"#{key}" if key else f".{kinds.split('.')[0]}" if kinds else name, ())
    found = [element for element in near if not name or element.name == name]
    if last[0] == selector and "." not in kinds:
        return found
    try:
        compiled = soupsieve.compile(selector)
    except soupsieve.SelectorSyntaxError:
        return []
    return [element for element in found if compiled.match(element)]


def _is_struck(declared: Mapping[str, str]) -> bool:
    return "line-through" in declared.get("text-decoration", "") + declared.get("text-decoration-line", "")


def _is_bold(declared: Mapping[str, str]) -> bool:
    weight = declared.get("font-weight", "")
    return weight in {"bold", "bolder"} or (weight.isdigit() and int(weight) >= BOLD)


def _is_boxed(declared: Mapping[str, str]) -> bool:
    """Whether a background or border is drawn with room between it and the words, or round: marked words have a background only."""
    drawn = any(_draws(declared, name) for name in ("background", "background-color", "border"))
    return drawn and any(_draws(declared, name) for name in ("padding", "border-radius"))


def _draws(declared: Mapping[str, str], name: str) -> bool:
    return not all(_NO_BOX.match(part) for part in declared.get(name, "").split())


def _has_lighter(element: Tag, declared: Declared) -> bool:
    weights = (declared.get(id(inner), {}).get("font-weight", "") for inner in element.find_all(True))
    return any(weight and not _is_bold({"font-weight": weight}) for weight in weights)


def _make_bold(soup: BeautifulSoup, element: Tag) -> None:
    if element.find(_BLOCKS) or not element.get_text(strip=True) or element.find_parent([*HEADINGS, "b", "strong"]):
        return
    if element.name in {"span", "font"}:
        element.name = "b"
    else:
        bold = soup.new_tag("b")
        bold.extend([child.extract() for child in list(element.contents)])
        element.append(bold)


def _tell_headings(soup: BeautifulSoup, declared: Declared) -> None:
    """Short paragraphs in larger letters than the text has are headings, the largest of the first level."""
    sizes = _sizes(soup, declared)
    possible = {id(p): size for p in soup.find_all(["p", "div"]) if (size := _heading_size(p, sizes))}
    usual = _usual_size(soup, sizes, possible)
    large = {key: size for key, size in possible.items() if size >= LARGER * usual}
    levels = sorted(set(large.values()), reverse=True)
    are_marked = any(heading.get_text(strip=True) for heading in soup.find_all(HEADINGS))
    for paragraph in soup.find_all(["p", "div"]):
        size = large.get(id(paragraph), 0.0)
        if size and size == levels[0] and are_marked and _stands_first(paragraph):
            paragraph.name, paragraph.attrs = "p", {"class": "title"}
        elif size and _heads_something(paragraph, size, large):
            paragraph.name = "h6" if are_marked else f"h{min(levels.index(size) + 1, 6)}"
            paragraph.attrs = {"data-under": "1"} if are_marked else {}


def _stands_first(paragraph: Tag) -> bool:
    """Whether nothing but headers of pages stands before a paragraph, neither text nor a heading."""
    before = paragraph.find_previous(string=lambda text: bool(text and text.strip()) and not isinstance(text, Comment))
    return before is None or bool(before.find_parent(["head", "header"]) or before.find_parent("div", title="header"))


def _sizes(soup: BeautifulSoup, declared: Declared) -> dict[int, float]:
    """The size of each element's letters in pixels."""
    sizes: dict[int, float] = {}
    for element in soup.find_all(True):
        around = sizes.get(id(element.parent), _ROOT_SIZE)
        said = _SIZE.search(declared.get(id(element), {}).get("font-size", ""))
        if said is None or said[1].count(".") > 1 or said[1] == ".":
            sizes[id(element)] = around
        else:
            one = {"em": around, "%": around / 100}.get(said[2]) or _PIXELS[said[2]]
            sizes[id(element)] = round(float(said[1]) * one, 1)
    return sizes


def _usual_size(soup: BeautifulSoup, sizes: Mapping[int, float], possible: Mapping[int, float]) -> float:
    """The size of most letters in what cannot be a heading, or where all can be, of all letters."""
    texts, others = Counter[float](), Counter[float]()
    for text in (soup.body or soup).find_all(string=True):
        holder = text.parent
        if holder is None or isinstance(text, Comment) or holder.name in {*HEADINGS, "style"}:
            continue
        block = holder if holder.name in {"p", "div"} else holder.find_parent(["p", "div", *_NEVER_A_HEADING])
        headed = id(block) in possible
        (others if headed else texts)[sizes.get(id(holder), _ROOT_SIZE)] += len(text.strip())
    letters = texts if +texts else others
    return letters.most_common(1)[0][0] if letters else _ROOT_SIZE


def _heading_size(paragraph: Tag, sizes: Mapping[int, float]) -> float:
    """The size of a paragraph's smallest letters, where it may be a heading; else 0."""
    if paragraph.find(_BLOCKS) or paragraph.find_parent(_NEVER_A_HEADING):
        return 0.0
    text = paragraph.get_text(" ", strip=True)
    if not 0 < len(text) <= LONGEST_HEADING or text.endswith((".", ",", ";")):
        return 0.0
    return min(sizes.get(id(part.parent), 0.0) for part in paragraph.find_all(string=True) if part.strip())


def _heads_something(paragraph: Tag, size: float, large: Mapping[int, float]) -> bool:
    """Whether text follows, or a smaller heading."""
    following = paragraph.find_next(lambda tag: tag.name in {"p", "div", "ul", "ol", "table", *HEADINGS} and tag.get_text(strip=True))  # fmt: skip
    return isinstance(following, Tag) and large.get(id(following), 0.0) < size
