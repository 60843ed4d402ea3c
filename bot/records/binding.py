"""Binds every statement on the records to one installation: whoever writes a query cannot forget to.

A connection knows its installation. Whatever it runs is narrowed to the rows of that installation, in queries within
queries, too, and whatever it inserts is that installation's. A connection that was given none runs nothing.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql import visitors
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromClause, Join

OPTION = "installation"
"""The option of a connection, and the column of every table, that names the installation."""
EVERY = "*"
"""In the place of an installation: statements run as they are. For migrations, and for what is about all installations."""
OWN = ""
"""The installation of SLACK_BOT_TOKEN, where the bot serves one workspace."""


class Unbound(Exception):
    """A statement that would run on the rows of all installations."""


def installation_column(*, key: bool = True) -> sa.Column[str]:
    """The column that every table of the records has, as the first one of its primary key where that is possible."""
    return sa.Column(
        OPTION, sa.String(40), primary_key=key, index=not key, nullable=False, server_default="", default=_of_connection
    )


def bind_statements(engine: sa.Engine) -> None:
    """Have every statement on an engine's connections bound, from now on."""
    sa.event.listen(engine, "before_execute", _bind, retval=True)


def bound(statement: Any, installation: str) -> Any:
    """A statement on the rows of one installation alone. Raises Unbound where that cannot be seen to."""
    if any(isinstance(part, sa.Select) for part in _parts(statement)):
        statement = visitors.replacement_traverse(statement, {}, _inner(statement, installation))
    if not isinstance(statement, sa.Select | sa.Update | sa.Delete):
        return statement
    return statement.where(*(table.c[OPTION] == installation for table in _tables(statement)))


def _inner(outer: Any, installation: str) -> Any:
    def replace(part: Any, **_: Any) -> Any:
        return bound(part, installation) if isinstance(part, sa.Select) and part is not outer else None

    return replace


def _bind(connection: sa.Connection, statement: Any, *parameters: Any) -> tuple[Any, Any, Any]:
    installation = connection.get_execution_options().get(OPTION)
    if isinstance(statement, sa.SelectBase | sa.UpdateBase):
        if installation is None:
            raise Unbound
        if installation != EVERY:
            statement = bound(statement, str(installation))
    return statement, parameters[0], parameters[1]


def _tables(statement: Any) -> list[FromClause]:
    """The tables that a statement is to be bound on, without those of queries within it and of outer joins, which are looked at."""
    if any(joined[3]["isouter"] for joined in getattr(statement, "_setup_joins", ())):
        raise Unbound  # Select.outerjoin(), whose tables cannot be told from others; sa.outerjoin() can
    parts = list(_parts(statement))
    joined = {part.right for part in parts if isinstance(part, Join) and part.isouter and _names_installation(part)}
    named = [part for part in parts if isinstance(part, sa.Table | AliasedReturnsRows)]
    named += [part.table for part in parts if isinstance(part, sa.Column) and part.table is not None]
    if any(not isinstance(table, sa.Table | sa.Alias) for table in named):
        raise Unbound
    return [table for table in dict.fromkeys(named) if OPTION in table.c and table not in joined]


def _parts(statement: Any) -> Iterator[Any]:
    """What a statement is made of, down to tables and queries within it."""
    waiting: list[Any] = [statement.table] if isinstance(statement, sa.Update | sa.Delete) else []
    waiting += statement.get_children()
    while waiting:
        part = waiting.pop()
        yield part
        if not isinstance(part, sa.Select | sa.Table | sa.Alias):
            waiting += part.get_children()


def _names_installation(join: Join) -> bool:
    if join.onclause is None or join.right.c[OPTION] not in set(visitors.iterate(join.onclause)):
        raise Unbound
    return True


def _of_connection(context: Any) -> str:
    """What an inserted row has in the column."""
    return str(context.execution_options[OPTION])
