"""The pattern of Slack's sample agents: Bolt, Socket Mode, an agent of OpenAI's with a tool that looks through articles held in memory
by the words of their titles; the reply is posted as a stream once it is whole.

Three things are kinder than the sample: titles match by whole words of four letters or more, not by any part of a word; the tool gives
the three articles that match most, not all that match (with 300 articles the prompt would be larger than any model takes); and the agent runs in one
event loop, since OpenAI's client, kept from one of Bolt's threads to the next, fails in another. There is no index to make: `index`
notes the folder, `open` reads the articles. Beside the commands of the others, `slack` connects to the Slack at SLACK_API_URL and answers there.
"""

import asyncio
import os
import re
import sys
import threading
import time
from pathlib import Path

import docx2txt
from agents import Agent, Runner, function_tool, set_default_openai_api, set_tracing_disabled
from bs4 import BeautifulSoup
from protocol import UNKNOWN, coverage_of, serve
from pypdf import PdfReader
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

ARTICLES = 3
INSTRUCTIONS = (
    "You are an agent that answers the questions of colleagues about careers in Slack. Search the knowledge base for relevant articles first, "
    "then answer from them in three sentences at most, in casual language. Be honest when you don't know something: if the articles do not "
    f"hold the answer, say “{UNKNOWN}” and nothing else."
)
READERS = {
    ".html": lambda path: BeautifulSoup(path.read_text("utf-8", "replace"), "html.parser").get_text("\n", strip=True),
    ".docx": lambda path: docx2txt.process(str(path)),
    ".pdf": lambda path: "\n".join(page.extract_text() for page in PdfReader(path).pages),
    ".md": lambda path: path.read_text("utf-8", "replace"),
    ".txt": lambda path: path.read_text("utf-8", "replace"),
}


class Sample:
    """The agent, its articles and its conversations."""

    def __init__(self, data: str) -> None:
        set_tracing_disabled(True)
        set_default_openai_api("chat_completions")
        self._note = Path(data, "folder")
        self._articles = []
        self._histories = {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()

        @function_tool
        def search_knowledge_base(query: str) -> str:
            """Search the knowledge base for articles that match a query.

            Args:
                query: The topic of the user's question.
            """
            found = self._matching(query)[:ARTICLES]
            if not found:
                return "No knowledge base articles found matching the query."
            return "\n\n---\n\n".join(f"**{title}**\n{text}" for _, title, text in found)

        self._agent = Agent(
            name="Casey", instructions=INSTRUCTIONS, tools=[search_knowledge_base], model="gpt-4.1-mini"
        )

    def index(self, asked):
        self._note.parent.mkdir(parents=True, exist_ok=True)
        self._note.write_text(asked["folder"], encoding="utf-8")
        return {"passages": 0}

    def open(self, _):
        folder = Path(self._note.read_text(encoding="utf-8"))
        paths = [path for path in sorted(folder.rglob("*")) if path.suffix in READERS]
        self._articles = [_article(path.relative_to(folder).as_posix(), READERS[path.suffix](path)) for path in paths]
        return {"passages": len(self._articles)}

    def search(self, asked):
        found = self._matching(asked["turns"][-1])[: asked["k"]]
        return {"found": [{"guide": name, "heading": title, "text": text} for name, title, text in found]}

    def answer(self, asked):
        started = time.perf_counter()
        reply = self._run(Runner.run(self._agent, _conversation(asked["turns"]))).final_output
        return {"answer": reply, "coverage": coverage_of(reply), "first_ms": (time.perf_counter() - started) * 1000}

    def burst(self, asked):
        async def answered():
            limit = asyncio.Semaphore(asked["at_once"])

            async def one(turns):
                async with limit:
                    return (await Runner.run(self._agent, _conversation(turns))).final_output

            return await asyncio.gather(*map(one, asked["questions"]))

        return {"answers": sum(map(bool, self._run(answered())))}

    def slack(self, _):
        app = App(
            token=os.environ["SLACK_BOT_TOKEN"],
            client=WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"]),
        )
        app.event("message")(self._on_message)
        SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"]).connect()
        return {}

    def _on_message(self, client, context, event, say_stream, set_status):
        thread = event.get("thread_ts") or event["ts"]
        history = self._histories.get((context.channel_id, thread))
        if history is None:
            client.reactions_add(channel=context.channel_id, timestamp=event["ts"], name="eyes")
        set_status(status="Thinking...", loading_messages=["Looking it up…", "Reading the guides…"])
        asked = [*(history or []), {"role": "user", "content": event.get("text", "")}]
        result = self._run(Runner.run(self._agent, asked))
        streamer = say_stream()
        streamer.append(markdown_text=result.final_output)
        streamer.stop()
        self._histories[context.channel_id, thread] = result.to_input_list()

    def _run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _matching(self, query):
        asked = _words(query)
        counted = [(len(asked & words), name, title, text) for words, name, title, text in self._articles]
        return [found[1:] for found in sorted(counted, key=lambda found: -found[0]) if found[0]]


def _article(name, text):
    first = next((line.strip("#= \t") for line in text.splitlines() if line.strip("#=- \t")), "")
    title = first if len(first) < 100 else Path(name).stem.replace("-", " ")
    return _words(title), name, title, text


def _words(text):
    return {word for word in re.findall(r"\w+", text.lower()) if len(word) > 3}


def _conversation(turns):
    return [{"role": "user", "content": turn} for turn in turns]


if __name__ == "__main__":
    sample = Sample(sys.argv[1])
    serve({name: getattr(sample, name) for name in ("index", "open", "search", "answer", "burst", "slack")})
