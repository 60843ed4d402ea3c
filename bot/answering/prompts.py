"""The prompts: Markdown files in `prompts/` that a career coach can read, rendered strictly."""

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from bot.errors import SettingsError


@dataclass(frozen=True)
class Prompt:
    """One prompt file: its name, its text and the short SHA-256 of the text that answers record."""

    name: str
    text: str

    @property
    def hash(self) -> str:
        """The first 12 hexadecimal digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def render(self, **values: Any) -> str:
        """The text with its variables filled in. Raises SettingsError naming what is missing or not used."""
        from jinja2 import Environment, StrictUndefined, TemplateError, meta

        environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)  # noqa: S701  # Markdown, not HTML
        try:
            asked = meta.find_undeclared_variables(environment.parse(self.text))
            if wrong := asked ^ values.keys():
                raise SettingsError(f"prompts/{self.name}.md and the code disagree on: {', '.join(sorted(wrong))}.")
            return environment.from_string(self.text).render(**values).strip()
        except TemplateError as error:
            raise SettingsError(f"prompts/{self.name}.md cannot be rendered: {error}.") from error


@dataclass(frozen=True)
class Prompts:
    """All prompts of the bot."""

    advise: Prompt
    question: Prompt
    plan: Prompt
    verify: Prompt
    sentences: Prompt
    same: Prompt
    translate: Prompt
    people: Prompt

    @classmethod
    def load(cls) -> "Prompts":
        """Read the prompt files."""
        folder = resources.files("prompts")
        read = {name: folder.joinpath(f"{name}.md").read_text(encoding="utf-8") for name in cls.__dataclass_fields__}
        return cls(**{name: Prompt(name, text) for name, text in read.items()})

    @property
    def hash(self) -> str:
        """What identifies the prompts that an answer was composed with."""
        return Prompt("", self.advise.text + self.question.text + self.verify.text + self.translate.text).hash
