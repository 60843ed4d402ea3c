"""A report says the same in all its formats, and nothing in it is run."""

import csv
import datetime as dt
import io
import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from bot.mentoring.formats import EXPIRING, alternative, as_csv, as_html, as_json, as_markdown
from bot.mentoring.report import NOT_ENOUGH, SMALL_GROUPS, Group, Report, Tally

UNTIL = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
SINCE = UNTIL - dt.timedelta(days=30)
PNG = b"\x89PNG\r\n\x1a\n..."
NASTY = '=HYPERLINK("http://x")|<script>alert(1)</script> & "a", *b* _c_ [d](http://e) `f` <!channel>'
REPORT = Report(
    SINCE,
    UNTIL,
    questions=57,
    people=11,
    gaps=Tally((Group(NASTY, 9, 5), Group("Is there a part-time track?", 4, 3)), 7),
    topics=Tally((Group("Pay › In cities", 21, 8), Group("Skills", 13, 6)), 3),
    liked=17,
    disliked=Tally((Group("Pay", 5, 4),), 1),
    reasons=Tally((Group("It is wrong", 6, 4),), 0),
    expiring=("@SUM(A1)",),
)
NOTHING = Report(SINCE, UNTIL)


class Page(HTMLParser):
    """What a browser shows: the cells of all tables, the words, the addresses of pictures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.images: list[str] = []
        self.tags: set[str] = set()
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in = tag
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")
        if tag == "img":
            self.images.append(dict(attrs)["src"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in == "td":
            self.rows[-1][-1] += data


def counts_of(text: str) -> list[int]:
    """The numbers of questions that are not shown, in the words for them."""
    return [int(number) for number in re.findall(r"and (\d+) other", text)]


def rendered(markdown: str) -> Page:
    return Page(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


def groups_of(page: Page) -> list[tuple[str, int, int]]:
    return [(row[0], int(row[1]), int(row[2])) for row in page.rows if row]


def test_all_formats_have_the_same_numbers() -> None:
    expected = [(g.label, g.questions, g.people) for section in REPORT.sections for g in section.groups]
    others = [section.others for section in REPORT.sections if section.others]
    body = json.loads(as_json(REPORT))
    assert [(g["label"], g["questions"], g["people"]) for g in body["groups"]] == expected
    assert [number for number in body["others"].values() if number] == others
    markdown, html = rendered(as_markdown(REPORT)), Page(as_html(REPORT, PNG))
    assert groups_of(markdown) == groups_of(html) == expected
    assert counts_of("\n".join(markdown.words)) == counts_of("\n".join(html.words)) == others
    rows = [row for row in csv.DictReader(io.StringIO(as_csv(REPORT))) if row["kind"] in body["others"]]
    assert [
        (r["label"].removeprefix("'"), int(r["questions"]), int(r["people"])) for r in rows if r["people"]
    ] == expected
    assert [int(row["questions"]) for row in rows if not row["people"]] == others


def test_all_formats_have_the_same_totals() -> None:
    body = json.loads(as_json(REPORT))
    assert [body[name] for name in ("questions", "people", "helpful", "not_helpful")] == [57, 11, 17, 6]
    rows = {row["label"]: row for row in csv.DictReader(io.StringIO(as_csv(REPORT)))}
    assert (rows["all questions"]["questions"], rows["all questions"]["people"]) == ("57", "11")
    assert (rows["helpful"]["questions"], rows["not helpful"]["questions"]) == ("17", "6")
    for text in (as_markdown(REPORT), as_html(REPORT, PNG)):
        assert (
            "57 questions by 11 people; 20 times the guides had no answer, 0 times only the nearest passages could be shown"
            in text
        )
        assert "17 answers found helpful, 6 not helpful" in text
        assert SMALL_GROUPS in text
        assert EXPIRING in text


def test_no_cell_is_run_as_a_formula() -> None:
    for sign in ("=", "+", "-", "@", " =", "＝"):
        made = Report(SINCE, UNTIL, 3, 3, topics=Tally((Group(f"{sign}1+1", 3, 3),)), expiring=(f"{sign}2",))
        cells = [cell for row in csv.reader(io.StringIO(as_csv(made))) for cell in row]
        assert not [cell for cell in cells if re.match(r"\s*[=+\-@＝]", cell)]
        assert f"'{sign}1+1" in cells


def test_a_label_with_commas_quotes_and_lines_is_one_cell() -> None:
    (row,) = [row for row in csv.DictReader(io.StringIO(as_csv(REPORT))) if row["questions"] == "9"]
    assert row["label"] == f"'{NASTY}"


def test_nothing_in_a_label_is_markup() -> None:
    page = Page(as_html(REPORT, PNG))
    assert "script" not in page.tags
    assert "a" not in page.tags
    assert {"script", "a", "em", "code"}.isdisjoint(rendered(as_markdown(REPORT)).tags)


def test_html_is_one_file_with_the_chart_in_it() -> None:
    text = as_html(REPORT, PNG)
    assert Page(text).images == ["data:image/png;base64,iVBORw0KGgouLi4="]
    assert not re.findall(r'(?:src|href)="(?!data:)', text)
    assert "<link" not in text


@pytest.mark.parametrize("write", [as_markdown, as_json, as_csv, lambda report: as_html(report, PNG)])
def test_where_too_few_people_asked_every_format_says_so(write: object) -> None:
    assert callable(write)
    text = write(NOTHING)
    assert NOT_ENOUGH in text
    assert SMALL_GROUPS not in text


def test_those_who_cannot_see_the_chart_are_told_what_it_shows() -> None:
    told = alternative(REPORT)
    assert "Asked most: Pay › In cities (21); Skills (13)" in told
    assert "part-time track? (4)" in told
    assert NOT_ENOUGH in alternative(NOTHING)
