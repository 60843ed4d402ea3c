"""Whatever stands in `.env` or the environment is taken or refused by name: no other exception, soon, no secret shown."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.records.address import postgres_arguments
from bot.settings import Settings
from knowledge.documents.formats import front_matter
from tests.anything import HOSTILE, SECONDS, TEXTS, often, seconds_of

ADDRESS = st.lists(
    st.one_of(TEXTS, st.sampled_from(["postgresql://", "http://", "https://", "sqlite", ":", "@", "/", "?", "#", "[", "]", "::1", "localhost", ":5432", ":99999", "user", "p%40ss", "sslmode=require", "connect_timeout=1", "&", "=", ","])),
    max_size=8,
).map("".join)  # fmt: skip
FIELDS = sorted(set(Settings.model_fields) - {"knowledge_dir"})
MATTER = st.lists(
    st.one_of(TEXTS, st.sampled_from(["---\n", "+++\n", ";;;\n", "title: ", "&a ", "*a", "<<: *a", "[", "]", "{", "}", "\n", "- ", ": ", '"', "'", "!!python/object:os.system ", "a = 1\n", '{"a": 1}', "2026-13-45", "|", ">"])),
    max_size=14,
).map("".join)  # fmt: skip


def load(values: dict[str, Any]) -> str:
    """What is said where the settings are refused."""
    try:
        Settings.load(_env_file=None, **values)
    except SettingsError as error:
        return str(error)
    return ""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What reading settings imports at first takes longer than reading them."""
    load({"chat_model": "provider:model"})


@often(300)
@given(st.dictionaries(st.sampled_from(FIELDS), st.one_of(TEXTS, ADDRESS), min_size=1, max_size=4))
def test_values_of_any_kind_are_taken_or_refused_by_name_without_being_shown(values: dict[str, Any]) -> None:
    told = ""

    def loading() -> None:
        nonlocal told
        told = load(values)

    assert seconds_of(loading) < SECONDS
    if told:
        assert any(name.upper() in told for name in values)
        said_of_any = load(dict.fromkeys(values, "?"))
        assert not [
            value for value in values.values() if len(value) > 12 and value in told and value not in said_of_any
        ]


@often(300)
@given(ADDRESS)
def test_any_address_of_a_database_is_understood_or_refused_without_being_shown(address: str) -> None:
    told = "DATABASE_URL"

    def reading() -> None:
        nonlocal told
        try:
            postgres_arguments(address)
        except SettingsError as error:
            told = str(error)

    assert seconds_of(reading) < SECONDS
    assert "DATABASE_URL" in told


@often(300)
@given(MATTER)
def test_any_front_matter_is_read_or_stays_text(text: str) -> None:
    def reading() -> None:
        front_matter(f"---\n{text}\n---\nText.")
        front_matter(text)

    assert seconds_of(reading) < SECONDS


def test_hostile_addresses_and_front_matter_are_read_soon() -> None:
    for text in HOSTILE:
        for many in (text, f"postgresql://{text}@{text}/{text}?{text}", f"---\n{text}\n---\n"):
            assert seconds_of(lambda many=many: load({"database_url": many})) < SECONDS  # type: ignore[misc]
            assert seconds_of(lambda many=many: front_matter(many)) < SECONDS  # type: ignore[misc]
