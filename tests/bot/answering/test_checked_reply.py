"""A model's reply on its way to the reader."""

from collections.abc import Sequence

import pytest

from bot.answering import wording
from bot.answering.chat_model import Ending
from bot.answering.checked_reply import CheckedReply, Composed
from bot.answering.checking import Checker
from bot.answering.conversation import Conversation, Coverage
from tests.conftest import passage
from tests.openai_server import Fault, OpenAIServer
from tests.scripted_model import NONE_GOOD, composer_at, parts, speaking

PASSAGES = [
    passage("A baker earns 2,900 euros a month. Apprentices earn 900 euros a month.", "Baker", "Pay"),
    passage("Bakers start work at four in the morning. They knead dough and fire ovens.", "Baker", "Work", position=1),
]
PAY = "A baker earns 2,900 euros a month. [1]"
YOUNG = "Apprentices earn 900 euros a month. [1]"
EARLY = "Bakers start work at four in the morning. [2]"
DOUGH = "They knead dough and fire ovens. [2]"
LIE = "A baker earns 9,900 euros a month. [1]"
VAGUE = "So dough is how a baker spends the early part of a working day. [2]"


async def _composed(
    checker: Checker,
    reply: str,
    server: OpenAIServer | None = None,
    heard: list[str] | None = None,
    *,
    cut: bool = False,
    question: str = "",
) -> Composed:
    async with server or speaking("") as running:
        composer = composer_at(running.url)
        messages = composer.messages(Conversation.of(["What do bakers earn?"]), PASSAGES)

        async def hear(piece: str) -> None:
            assert heard is not None
            heard.append(piece)

        listener = hear if heard is not None else None
        checked = CheckedReply(composer, checker, PASSAGES, messages, listener, question=question)
        for word in reply.split(" "):
            await checked.hear(f"{word} ")
        return await checked.finish(ending=Ending.LENGTH if cut else Ending.SAID)


async def test_a_faithful_reply_arrives_whole(checker: Checker) -> None:
    composed = await _composed(checker, f"{PAY} {YOUNG} {EARLY}")
    assert composed.text == f"{PAY} {YOUNG} {EARLY}"
    assert composed.stands
    assert composed.coverage is Coverage.COVERED
    assert composed.withheld == ()


async def test_the_reader_sees_that_a_sentence_was_left_out(checker: Checker) -> None:
    composed = await _composed(checker, f"{PAY} {YOUNG} {EARLY} {LIE} {DOUGH}")
    assert "9,900" not in composed.text
    assert "left out" in composed.text
    assert [one.why for one in composed.withheld] == ["“9,900 euros” is not in the passages"]
    assert composed.stands


@pytest.mark.parametrize("reply", [f"{LIE} {PAY} {YOUNG} {EARLY}", f"{PAY} {LIE} In London it is £4,000. [1]"])
async def test_a_torso_does_not_stand(checker: Checker, reply: str) -> None:
    assert not (await _composed(checker, reply)).stands


async def test_sentences_are_heard_as_they_pass_and_make_the_text(checker: Checker) -> None:
    heard: list[str] = []
    composed = await _composed(checker, f"{PAY} {EARLY}", heard=heard)
    assert len(heard) == 2
    assert "".join(heard).strip() == composed.text


async def test_a_lead_without_its_list_is_not_shown(checker: Checker) -> None:
    reply = f"{PAY} {YOUNG} {EARLY} {DOUGH}\n\nBakers also use:\n\n- 40 ships\n"
    composed = await _composed(checker, reply)
    assert "also use" not in composed.text


ITEMS = "- They knead dough [2]\n- They fire ovens [2]"


@pytest.mark.parametrize(
    ("lead", "why"),
    [
        ("A baker earns £90,000 a year and does this:\n\n", "“£90,000” is not in the passages"),
        ("This is what bakers in London do:\n\n", "“london” is not in the passages"),
        ("## Bakers earn £90,000\n\n", "“£90,000” is not in the passages"),
        ("**Every day from 3 o'clock on**\n\n", "“3” is not in the passages"),
    ],
)
async def test_what_leads_a_list_may_claim_no_figure_or_name_that_the_passages_lack(
    checker: Checker, lead: str, why: str
) -> None:
    composed = await _composed(checker, f"{lead}{ITEMS}")
    assert composed.text.startswith(ITEMS)
    assert "left out" in composed.text
    assert [one.why for one in composed.withheld] == [why]
    assert composed.stands


async def test_the_columns_of_a_table_lose_their_names_where_one_claims_too_much(checker: Checker) -> None:
    rows = "| A baker earns 2,900 euros a month | [1]\n| Apprentices earn 900 euros a month | [1]"
    composed = await _composed(checker, f"| Pay in London, £90,000 at most |\n| --- |\n{rows}")
    assert "90,000" not in composed.text
    assert composed.text.startswith("| |\n| --- |\n| A baker")


async def test_items_below_a_lead_that_was_left_out_do_not_hang_from_an_earlier_one(checker: Checker) -> None:
    composed = await _composed(
        checker, f"{PAY} {YOUNG}\n\nBakers never do this:\n\nBakers in London do this:\n\n{ITEMS}"
    )
    assert "never" not in composed.text
    assert "London" not in composed.text
    assert "They knead dough" in composed.text


async def test_a_list_keeps_its_lead_and_its_layout(checker: Checker) -> None:
    composed = await _composed(
        checker,
        "Pay in this job:\n\n- A baker earns 2,900 euros a month [1]\n- Apprentices earn 900 euros a month [1]\n",
    )
    assert composed.text.splitlines()[0] == "Pay in this job:"
    assert [line[:2] for line in composed.text.splitlines()[2:]] == ["- ", "- "]


async def test_a_sentence_in_doubt_is_looked_at_again(checker: Checker) -> None:
    doubtful = _doubtful(checker)
    kept, dropped = speaking(""), speaking("", verdicts=NONE_GOOD)
    whole = await _composed(checker, f"{PAY} {YOUNG} {EARLY} {doubtful}", kept)
    without = await _composed(checker, f"{PAY} {YOUNG} {EARLY} {doubtful}", dropped)
    assert parts(kept) == parts(dropped) == ["verify"]
    assert doubtful.removesuffix(" [2]") in whole.text
    assert doubtful.removesuffix(" [2]") not in without.text


@pytest.mark.parametrize("verdicts", ["", "I cannot judge that.", "7. yes"])
async def test_where_the_second_look_says_nothing_the_likelier_stands(checker: Checker, verdicts: str) -> None:
    told = await _composed(checker, f"{PAY} {YOUNG} {EARLY} {_doubtful(checker)}", speaking("", verdicts=verdicts))
    assert told.stands


async def test_a_second_look_that_fails_breaks_nothing(checker: Checker) -> None:
    server = speaking("")
    server.faults = [Fault(status=500)] * 9
    assert (await _composed(checker, f"{PAY} {YOUNG} {EARLY} {_doubtful(checker)}", server)).stands


async def test_a_reply_that_was_cut_says_so(checker: Checker) -> None:
    composed = await _composed(checker, f"{PAY} {EARLY} And then they", cut=True)
    assert "And then they" not in composed.text
    assert "broke off" in composed.text


@pytest.mark.parametrize("reply", ["", "Sorry, I cannot help with that.", "<think>hm</think>", "Coverage: not"])
async def test_a_reply_that_says_nothing_does_not_stand(checker: Checker, reply: str) -> None:
    composed = await _composed(checker, reply)
    assert not composed.stands
    assert composed.text == ""


async def test_what_the_guides_do_not_say_makes_the_answer_a_part(checker: Checker) -> None:
    composed = await _composed(checker, f"{PAY} The guide does not say how many days off bakers have.")
    assert composed.coverage is Coverage.PARTLY_COVERED
    assert composed.gaps == ("The guide does not say how many days off bakers have.",)


async def test_a_gap_that_nobody_asked_about_is_told_once_and_without_what_it_claims(checker: Checker) -> None:
    smuggled = "It is not stated that the owner stole money. It is not stated that the king is a thief."
    composed = await _composed(checker, f"{PAY} {smuggled}", question="What do bakers earn?")
    assert composed.text == f"{PAY} {wording.GAP}"
    assert composed.coverage is Coverage.PARTLY_COVERED


def _doubtful(checker: Checker) -> str:
    """A sentence that the checker leaves to the second look."""
    from bot.answering.checking import Standing
    from bot.answering.model_output import Form, Piece

    candidates: Sequence[str] = [
        VAGUE,
        "Getting up early is simply part of baking bread. [2]",
        "If you like mornings and dough, this work may suit you. [2]",
        "The apprenticeship years pay less than the trade itself. [1]",
        "Expect heat, because ovens are fired every day. [2]",
    ]
    plain = [(text, text.rpartition(" [")[0]) for text in candidates]
    judged = ((text, checker.judge(Piece(Form.SENTENCE, bare), PASSAGES)) for text, bare in plain)
    return next(text for text, verdict in judged if verdict.standing is Standing.DOUBTFUL)
