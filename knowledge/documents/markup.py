"""RTF as plain text with tables."""

from collections.abc import Iterator, Sequence


def rich_text_as_text(text: str) -> str:
    """The plain text of RTF."""
    from striprtf.striprtf import rtf_to_text

    plain = str(rtf_to_text(text, errors="ignore"))  # type: ignore[no-untyped-call]
    return "\n".join(_bars(plain.splitlines()))


def _bars(lines: Sequence[str]) -> Iterator[str]:
    """Rows of tables, which end in a bar each, as rows of Markdown."""
    before = ""
    for line in lines:
        if line.count("|") > 1 and line.rstrip().endswith("|"):
            row = f"| {' | '.join(cell.strip() for cell in line.rstrip().rstrip('|').split('|'))} |"
            yield row
            if not before.startswith("|"):
                yield f"|{'---|' * line.count('|')}"
            before = row
        else:
            if before.startswith("|") and line.strip():
                yield ""
            yield line if not line.strip() else f"{line}\n"
            before = line
