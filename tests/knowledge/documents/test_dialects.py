"""Markdown says the same in every dialect, and plain Markdown stays as it is written."""

import pytest

from knowledge.documents.dialects import NOT_FILLED_IN, embeds_not_read
from knowledge.documents.formats import title_of
from knowledge.documents.markdown import markdown_as_plain

PLAIN = """# Gardener

Gardeners *plant*, and
they water[^].

- one
    - two
- **three**: four

| Bed | Days |
|-----|------|
| A   | 2    |

```
<b># not a heading</b>
```
"""


def test_plain_markdown_stays_as_it_is_written() -> None:
    assert markdown_as_plain(PLAIN).strip() == PLAIN.strip()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Pay\n===\n\nMuch.", "# Pay\n\nMuch."),
        ("# A\n\n**Mason**\n\nLays stones.", "# A\n\n## Mason\n\nLays stones."),
        ("Level | Pay\n--- | ---\nA | 1", "| Level | Pay |\n| --- | --- |\n| A | 1 |"),
        ("It pays ~~1~~ 2 euros.", "It pays 2 euros."),
        ("It pays &pound;5&#32;000.", "It pays £5 000."),
        ("Grade\n:   A number.", "- Grade: A number."),
        ("For grades <E4 it is 1, for >E4 it is 2.", "For grades <E4 it is 1, for >E4 it is 2."),
        ("See [[Roles/Cook|the cook]] and ==salt==. ^block", "See the cook and salt."),
        (f"Next: Cook II (Cook%20II%20{'0a' * 16}.md)", "Next: Cook II"),
        ("First line  \nSecond line", "First line\n\nSecond line"),
        ("It pays 5[^n].\n\n[^n]: Before tax.", "It pays 5 (Before tax)."),
        ("{/* for authors */}Text.{: .lead}", "Text."),
    ],
)
def test_what_a_dialect_writes_is_told_in_plain_markdown(written: str, read: str) -> None:
    assert markdown_as_plain(written).strip() == read


@pytest.mark.parametrize(
    "written",
    [
        '=== "Night"\n\n    Pays 5.',
        '??? note "Night"\n    Pays 5.',
        ":::tip Night\n\nPays 5.\n\n:::",
        ":::{admonition} Night\nPays 5.\n:::",
        "```{note} Night\nPays 5.\n```",
        "> [!NOTE] Night\n> Pays 5.",
        "<details><summary>Night</summary>\n\nPays 5.\n\n</details>",
        '<Tabs>\n  <TabItem value="n"\n    label="Night">\n\n    Pays 5.\n\n  </TabItem>\n</Tabs>',
    ],
)
def test_labels_of_boxes_and_tabs_head_what_is_in_them_and_nothing_after(written: str) -> None:
    read = markdown_as_plain(f"# Shifts\n\n{written}\n\nFor all.").strip()
    assert read == "# Shifts\n\n## Night\n\nPays 5.\n\n# Shifts\n\nFor all."


@pytest.mark.parametrize("place", ["{{ pay.low }}", "$salary_low$", "${salary}", "<%= pay %>", "%(pay)s"])
def test_a_place_that_nobody_filled_in_says_so(place: str) -> None:
    assert markdown_as_plain(f"It pays {place}.").strip() == f"It pays {NOT_FILLED_IN}."


def test_code_is_no_title_and_neither_is_the_first_of_many_sections() -> None:
    assert title_of("```\n# make it\n```\n\n## One\n\n## Two") == ""
    assert title_of("# One\n\nText.\n\n# Two") == ""
    assert title_of("# Whole\n\n## One") == "Whole"


def test_files_that_a_note_embeds_are_named() -> None:
    text = "Rates: ![[rates.png|300]] and ![[Pay 2026]].\n\n```\n![[code.png]]\n```\n\n![[rates.png]]\n"
    assert list(embeds_not_read(text)) == ["what it embeds is not read with it: rates.png, Pay 2026"]
    assert list(embeds_not_read("[[Linked]] only.")) == []
