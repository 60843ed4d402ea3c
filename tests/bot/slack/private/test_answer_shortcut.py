"""The message shortcut "Answer from the career guide"."""

from pathlib import Path
from typing import Any

from bot.answering.advisor import Advisor
from bot.answering.conversation import Coverage
from bot.slack.format.blocks import EDITED_NOTE
from bot.slack.private.answer_shortcut import NOTHING_TO_READ, SHORTCUT
from bot.slack.private.drafting import NOT_HERE
from bot.slack.private.views import DRAFT_TEXT, DRAFT_VIEW
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.scene import ANNA, BEN, PAY, Quoting, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.typed import handed_file


async def drafted(slack: SlackServer, ts: str, channel: str = "C1") -> dict[str, Any]:
    """The window with a draft to a message, which Ben asked for."""
    await slack.shortcut(SHORTCUT, channel, ts, user=BEN)
    await slack.until(lambda: (slack.open_modal(BEN) or {}).get("callback_id") == DRAFT_VIEW)
    view = slack.open_modal(BEN)
    assert view is not None
    return view


def edited(text: str) -> dict[str, Any]:
    return {DRAFT_TEXT: {DRAFT_TEXT: {"type": "plain_text_input", "value": text}}}


def draft_text(view: dict[str, Any]) -> str:
    return str(next(b["element"]["initial_value"] for b in view["blocks"] if b["type"] == "input"))


async def test_a_draft_is_seen_by_nobody_else_and_posted_in_the_thread_with_the_name_of_who_posted_it(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await slack.say("C1", PAY, user=ANNA)
        view = await drafted(slack, ts)
        assert "$120,000" in draft_text(view)
        assert "Average salary" in shown(view)
        assert slack.answers("C1") == []
        await slack.submit(view, edited(draft_text(view)), user=BEN)
        await slack.until(lambda: slack.answers("C1"))
        await slack.until(lambda: slack.open_modal(BEN) is None)
    (posted,) = slack.answers("C1")
    assert posted["thread_ts"] == ts
    assert f"Posted by <@{BEN}>" in shown(posted)
    assert EDITED_NOTE not in shown(posted)


async def test_what_a_person_changed_is_posted_as_changed(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await slack.say("C1", PAY, user=ANNA)
        view = await drafted(slack, ts)
        await slack.submit(view, edited("Ask me <!channel> tomorrow. [1]"), user=BEN)
        await slack.until(lambda: slack.answers("C1"))
    told = shown(slack.answers("C1")[0])
    assert "Ask me" in told
    assert "<!channel>" not in told
    assert EDITED_NOTE in told


async def test_a_discarded_draft_leaves_nothing(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        ts = await slack.say("C1", PAY, user=ANNA)
        view = await drafted(slack, ts)
        await slack.close(view, user=BEN)
        await slack.settled()
        await bot.worker.idle(1)
    assert slack.answers("C1") == []


async def test_a_window_opens_at_once_while_the_draft_is_made(slack: SlackServer, tmp_path: Path) -> None:
    slow = Scripted()
    slow.may_answer.clear()
    async with running(slack, slow, tmp_path):
        ts = await slack.say("C1", PAY, user=ANNA)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await slack.until(lambda: slack.open_modal(BEN))
        assert "Reading the guides" in shown(slack.open_modal(BEN))
        slow.may_answer.set()
        await slack.until(lambda: "Answer to:" in shown(slack.open_modal(BEN)))


async def test_what_the_guides_do_not_answer_offers_nothing_to_post(
    slack: SlackServer, searcher: Searcher, tmp_path: Path
) -> None:
    nothing = Quoting(searcher, "I found no answer to this in the guides.", Coverage.NOT_COVERED)
    async with running(slack, nothing, tmp_path, searcher):
        ts = await slack.say("C1", "What is the salary in London?", user=ANNA)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await slack.until(lambda: "I found no answer" in str(slack.open_modal(BEN)))
    assert "submit" not in (slack.open_modal(BEN) or {})


async def test_where_the_bot_is_no_member_the_window_says_so_and_keeps_the_text(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_channel("C2", member=False)
    async with running(slack, advisor, tmp_path, searcher):
        ts = await slack.say("C2", PAY, user=ANNA)
        view = await drafted(slack, ts, "C2")
        await slack.submit(view, edited(draft_text(view)), user=BEN)
        await slack.until(lambda: slack.modal_errors.get(BEN))
        assert slack.modal_errors[BEN] == {DRAFT_TEXT: NOT_HERE}
        slack.channels["C2"].member = True
        await slack.submit(view, edited(draft_text(view)), user=BEN)
        await slack.until(lambda: slack.answers("C2"))
    assert slack.problems == []


async def test_a_message_without_text_is_told_apart(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await slack.say("C1", "", user=ANNA)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await slack.until(lambda: NOTHING_TO_READ in str(slack.open_modal(BEN)))


async def test_which_files_were_not_read_is_told_in_the_window_and_not_posted(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    files = [handed_file("cv.pdf")]
    async with running(slack, advisor, tmp_path, searcher):
        lone = await slack.say("C1", "", user=ANNA, files=files)
        await slack.shortcut(SHORTCUT, "C1", lone, user=BEN)
        await slack.until(lambda: "did not read “cv.pdf”" in str(slack.open_modal(BEN)))
        ts = await slack.say("C1", PAY, user=ANNA, files=files)
        view = await drafted(slack, ts)
        assert "did not read “cv.pdf”" in shown(view)
        await slack.submit(view, edited(draft_text(view)), user=BEN)
        await slack.until(lambda: slack.answers("C1"))
    assert "cv.pdf" not in shown(slack.answers("C1")[0])


async def test_a_draft_of_any_length_is_posted_whole_and_as_the_guides_answer(
    slack: SlackServer, searcher: Searcher, tmp_path: Path
) -> None:
    long = "\n\n".join(f"Paragraph {number}. {'word ' * 120}" for number in range(12))
    async with running(slack, Quoting(searcher, long), tmp_path, searcher):
        ts = await slack.say("C1", PAY, user=ANNA)
        view = await drafted(slack, ts)
        given = {b["block_id"]: b["element"].get("initial_value") for b in view["blocks"] if b["type"] == "input"}
        assert len(given) > 1
        values = {name: {name: {"type": "plain_text_input", "value": text}} for name, text in given.items()}
        await slack.submit(view, values, user=BEN)
        await slack.until(lambda: slack.answers("C1"))
    told = shown(slack.answers("C1")[0])
    assert all(f"Paragraph {number}." in told for number in range(12))
    assert EDITED_NOTE not in told
