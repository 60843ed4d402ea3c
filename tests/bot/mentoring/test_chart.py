"""The chart is a small picture that is read at a glance."""

import datetime as dt
import io
from collections import Counter

import pytest
from PIL import Image

from bot.mentoring.chart import BLUE, MOST, VERMILION, WIDTH, Sheet, _sheet, chart
from bot.mentoring.report import Group, Report, Tally

UNTIL = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
SINCE = UNTIL - dt.timedelta(days=30)
LONG = "What does a senior backend engineer earn in Norway, and does that include a bonus of $1 or $2 or stock? "


NONE = Tally()


def report(topics: Tally = NONE, gaps: Tally = NONE, people: int = 9) -> Report:
    return Report(SINCE, UNTIL, 40, people, gaps=gaps, topics=topics)


def tally(*labels: str, others: int = 0) -> Tally:
    return Tally(tuple(Group(label, 2 * len(labels) + 3 - n, 3) for n, label in enumerate(labels)), others)


def picture(made: Report) -> Image.Image:
    return Image.open(io.BytesIO(chart(made))).convert("RGB")


def colours(image: Image.Image) -> Counter[str]:
    found = image.getcolors(maxcolors=1 << 24) or []
    return Counter({f"#{bytes(colour).hex().upper()}": number for number, colour in found if isinstance(colour, tuple)})


FULL = report(
    tally(*(f"{n} {LONG}" for n in range(9)), others=123), tally(*(f"{n} {LONG}" for n in range(9)), others=7)
)


def test_it_is_as_wide_as_slack_shows_it_and_light() -> None:
    png = chart(FULL)
    assert len(png) < 150_000
    image = Image.open(io.BytesIO(png))
    assert (image.format, image.width) == ("PNG", WIDTH)
    assert image.height <= 1.1 * WIDTH


def test_topics_and_gaps_have_colours_of_their_own() -> None:
    both = colours(picture(report(tally("Pay"), tally("Why?"))))
    assert both[BLUE] > 5_000
    assert both[VERMILION] > 5_000
    assert VERMILION not in colours(picture(report(tally("Pay"))))
    assert BLUE not in colours(picture(report(gaps=tally("Why?"))))


def test_a_bar_is_as_long_as_its_number() -> None:
    image = picture(report(Tally((Group("a", 40, 9), Group("b", 20, 9), Group("c", 10, 9)))))
    blue = tuple(bytes.fromhex(BLUE[1:]))
    long = [sum(image.getpixel((x, y)) == blue for x in range(image.width)) for y in range(image.height)]
    bars = sorted({number for number, times in Counter(long).items() if number > 80 and times >= 20}, reverse=True)
    assert len(bars) == 3
    assert bars[1] / bars[0] == pytest.approx(1 / 2, abs=0.02)
    assert bars[2] / bars[0] == pytest.approx(1 / 4, abs=0.02)


def test_nothing_is_written_over_the_edge() -> None:
    image = picture(FULL)
    edges = [image.crop((WIDTH - 30, 0, WIDTH, image.height)), image.crop((0, image.height - 20, WIDTH, image.height))]
    assert all(edge.getcolors() == [(edge.width * edge.height, (255, 255, 255))] for edge in edges)


def test_a_huge_number_stays_in_the_picture() -> None:
    image = picture(report(Tally((Group("Pay", 123_456, 7_890),)), people=9_999))
    edge = image.crop((WIDTH - 30, 0, WIDTH, image.height))
    assert edge.getcolors() == [(edge.width * edge.height, (255, 255, 255))]


def written(text: str, size: int = 29) -> str:
    sheet: Sheet = _sheet(400)
    sheet.write(text, size)
    return str(sheet.canvas.figure.texts[0].get_text())


def test_a_long_label_ends_with_an_ellipsis() -> None:
    assert written("Pay") == "Pay"
    cut = written(LONG * 3)
    assert cut.endswith("…")
    assert 50 < len(cut) < 100
    assert LONG.startswith(cut[:40])


def test_a_label_is_no_formula_and_signs_that_no_font_has_are_left_out() -> None:
    assert written("from $1 to $2^9") == "from $1 to $2^9"
    assert written("pay 🙂 \ue000now") == "pay now"
    assert written("\ue000") == "?"


@pytest.mark.parametrize("empty", [Report(SINCE, UNTIL), report(tally(others=9), tally(others=3))])
def test_with_nothing_to_show_it_says_so(empty: Report) -> None:
    found = colours(picture(empty))
    assert BLUE not in found
    assert VERMILION not in found
    assert len(found) > 2


def test_the_same_report_is_the_same_picture() -> None:
    assert chart(FULL) == chart(FULL)


def test_no_more_bars_are_drawn_than_can_be_read() -> None:
    assert picture(report(tally(*"abcdefgh"))).height == picture(report(tally(*"abcdefghijkl"))).height
    assert MOST <= 5
