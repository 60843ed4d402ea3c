"""What a document states about itself is found where people and programs write it."""

import datetime
from typing import Any

import pytest

from knowledge.documents.stated import stated


@pytest.mark.parametrize(
    ("fields", "edition"),
    [
        ({"edition": "3rd"}, "3rd"),
        ({"date": datetime.date(2026, 1, 20)}, "2026-01-20"),
        ({"date": datetime.datetime(2026, 1, 20, 9, tzinfo=datetime.UTC)}, "2026-01-20"),
        ({"date": "2024-01-01", "lastmod": "2025-03-02"}, "2025-03-02"),
        ({"last_update": {"date": "4/2025", "author": "Kim"}}, "4/2025"),
        ({"article:published_time": "2025-07-01T08:00:00Z"}, "2025-07-01"),
        ({"Version": "2.1"}, ""),
        ({"date": "soon"}, ""),
    ],
)
def test_the_edition_is_in_the_fields(fields: dict[str, Any], edition: str) -> None:
    assert stated(fields, "# Baker\n\nBakes.").get("edition", "") == edition


@pytest.mark.parametrize(
    ("line", "edition"),
    [
        ("Edition: 2025-09", "2025-09"),
        ("*Last revised: March 2026*", "March 2026"),
        ("Updated 11/2025", "11/2025"),
        ("By Ana Gil – Updated Jan 9, 2026 – 6 min read", "Jan 9, 2026"),
        ("Created by Jo Day, last modified by Ray Oz on Feb 11, 2026", "Feb 11, 2026"),
        ("Last edited: February 3, 2026 4:12 PM", "February 3, 2026"),
        ("Bakers' handbook | Edition 2026-02 | Page 1 of 3", "2026-02"),
        ("Stand: 2. Februar 2026", "2. Februar 2026"),
        ("Mis à jour le 1er mars 2025", "1er mars 2025"),
        ("Updated pay of 2026 follows below", ""),
        ("Pay was last revised by 3 % in March 2026", ""),
        ("In March 2026 we moved.", ""),
        ("Edition: [YYYY-MM]", ""),
    ],
)
def test_the_edition_is_in_a_line_that_says_no_more_than_that(line: str, edition: str) -> None:
    assert stated({}, f"# Baker\n\n{line}\n\nBakes.").get("edition", "") == edition
    assert stated({}, "# Baker\n\nBakes.", [line]).get("edition", "") == edition


@pytest.mark.parametrize(
    ("lines", "edition"),
    [
        (["Issue 12, April 2025, supersedes Issue 11"], "April 2025"),
        (["Rundschreiben Nr. 4/25, 2. Februar 2025"], "2. Februar 2025"),
        (["Page 1, April 2025", "Page 2, April 2025"], ""),
        (["Room 12, April 2025 to May 2026"], ""),
    ],
)
def test_a_line_around_the_text_that_dates_what_it_numbers_states_the_edition(lines: list[str], edition: str) -> None:
    assert stated({}, "# Baker\n\nBakes.", lines).get("edition", "") == edition


def test_lines_in_the_middle_and_headings_state_nothing() -> None:
    lines = "\n\n".join(["Bakes bread."] * 20)
    assert stated({}, f"# Updated March 2026\n\n{lines}\n\nEdition: 2025-01\n\n{lines}") == {}


def test_region_role_and_source_are_found_in_fields_and_in_lines() -> None:
    assert stated({"params": {"region": "Chile"}, "tags": ["a"]}, "") == {"region": "Chile"}
    assert stated({}, "# A\n\n**Region:** Peru\n\n- Role: baker\n") == {"region": "Peru", "role": "baker"}
    assert stated({"region": "Chile"}, "Region: Peru\n") == {"region": "Chile"}


def test_a_file_of_several_documents_states_no_edition() -> None:
    assert stated({"edition": ""}, "# A\n\nUpdated 11/2025\n") == {}
