"""What the pictures show: short conversations with the real bot on the test Slack server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.answering.advisor import Advisor
from bot.answering.composing import Composer
from bot.answering.same_question import SameQuestions
from bot.slack.app import SlackBot
from bot.slack.format.blocks import FEEDBACK, SHOW_PASSAGE
from bot.slack.mentors.confirming.views import CONFIRM_VIEW
from bot.slack.mentors.handover.views import ASK_VIEW, NAMED, TAKE
from bot.slack.questions.buttons import ASK_MENTOR, CONFIRM, MENTOR_MENU
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import DORA, MENTORS, MENTORS_CHANNEL, composer_at, running, saying
from tests.building import advisor_over
from tests.openai_server import OpenAIServer
from tests.pictures.render import channel_page, home_page, modal_page, thread_page
from tests.slack_server import SlackServer
from tests.slack_server.server import BOT_USER

CHANNEL, DIRECT, VIEWER = "C0CAREER", "D0ANNA", "U0ANNA"
PEOPLE = {BOT_USER: "Career guide", VIEWER: "Anna Fischer", "U0BEN": "Ben Okafor", DORA: "Dora Lind"}
MENTOR_SAID = "In London it is closer to £75,000, and more in finance. Ask for the band before you name a number."
MORNING = 1_793_612_460.0
"""When every conversation begins, so that a picture changes only when the bot does."""
ASKED = f"<@{BOT_USER}> what does a senior backend engineer earn, and which skills count most?"
TALK = "Reminder: mentoring hour is on *Thursday at 3*. Bring your questions :wave:"
DIRECTLY_ASKED = "what does a senior backend engineer earn, and what does it depend on?"
REPLY = (
    "In the United States, the average salary of a senior backend software engineer is about $120,000 per year. [1] "
    "An individual salary varies with location, company size, industry and experience level. [1]"
)


@dataclass(frozen=True)
class Scene:
    """How a picture comes about, and how wide it is."""

    play: Callable[[Searcher], Coroutine[Any, Any, str]]
    width: int


@dataclass(frozen=True)
class Stage:
    """A workspace and the bot in it."""

    slack: SlackServer
    bot: SlackBot

    async def ask(self, channel: str, text: str) -> str:
        """Ask, wait until the answer is there and recorded, and give its ts."""
        await self.slack.say(channel, text, user=VIEWER)
        await self.slack.until(lambda: self.slack.answers(channel))
        await self.bot.worker.idle(5)
        return str(self.slack.answers(channel)[-1]["ts"])


async def channel_answer(searcher: Searcher) -> str:
    """A mention in a channel, answered in its thread with sources."""
    async with playing(_advisor(searcher), searcher) as stage:
        await stage.slack.say(CHANNEL, TALK, user="U0BEN")
        await stage.ask(CHANNEL, ASKED)
        messages = at_morning(stage.slack.messages(CHANNEL))
    thread = str(messages[-1]["thread_ts"])
    return channel_page(messages, title="#career", people=PEOPLE, viewer=VIEWER, thread=thread)


async def direct_message_working(searcher: Searcher) -> str:
    """A direct message that is being worked on: the model says nothing yet."""
    released = asyncio.Event()
    async with OpenAIServer(saying(REPLY)) as model, playing(_advisor(searcher, composer_at(model)), searcher) as stage:
        slack = stage.slack
        model.before_reply = released.wait
        await slack.say(DIRECT, DIRECTLY_ASKED)
        await slack.until(lambda: slack.called("assistant.threads.setStatus"))
        messages = at_morning(slack.messages(DIRECT))
        status = slack.called("assistant.threads.setStatus")[-1].arguments
        released.set()
    return thread_page(messages, title="Career guide", people=PEOPLE, viewer=VIEWER, status=status)


async def direct_message_stream(searcher: Searcher) -> str:
    """A direct message whose answer is still being written: Slack is made to refuse its end for a second."""
    async with OpenAIServer(saying(REPLY)) as model, playing(_advisor(searcher, composer_at(model)), searcher) as stage:
        slack = stage.slack
        slack.rate_limit("chat.stopStream", retry_after=1)
        await slack.say(DIRECT, DIRECTLY_ASKED)
        await slack.until(lambda: any(m.get("streaming") for m in slack.messages(DIRECT)))
        messages = at_morning(slack.messages(DIRECT))
    return thread_page(messages, title="Career guide", people=PEOPLE, viewer=VIEWER)


async def show_passage(searcher: Searcher) -> str:
    """The passages behind an answer, with what supports it in bold."""
    async with playing(_advisor(searcher), searcher) as stage:
        return await _pressed(stage, SHOW_PASSAGE)


async def feedback(searcher: Searcher) -> str:
    """What a thumbs-down asks."""
    async with playing(_advisor(searcher), searcher) as stage:
        return await _pressed(stage, FEEDBACK, "down")


async def app_home(searcher: Searcher) -> str:
    """The app's Home tab."""
    async with playing(_advisor(searcher), searcher) as stage:
        slack = stage.slack
        await slack.open_tab("home", DIRECT)
        await slack.until(lambda: slack.homes)
        return home_page(slack.homes[VIEWER], people=PEOPLE)


async def ask_a_mentor(searcher: Searcher) -> str:
    """What the guides do not answer goes to the mentors, one of whom has taken it and answers in its thread."""
    async with playing(_advisor(searcher), searcher) as stage:
        slack = stage.slack
        ts = await stage.ask(CHANNEL, f"<@{BOT_USER}> what does a senior backend engineer earn in London?")
        await slack.press(CHANNEL, ts, ASK_MENTOR, user=VIEWER)
        await slack.until(lambda: (slack.open_modal(VIEWER) or {}).get("callback_id") == ASK_VIEW)
        view = slack.open_modal(VIEWER) or {}
        unnamed = {"type": "radio_buttons", "selected_option": view["blocks"][1]["element"]["options"][1]}
        await slack.submit(view, {NAMED: {NAMED: unnamed}}, user=VIEWER)
        await slack.until(lambda: slack.answers(MENTORS_CHANNEL))
        card = slack.answers(MENTORS_CHANNEL)[0]["ts"]
        await slack.press(MENTORS_CHANNEL, card, TAKE, user=DORA)
        await slack.until(lambda: len(slack.messages(MENTORS_CHANNEL, card)) > 1)
        await slack.say(MENTORS_CHANNEL, MENTOR_SAID, user=DORA, thread_ts=card)
        await slack.until(lambda: any(note["user"] == DORA for note in slack.ephemeral))
        messages = at_morning([*slack.messages(MENTORS_CHANNEL), *slack.ephemeral])
    said = [message for message in messages if not message.get("is_ephemeral")]
    whispered = [message for message in messages if message.get("is_ephemeral")]
    return thread_page(said, title="#mentors", people=PEOPLE, viewer=DORA, ephemeral=whispered)


async def confirmed_answer(searcher: Searcher) -> str:
    """A mentor confirms an answer, and the next who asks the same gets it."""
    async with playing(_advisor(searcher), searcher) as stage:
        slack = stage.slack
        ts = await stage.ask(CHANNEL, f"<@{BOT_USER}> what is the average salary of a senior backend engineer?")
        key = slack.answers(CHANNEL)[-1]["blocks"][-2]["elements"][0]["value"]
        await slack.select(CHANNEL, ts, MENTOR_MENU, f"{CONFIRM} {key}", user=DORA)
        await slack.until(lambda: (slack.open_modal(DORA) or {}).get("callback_id") == CONFIRM_VIEW)
        await slack.submit(slack.open_modal(DORA) or {}, {}, user=DORA)
        await slack.until(lambda: "Confirmed by" in str(slack.answers(CHANNEL)[-1]))
        await slack.say(DIRECT, "how much does a senior backend engineer make on average?", user=VIEWER)
        await slack.until(lambda: slack.answers(DIRECT))
        await stage.bot.worker.idle(5)
        messages = at_morning(slack.messages(DIRECT))
    return thread_page(messages, title="Career guide", people=PEOPLE, viewer=VIEWER)


SCENES = {
    "channel-answer": Scene(channel_answer, 1180),
    "direct-message-working": Scene(direct_message_working, 640),
    "direct-message-stream": Scene(direct_message_stream, 640),
    "show-passage": Scene(show_passage, 760),
    "app-home": Scene(app_home, 760),
    "feedback": Scene(feedback, 760),
    "ask-a-mentor": Scene(ask_a_mentor, 760),
    "confirmed-answer": Scene(confirmed_answer, 760),
}
"""Every picture by the name of its file."""


def _advisor(searcher: Searcher, composer: Composer | None = None) -> Advisor:
    return advisor_over(searcher, LocalEncoder(), composer)


@asynccontextmanager
async def playing(advisor: Advisor, guide_index: Searcher) -> AsyncIterator[Stage]:
    """A workspace with the bot at work in it."""
    async with SlackServer() as slack:
        slack.add_channel(CHANNEL)
        slack.add_dm(DIRECT, user=VIEWER)
        slack.add_channel(MENTORS_CHANNEL, members=[DORA])
        with tempfile.TemporaryDirectory() as folder:
            same = SameQuestions(LocalEncoder())
            async with running(slack, advisor, Path(folder), guide_index, mentor_settings=MENTORS, same=same) as bot:
                yield Stage(slack, bot)
                await bot.worker.idle(5)
                await slack.settled()


def at_morning(messages: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Copies of messages, at the same distances in time, of which the first comes at 9:41."""
    moved = deepcopy([dict(message) for message in messages])
    shift = MORNING - min(float(message["ts"]) for message in moved)
    for message in moved:
        message |= {key: f"{float(message[key]) + shift:.6f}" for key in ("ts", "thread_ts") if key in message}
    return moved


async def _pressed(stage: Stage, action: str, value: str = "") -> str:
    """The modal that a button under an answer opens, over its thread."""
    slack = stage.slack
    ts = await stage.ask(CHANNEL, ASKED)
    await slack.press(CHANNEL, ts, action, user=VIEWER, value=value)
    await slack.until(lambda: slack.views)
    behind = thread_page(at_morning(slack.messages(CHANNEL)), title="#career", people=PEOPLE, viewer=VIEWER)
    return modal_page(slack.views[-1], behind=behind, people=PEOPLE)
