"""Scripts that let bash and zsh complete the command line with the Tab key; made from the commands' own parameters.

They are static: pressing Tab starts no Python.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import typer
from typer.models import ArgumentInfo, OptionInfo

BASH = """\
# Bash completion of careerbot. To use it: eval "$(careerbot completion bash)"
_careerbot() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" words=""
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{commands}"
    else
        case "${{COMP_WORDS[1]}} ${{COMP_WORDS[COMP_CWORD-1]}}" in
{values}
            *) case "$word" in -*) case "${{COMP_WORDS[1]}}" in
{options}
            esac ;; esac ;;
        esac
    fi
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _careerbot careerbot
"""
ZSH = """\
#compdef careerbot
# Zsh completion of careerbot. To use it: source <(careerbot completion zsh)
_careerbot() {{
    local -a commands=(
{commands}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        _arguments {top}
        return
    fi
    shift words
    (( CURRENT-- ))
    case $words[1] in
{options}
    esac
}}
if [ "$funcstack[1]" = "_careerbot" ]; then _careerbot "$@"; else compdef _careerbot careerbot; fi
"""


@dataclass(frozen=True)
class Parameter:
    """An option, or an argument where `flag` is empty: what it is for, and what may stand there."""

    flag: str
    told: str
    values: tuple[str, ...] = ()
    is_path: bool = False
    takes_value: bool = True


@dataclass(frozen=True)
class Command:
    """A command with its parameters."""

    name: str
    told: str
    parameters: tuple[Parameter, ...]

    @property
    def options(self) -> tuple[Parameter, ...]:
        """The parameters that begin with dashes."""
        return tuple(one for one in self.parameters if one.flag)


HELP = Parameter("--help", "Show a message and exit.", takes_value=False)
TOP = (Parameter("--version", "Print the version and exit.", takes_value=False), HELP)


def script(shell: Literal["bash", "zsh"], cli: typer.Typer) -> str:
    """The script for a shell."""
    commands = [_command(info.callback) for info in cli.registered_commands if info.callback]
    return {"bash": _bash, "zsh": _zsh}[shell](commands)


def _bash(commands: Sequence[Command]) -> str:
    names = " ".join([*(command.name for command in commands), *(option.flag for option in TOP)])
    values = [
        f'            "{command.name} {option.flag}") words="{" ".join(option.values)}" ;;'
        for command in commands
        for option in command.options
        if option.takes_value
    ]
    values += [
        f'            "{command.name} {command.name}") case "$word" in -*) words="{_flags(command)}" ;; *) words="{" ".join(argument.values)}" ;; esac ;;'
        for command in commands
        for argument in command.parameters
        if argument.values and not argument.flag
    ]
    options = [f'                {command.name}) words="{_flags(command)}" ;;' for command in commands]
    return BASH.format(commands=names, values="\n".join(values), options="\n".join(options))


def _flags(command: Command) -> str:
    return " ".join(option.flag for option in command.options)


def _zsh(commands: Sequence[Command]) -> str:
    names = [f"        '{_quoted(command.name)}:{_quoted(command.told)}'" for command in commands]
    options = [f"        {one.name}) _arguments {' '.join(map(_zsh_parameter, one.parameters))} ;;" for one in commands]
    top = " ".join(map(_zsh_parameter, TOP))
    return ZSH.format(commands="\n".join(names), top=top, options="\n".join(options))


def _zsh_parameter(one: Parameter) -> str:
    what = "_files" if one.is_path else f"({' '.join(one.values)})" if one.values else " "
    named = f"{one.flag}[{_quoted(one.told)}]" if one.flag else ""
    return f"'{named}{f':{_quoted(one.told)}:{what}' if one.takes_value else ''}'"


def _quoted(text: str) -> str:
    """A text for a description in single quotes, where brackets and colons mean something."""
    return "".join("'\\''" if sign == "'" else f"\\{sign}" if sign in "[]:\\" else sign for sign in text)


def _command(function: Callable[..., object]) -> Command:
    hints = get_type_hints(function, include_extras=True)
    told = (inspect.getdoc(function) or "").partition(". ")[0].partition("\n")[0].rstrip(".")
    parameters = [_parameter(name, *get_args(hints[name])) for name in inspect.signature(function).parameters]
    return Command(function.__name__, told, (*parameters, HELP))


def _parameter(name: str, kind: object, info: OptionInfo | ArgumentInfo) -> Parameter:
    """A parameter that is annotated as Annotated[kind, info]."""
    values = get_args(kind) if get_origin(kind) is Literal else ()
    # typer takes the first name of an option for its default; only where it is a name does it stand here.
    names = [one for one in (info.default, *(info.param_decls or ())) if str(one).startswith("--")]
    flag = str(next(iter(names), f"--{name.replace('_', '-')}")) if isinstance(info, OptionInfo) else ""
    is_path = Path in (kind, *get_args(kind))
    return Parameter(flag, info.help or "", values, is_path, takes_value=kind is not bool)
