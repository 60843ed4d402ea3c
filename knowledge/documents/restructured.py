"""reStructuredText as HTML by docutils, with what its fields state, and with the content of directives and roles of Sphinx."""

import re
from collections.abc import Iterator
from typing import Any

from knowledge.documents.converted import Converted
from knowledge.documents.coverage import different_words

_SETTINGS = {
    "file_insertion_enabled": False, "raw_enabled": False, "report_level": 5, "halt_level": 6, "embed_stylesheet": False,
    "stylesheet_path": "", "initial_header_level": 2, "syntax_highlight": "none", "warning_stream": False,
}  # fmt: skip
_DIRECTIVE = re.compile(r"^\s*\.\. ([\w:.+-]+)::", re.MULTILINE)
_ROLE = re.compile(r":([\w:.+-]+):`")
_NO_TEXT = frozenset(
    {"todo", "todolist", "toctree", "index", "only", "raw", "highlight", "currentmodule", "mermaid", "graphviz", "tags"}
)
"""Directives of Sphinx whose content is none to read, or is not shown unless a project asks for it."""
ERROR = 3
"""The level of docutils' messages from which on something was not understood."""
NAMED = 3


def restructured_as_html(text: str) -> Converted:
    """The HTML of reStructuredText. It includes no file and runs nothing."""
    from docutils import nodes
    from docutils.core import publish_doctree, publish_from_doctree

    _know_all(text)
    tree = publish_doctree(text, settings_overrides=_SETTINGS)
    messages = [_told(message) for message in tree.findall(nodes.system_message) if _matters(message)]
    fields = dict(_fields(tree, nodes))
    for message in list(tree.findall(nodes.system_message)):
        message.parent.remove(message)
    words = different_words([tree.astext()])
    settings = {**_SETTINGS, "output_encoding": "unicode"}
    page = publish_from_doctree(tree, writer="html5", settings_overrides=settings)
    body = re.sub(r"\A.*?<body[^>]*>|</body>.*\Z", "", str(page), flags=re.DOTALL)
    notes = [*messages[:NAMED], *([f"and {len(messages) - NAMED} more places"] if len(messages) > NAMED else [])]
    return Converted(body, fields, words, notes)


def _matters(message: Any) -> bool:
    return int(message["level"]) >= ERROR or "disabled" in message.astext()


def _told(message: Any) -> str:
    first = next((child.astext() for child in message.children), "")
    return f"line {message.get('line', '?')} was not understood: {' '.join(first.split()).rstrip('.')}"


def _fields(tree: Any, nodes: Any) -> Iterator[tuple[str, str]]:
    """The fields at the top of a text by their names: those that docutils knows, and its writer's own."""
    for info in tree.findall(nodes.docinfo):
        for entry in info.children:
            if isinstance(entry, nodes.field):
                yield entry[0].astext().strip().lower(), " ".join(entry[1].astext().split())
            else:
                yield type(entry).__name__, " ".join(entry.astext().split())


def _know_all(text: str) -> None:
    """Let docutils read the content of every directive and role that a text has and it does not know, as Sphinx's."""
    from docutils.parsers.rst import directives, roles
    from docutils.parsers.rst.languages import en

    for name in set(_DIRECTIVE.findall(text)):
        if name.lower() not in en.directives and name not in directives._directives:
            directives.register_directive(name, _unknown_directive(shown=name.lower() not in _NO_TEXT))
    for name in set(_ROLE.findall(text)):
        if name.lower() not in en.roles and name.lower() not in roles._roles:
            roles.register_local_role(name, _text_of_role)


def _unknown_directive(*, shown: bool) -> type:
    from docutils import nodes
    from docutils.parsers.rst import Directive

    class Unknown(Directive):  # type: ignore[misc]
        """A directive whose argument labels its content."""

        optional_arguments = 1
        final_argument_whitespace = True
        has_content = True
        option_spec = _AnyOption()

        def run(self) -> list[Any]:
            if not shown:
                return []
            holder = nodes.container()
            if self.arguments:
                label = nodes.paragraph()
                label += nodes.strong(text=self.arguments[0])
                holder += label
            self.state.nested_parse(self.content, self.content_offset, holder)
            return [holder]

    return Unknown


class _AnyOption(dict[str, Any]):
    """The options of a directive that is not known: whatever it has."""

    def __bool__(self) -> bool:
        return True

    def __getitem__(self, _: str) -> Any:
        return str


def _text_of_role(_: str, rawtext: str, text: str, *__: Any, **___: Any) -> tuple[list[Any], list[Any]]:
    """What a reader sees of a role of Sphinx: its text without the target it may have."""
    from docutils import nodes, utils

    told = re.sub(r"\s*<[^<>]*>$", "", utils.unescape(text)) or text
    return [nodes.inline(rawtext, told.lstrip("~!"))], []
