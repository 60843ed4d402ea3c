"""What is said to a question: what a mentor confirmed, the advisor's answer, or an honest sentence instead of one."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering.addressing import Command
from bot.answering.advisor import Advisor, OnSentence
from bot.answering.conversation import SAID, Answer, Conversation
from bot.answering.language import language_of
from bot.errors import CareerBotError
from bot.mentoring.confirmed_answers import ConfirmedAnswer, ConfirmedAnswers
from bot.records.inbox import AskedQuestion, reference_of
from bot.slack.api.audience import OUTSIDE, Audience
from bot.slack.api.errors import FAILURES
from bot.slack.api.messages import Post
from bot.slack.api.people import People
from bot.slack.api.threads import Message
from bot.slack.format.blocks import Shown, button, context, messages, plain_post, shown, source_lines
from bot.slack.format.confirmed import SHOW_CONFIRMED, confirmed_line, shown_confirmed
from bot.slack.format.escaping import escaped
from bot.slack.format.handed_files import unread
from bot.slack.format.reading import said_in
from bot.slack.questions.addressed import said_to_the_bot
from bot.slack.questions.answer_calls import StoppedByPerson
from bot.slack.questions.answer_notes import note_to_tell, note_told
from bot.slack.questions.buttons import AnswerButtons
from bot.slack.questions.conversation import conversation, files_not_told
from bot.slack.questions.counting import fields_of
from bot.slack.questions.fence import LeaseLost
from bot.storage import Records
from knowledge.errors import KnowledgeError
from knowledge.threads import in_thread

NOTE_OF_CONFIRMED = "There is also an answer from a mentor: {line}."
NOTE_OF_ONE_LIKE_IT = "A mentor has answered a question like yours: “{question}”"
LONGEST_LIKE_IT = 150
"""Characters of a similar question that are shown."""
TOLD_OUTSIDE = "was told that I answer members only"
NOT_NOW = "Sorry, I cannot answer just now."
TOO_LONG = "That is more than I can read at once."
_TOLD = {
    Command.PAUSE: "I stay quiet in this thread until somebody mentions me. Mention me with *resume* to have follow-ups answered again.",
    Command.RESUME: "I answer follow-ups in this thread again.",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """What is said to a question: messages for its thread, the answer they show, and details for the asker alone."""

    posts: Sequence[Post]
    answer: Answer | None = None
    details: str = ""

    @property
    def summary(self) -> str:
        """How it was made, for the log."""
        if not self.answer:
            return "a sentence instead of an answer" if self.posts else "nothing said"
        return "{mode}, {coverage}, {sources} sources".format_map(self.fields)

    @property
    def fields(self) -> Mapping[str, str | int]:
        """The same as fields of the log."""
        if not self.answer:
            return {"mode": "sentence" if self.posts else "silence"}
        return fields_of(self.answer)


class Replies:
    """Makes replies. `longest` bounds a question's characters, `buttons` is what can be done with an answer."""

    def __init__(
        self,
        advisor: Advisor,
        records: Records,
        people: People,
        confirmed: ConfirmedAnswers,
        *,
        buttons: AnswerButtons,
        longest: int,
        audience: Audience,
    ) -> None:
        self._advisor = advisor
        self._records = records
        self._people = people
        self._confirmed = confirmed
        self._buttons = buttons
        self._longest = longest
        self._audience = audience

    async def to(self, question: AskedQuestion, thread: Sequence[Message], bot_user: str, hear: OnSentence) -> Reply:
        """What is said to a question in its thread; `hear` gets the sentences of a streamed answer.

        Raises what Slack raises, StoppedByPerson and LeaseLost.
        """
        if await self._audience.excludes(question.person):
            return await self._outside(question)
        said = said_in(question.text, bot_user)
        text = said.question
        if len(said.own) + len(said.quoted) > self._longest:
            details = f"Please ask in at most {self._longest:,} characters."
            return self._refusal(question, TOO_LONG, details)
        line = said_to_the_bot(question, bot_user)
        if line and (command := await self._advisor.command(line)):
            return Reply([plain_post(_TOLD[command])])
        told, files = conversation(thread, question, bot_user), unread(files_not_told(thread, question, bot_user))
        if files and not told.question:
            return Reply([] if question.unasked else [plain_post(files)])
        noted = note_told(thread, question.ts, bot_user)
        return _with_note(await self._answered(question, text, told, noted, hear), files)

    async def _outside(self, question: AskedQuestion) -> Reply:
        """Nothing for a person whom the bot does not answer; the first time they hear why, alone."""
        told = (
            OUTSIDE
            if not question.unasked and await self._records.audit_log.first(question.person, TOLD_OUTSIDE)
            else ""
        )
        return Reply(
            [plain_post(told)] if told and question.is_direct else [], None, "" if question.is_direct else told
        )

    async def _answered(
        self, question: AskedQuestion, text: str, told: Conversation, noted: str, hear: OnSentence
    ) -> Reply:
        """What a mentor confirmed, or the advisor's answer; instead of one that cannot be given, an honest sentence."""
        found = None
        try:
            asked = await self._placed(question, told)
            if not asked.earlier:  # what somebody means in a conversation, its words alone do not tell
                found = await self._confirmed.answer_to(asked.question, question.team, asked.guides)
            if found and found.certain and not question.fresh:
                return await in_thread(self._confirmed_reply, question, text, found)
            answer = await self._advisor.answer(asked, hear)
        except (CareerBotError, KnowledgeError) as error:
            return self._refusal(question, NOT_NOW, str(error), text, found)
        except (*FAILURES, StoppedByPerson, LeaseLost):
            raise
        except Exception as error:  # the person who asked is told, whatever it was
            reference = reference_of(question.key)
            log.error("Answering failed.", exc_info=error)
            details = f"Something went wrong on my side. Reference for the person who runs me: {reference}."
            return self._refusal(question, NOT_NOW, details, text, found)
        if question.unasked and not _is_worth_speaking_up(answer):
            await self._records.threads.pause(question.thread, question.ts, paused=True)
            return Reply([])
        return await in_thread(self._fresh_reply, question, text, answer, found, noted)

    def _fresh_reply(
        self, question: AskedQuestion, text: str, answer: Answer, found: ConfirmedAnswer | None, noted: str
    ) -> Reply:
        """The advisor's answer, with a word on what a mentor confirmed, if one did, or answered to a question like it."""
        if answer.personal:
            return Reply(messages(Shown(answer.text, source_lines(answer.citations))))
        offered = self._buttons.under(answer, text, question.key, direct=question.is_direct)
        if found and not found.certain:
            offered = [button("Show the mentor's answer", SHOW_CONFIRMED, found.confirmation.id), *offered]
        what = shown(answer, question.key, offered)
        note = "\n".join(filter(None, [note_to_tell(answer, noted), _told_of(found) if found else ""]))
        return Reply(messages(replace(what, note=note)), answer)

    def _confirmed_reply(self, question: AskedQuestion, text: str, found: ConfirmedAnswer, details: str = "") -> Reply:
        """What a mentor confirmed, with a way to an answer from the guides."""
        offered = self._buttons.under(found.answer, text, question.key, direct=question.is_direct)
        return Reply(messages(shown_confirmed(found, question.key, offered)), found.answer, details)

    async def _placed(self, question: AskedQuestion, told: Conversation) -> Conversation:
        """A conversation with the guides that may answer there, and the person's locale where their words tell no language."""
        guides = frozenset[str]()
        if not question.is_direct:
            guides = (await self._records.channels.settings(question.team, question.channel)).guides
        unclear = self._advisor.streams and await in_thread(language_of, told.question) is None
        locale = (await self._people.person(question.person)).locale if unclear else ""
        return replace(told, guides=guides, locale=locale)

    def _refusal(
        self, question: AskedQuestion, short: str, details: str, text: str = "", found: ConfirmedAnswer | None = None
    ) -> Reply:
        """A short sentence for everybody and the details for the asker; nobody else reads a direct message.

        What a mentor confirmed stays where it was to be answered afresh.
        """
        if found and found.certain:
            return self._confirmed_reply(question, text, found, f"{short} {details}")
        if question.unasked:
            return Reply([])
        return (
            Reply([plain_post(f"{short} {details}")])
            if question.is_direct
            else Reply([plain_post(short)], None, details)
        )


def _with_note(reply: Reply, note: str) -> Reply:
    """A reply that says one thing more in small print."""
    if not note or not reply.posts:
        return reply
    *before, last = reply.posts
    return replace(reply, posts=[*before, replace(last, blocks=[*last.blocks, context(note)])])


def _is_worth_speaking_up(answer: Answer) -> bool:
    """Whether an answer is given where nobody asked the bot: one that the guides give, or to somebody who needs a person."""
    return answer.personal or (answer.coverage.claims and answer.receipt.mode != SAID)


def _told_of(found: ConfirmedAnswer) -> str:
    """That a mentor answered this question, or one like it, as mrkdwn."""
    if found.certain:
        line = confirmed_line(found)
        return NOTE_OF_CONFIRMED.format(line=line[0].lower() + line[1:])
    question = " ".join(found.confirmation.question.split())
    cut = question if len(question) <= LONGEST_LIKE_IT else f"{question[:LONGEST_LIKE_IT].rstrip()}…"
    return NOTE_OF_ONE_LIKE_IT.format(question=escaped(cut, literal=True))
