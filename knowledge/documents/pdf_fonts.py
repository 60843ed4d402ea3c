"""Lines of PDF pages whose letters change their font: what only begins in bold is no heading. A reader of text tells one font a line."""

import ctypes
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any


def changing(path: Path, texts: Mapping[int, Sequence[str]]) -> set[tuple[int, str]]:
    """Those of some texts on pages, by the page's number from 1, whose last letter has another font than their first."""
    import pypdfium2

    if not any(texts.values()):
        return set()
    try:
        with pypdfium2.PdfDocument(path) as document:
            return {(number, text) for number, found in texts.items() if found for text in _changing(document[number - 1], found)}  # fmt: skip
    except pypdfium2.PdfiumError:
        return set()


def _changing(page: Any, texts: Sequence[str]) -> Iterator[str]:
    letters = page.get_textpage()
    try:
        there = [(at, chr(code)) for at, code in enumerate(_codes(letters)) if chr(code).isalnum()]
        told = "".join(letter for _, letter in there)
        for text in texts:
            wanted = "".join(filter(str.isalnum, text))
            begins = told.find(wanted) if wanted else -1
            if begins >= 0 and _font(letters, there[begins][0]) != _font(letters, there[begins + len(wanted) - 1][0]):
                yield text
    finally:
        letters.close()
        page.close()


def _codes(letters: Any) -> Iterator[int]:
    import pypdfium2.raw as pdfium

    return (pdfium.FPDFText_GetUnicode(letters, at) for at in range(letters.count_chars()))


def _font(letters: Any, at: int) -> str:
    """The name of the font of a character."""
    import pypdfium2.raw as pdfium

    name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(letters, at, name, len(name), flags)
    return name.value.decode("utf-8", errors="replace")
