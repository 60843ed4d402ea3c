"""Several editions of one guide are noticed by what they are called and what they say; the newest answers."""

from pathlib import Path

import pytest

from bot.answering.conversation import Conversation
from knowledge.editions import editions, left_out
from knowledge.passages import Document, Guide, Passage, split
from knowledge.search.encoder import LocalEncoder
from tests.building import advisor_over, searcher_over

TEXT = "# Staff handbook\n\n## Pay\n\nA carpenter earns {} dollars.\n\n## Leave\n\nEverybody has 25 days.\n"


def passages(*guides: Guide, text: str = TEXT) -> list[Passage]:
    return [p for n, guide in enumerate(guides) for p in split(Document(guide, text.format(f"{27 + n},000")))]


def paths(*guides: Guide) -> list[list[str]]:
    return [[edition.path for edition in group] for group in editions(passages(*guides))]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (Guide("archive/Handbook 2021.md", "Staff handbook"), Guide("Handbook 2026.md", "Staff handbook")),
        (Guide("2021/pay.md", "Pay"), Guide("2026/pay.md", "Pay")),
        (Guide("pay_2025-03.pdf", "Pay"), Guide("pay_2025-11.docx", "Pay")),
        (Guide("2023-24.md", "Pay 2023-24"), Guide("2024-25.md", "Pay 2024-25")),
        (Guide("pay.md", "Pay", edition="2022"), Guide("old/pay.md", "Pay", edition="2024")),
        (Guide("Pay v1 2022.md", "Pay"), Guide("Pay v2 2024.md", "Pay")),
        (Guide("cook-guide-2024.md", "Cook career guide"), Guide("Cook career guide 2025.docx", "Cook career guide")),
        (Guide("pay 2024.md", "Pay", region="Spain"), Guide("pay 2026.md", "Pay")),
        (
            Guide("Archiv/Pay_North_2024.txt", "Pay North 2024"),
            Guide("Pay_North_2026.md", "Monthly pay, northern branches"),
        ),
        (Guide("old/Ladder_Fassung2_2022.txt", "Ladder, Fassung 2 (2022)"), Guide("Ladder.md", "The way up")),
        (Guide("Pay rev. 3 2022.md", "Pay"), Guide("Pay rev. 4 2023.md", "Pay")),
    ],
)
def test_the_newest_edition_comes_first(older: Guide, newer: Guide) -> None:
    assert paths(older, newer) == paths(newer, older) == [[newer.path, older.path]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Guide("a/pay.md", "Pay"), Guide("b/pay.md", "Pay")),
        (Guide("Carpenter 2021.md", "Carpenter"), Guide("Joiner 2026.md", "Joiner")),
        (Guide("London/pay 2021.md", "Pay"), Guide("Leeds/pay 2026.md", "Pay")),
        (Guide("pay 2021.md", "Pay", region="Spain"), Guide("pay 2026.md", "Pay", region="Italy")),
        (Guide("pay 2026.md", "Pay"), Guide("old/pay 2026.md", "Pay")),
        (Guide("Level 3.md", "Level 3"), Guide("Level 4.md", "Level 4")),
        (Guide("pay-oslo-2024.md", "Pay"), Guide("pay-bergen-2026.md", "Pay")),
        (Guide("pay 2024.md", "Pay"), Guide("pay.md", "Pay")),
        (Guide("old/pay.md", "Pay"), Guide("pay.md", "Pay")),
    ],
)
def test_what_only_looks_alike_stays(one: Guide, other: Guide) -> None:
    assert paths(one, other) == []


def test_an_edition_without_a_region_joins_none_of_two_regions_together() -> None:
    spain, italy = (Guide(f"pay {year}.md", "Pay", region=name) for year, name in ((2024, "Spain"), (2025, "Italy")))
    anywhere = Guide("pay 2026.md", "Pay")
    for order in ((spain, anywhere, italy), (italy, spain, anywhere)):
        (group,) = paths(*order)
        assert len(group) == 2
        assert group[0] == anywhere.path


def test_a_table_with_other_columns_is_still_the_same_guide() -> None:
    old, new = Guide("archive/pay_2024.txt", "pay 2024"), Guide("pay_2026.md", "Monthly pay")
    now = "# Monthly pay\n\n| Job | At first | Later |\n|---|---|---|\n| Helper | 2,486 | 2,640 |\n| Fitter | 3,128 | {} |\n"
    then = "# pay 2024\n\n| Helper | 2,310 |\n|---|---|\n| Fitter | {} |\n"
    ((first, second),) = editions([*passages(new, text=now), *passages(old, text=then)])
    assert (first.path, second.path) == (new.path, old.path)


def test_a_guide_without_a_date_is_the_newest_of_those_in_the_archive_right_below_it_only() -> None:
    nearest, far = Guide("cooks/handbook.md", "Handbook"), Guide("handbook.md", "Handbook")
    old = Guide("cooks/archive/handbook 2020.md", "Handbook")
    assert paths(far, nearest, old) == [[nearest.path, old.path]]
    pay, other = Guide("pay.md", "How we pay"), Guide("2026.md", "Pay 2026")
    assert paths(pay, Guide("archive/pay 2024.md", "Pay 2024"), other) == [["2026.md", "archive/pay 2024.md"]]


async def test_a_guide_without_a_date_answers_before_those_of_its_archive(
    encoder: LocalEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "guides"
    for name, pay in (("Handbook", "36,500"), ("archive/Handbook 2021", "27,000")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(TEXT.format(pay), encoding="utf-8")
    advisor = advisor_over(searcher_over(tmp_path / "index", folder, encoder), encoder)
    now = await advisor.answer(Conversation.of(["What does a carpenter earn?"]))
    then = await advisor.answer(Conversation.of(["What did a carpenter earn in 2021?"]))
    assert "36,500" in now.text
    assert "27,000" not in now.text
    assert then.text.endswith("_This is from the edition of 2021; there is a newer one._")


def test_guides_that_say_different_things_are_no_editions() -> None:
    first, second = Guide("Notes 2021.md", "Notes"), Guide("Notes 2026.md", "Notes")
    found = [*passages(first), *passages(second, text="# Notes\n\n## Tools\n\nA saw needs {} teeth.\n")]
    assert editions(found) == ()


def test_a_question_is_about_the_years_it_names_else_about_the_newest() -> None:
    groups = editions(passages(*(Guide(f"pay {year}.md", "Pay") for year in (2021, 2023, 2026))))
    assert left_out(groups, "What is the pay?") == {"pay 2021.md", "pay 2023.md"}
    assert left_out(groups, "What was the pay in 2021?") == {"pay 2023.md", "pay 2026.md"}
    assert left_out(groups, "Did pay rise from 2021 to 2026?") == {"pay 2023.md"}
    assert left_out(groups, "Pay in 1999?") == {"pay 2021.md", "pay 2023.md"}
    assert left_out(groups, "What is the pay?", {"pay 2021.md", "other.md"}) == frozenset()


async def test_the_newest_edition_answers_and_an_older_one_when_it_is_asked_for(
    encoder: LocalEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "guides"
    for name, pay in (("Handbook 2026", "36,500"), ("Handbook 2023", "30,000"), ("archive/Handbook 2021", "27,000")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(TEXT.format(pay), encoding="utf-8")
    searcher = searcher_over(tmp_path / "index", folder, encoder)
    for question, year in (("What does a carpenter earn?", "2026"), ("What did a carpenter earn in 2021?", "2021")):
        assert {hit.passage.guide.edition for hit in await searcher.search(question)} == {year}
    older = frozenset(["Handbook 2023.md"])
    assert {h.passage.guide.edition for h in await searcher.within(older).search("What is the pay?")} == {"2023"}


async def test_an_answer_from_an_older_edition_says_so(encoder: LocalEncoder, tmp_path: Path) -> None:
    folder = tmp_path / "guides"
    folder.mkdir()
    for year, pay in ((2026, "36,500"), (2021, "27,000")):
        (folder / f"Handbook {year}.md").write_text(TEXT.format(pay), encoding="utf-8")
    advisor = advisor_over(searcher_over(tmp_path / "index", folder, encoder), encoder)
    then = await advisor.answer(Conversation.of(["What did a carpenter earn in 2021?"]))
    now = await advisor.answer(Conversation.of(["What does a carpenter earn?"]))
    assert "27,000" in then.text
    assert then.text.endswith("_This is from the edition of 2021; the newest is that of 2026._")
    assert "36,500" in now.text
    assert "edition" not in now.text


@pytest.mark.parametrize(
    "question",
    ["How has pay changed since 2021?", "Wie viel mehr ist es seit 2021?", "What was paid before the year 2021?"],
)
def test_a_year_that_is_a_bound_names_no_edition(question: str) -> None:
    groups = editions(passages(Guide("2021/pay.md", "Pay"), Guide("2026/pay.md", "Pay")))
    assert left_out(groups, question) == {"2021/pay.md"}
    assert left_out(groups, "What was it in 2021?") == {"2026/pay.md"}
