"""`python -m knowledge search "..."` and `show FILE`: what the bot would find, and how it understands a guide, for people who edit guides."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from knowledge.errors import KnowledgeError

cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help="Looks into guides and their index.")
SHOWN = 300
"""Characters of a passage that are printed."""


@cli.command()
def search(
    question: Annotated[str, typer.Argument(help="What a person would ask.")],
    index: Annotated[
        Path | None,
        typer.Option(help="The folder of the index; else that of DATA_DIR and CAREERBOT_HOME in the environment."),
    ] = None,
    chroma_url: Annotated[str, typer.Option(envvar="CHROMA_URL", help="A Chroma server, if one is used.")] = "",
    embeddings: Annotated[str, typer.Option(envvar="EMBEDDINGS", help="As in the bot's settings.")] = "local",
    key: Annotated[
        str, typer.Option(envvar="OPENAI_API_KEY", show_default=False, help="For OpenAI's embeddings.")
    ] = "",
    count: Annotated[int, typer.Option("-k", min=1, max=100, help="How many passages.")] = 5,
) -> None:
    """Print the passages found for a question, best first: the fitted sum and the five scores it weighs."""
    from knowledge.index.store import IndexReader, IndexStore
    from knowledge.search.encoder import LocalEncoder, open_encoder
    from knowledge.search.searcher import Searcher

    searcher = Searcher(
        IndexReader(IndexStore(index or _bots_index(), chroma_url)), open_encoder(embeddings, LocalEncoder(), key)
    )
    for rank, hit in enumerate(asyncio.run(searcher.search(question, k=count)), 1):
        typer.echo(
            f"{rank}. {hit.score:.2f} (dense {hit.dense:.2f}, statement {hit.statement:.2f}, words {hit.lexical:.2f}, of the statement {hit.lexical_statement:.2f}, of the headings {hit.lexical_heading:.2f})  {hit.passage.guide.path} › {' › '.join(hit.passage.heading)}"
        )
        typer.echo(f"   {' '.join(hit.passage.text.split())[:SHOWN]}\n")


def _bots_index() -> Path:
    """Where the bot keeps its index, by the environment: `index` in DATA_DIR, of which a relative one counts from CAREERBOT_HOME."""
    home = Path(os.environ.get("CAREERBOT_HOME") or ".").expanduser()
    return home / Path(os.environ.get("DATA_DIR") or "data").expanduser() / "index"


@cli.command()
def show(
    file: Annotated[Path, typer.Argument(help="The guide.", exists=True, dir_okay=False)],
) -> None:
    """Print a guide as it is understood: its title and edition, what was not read, its headings, tables and passages."""
    from knowledge.documents.reading import GuideFile, SkippedFile, read_all
    from knowledge.errors import UnreadableFile
    from knowledge.outline import outline
    from knowledge.passages import split

    root = file.parent if file.is_absolute() else Path()
    (document,) = read_all([GuideFile(root, file)])
    if isinstance(document, SkippedFile):
        raise UnreadableFile(f"{document}.")
    for line in outline(document, split(document)):
        typer.echo(line)


if __name__ == "__main__":
    try:
        cli()
    except KnowledgeError as error:
        typer.echo(f"knowledge: {error}", err=True)
        sys.exit(1)
