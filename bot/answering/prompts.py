"""The prompts: Markdown files in `prompts/` that a career coach can read, rendered strictly."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from bot.errors import SettingsError

_PASSAGE = {
    "guide": {"title": "Baker", "region": "Germany", "edition": "2026"},
    "heading": ("Baker", "Pay"),
    "text": "A baker earns 2,000 euros a month.",
}
_TURN = {"speaker": "person", "text": "What does a baker earn?"}
_SAMPLES: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "advise": [{}],
    "question": [
        {"passages": [_PASSAGE], "earlier": [_TURN], "question": "And in Berlin?"},
        {"passages": [], "earlier": [], "question": "What does a baker earn?"},
    ],
    "plan": [{"language": ""}, {"language": "German"}],
    "verify": [{}],
    "sentences": [{"sentences": [{"text": "Bakers earn well.", "passages": ["A baker earns 2,000 euros."]}]}],
    "translate": [{"language": "German"}],
}
"""What each prompt of the chat model is rendered with once before anything is asked."""


def prompts_folder() -> Traversable:
    """The folder of the prompts that the bot was installed with."""
    return resources.files("prompts")


@dataclass(frozen=True)
class Prompt:
    """One prompt file: its name, its text and the short SHA-256 of the text that answers record."""

    name: str
    text: str

    @classmethod
    def load(cls, name: str, folder: Traversable | None = None) -> "Prompt":
        """Read a prompt's file. Raises SettingsError when there is none, or none that can be read."""
        try:
            return cls(name, (folder or prompts_folder()).joinpath(f"{name}.md").read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise SettingsError(f"prompts/{name}.md is missing; put it back.") from None
        except (OSError, UnicodeDecodeError):
            raise SettingsError(f"prompts/{name}.md cannot be read as text in UTF-8.") from None

    @property
    def hash(self) -> str:
        """The first 12 hexadecimal digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def render(self, **values: Any) -> str:
        """The text with its variables filled in. Raises SettingsError naming what is missing or not used."""
        from jinja2 import StrictUndefined, meta
        from jinja2.sandbox import SandboxedEnvironment

        environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        try:
            asked = meta.find_undeclared_variables(environment.parse(self.text))
            if wrong := asked ^ values.keys():
                raise SettingsError(f"prompts/{self.name}.md and the code disagree on: {', '.join(sorted(wrong))}.")
            rendered = environment.from_string(self.text).render(**values).strip()
        except SettingsError:
            raise
        except Exception as error:  # a template may divide by zero, too
            raise SettingsError(f"prompts/{self.name}.md cannot be rendered: {str(error).rstrip('.')}.") from error
        if not rendered:
            raise SettingsError(f"prompts/{self.name}.md is empty.")
        return rendered


@dataclass(frozen=True)
class Prompts:
    """The prompts of the chat model."""

    advise: Prompt
    question: Prompt
    plan: Prompt
    verify: Prompt
    sentences: Prompt
    translate: Prompt

    @classmethod
    def load(cls, folder: Traversable | None = None) -> "Prompts":
        """Read the prompt files and render each with sample data. Raises SettingsError naming every one that cannot be used."""
        read: dict[str, Prompt] = {}
        faults = []
        for name, samples in _SAMPLES.items():
            try:
                read[name] = Prompt.load(name, folder)
                for sample in samples:
                    read[name].render(**sample)
            except SettingsError as fault:
                faults.append(str(fault))
        if faults:
            raise SettingsError(" ".join(faults))
        return cls(**read)

    @property
    def hash(self) -> str:
        """What identifies the prompts that an answer was composed with."""
        return Prompt("", self.advise.text + self.question.text + self.verify.text + self.translate.text).hash
