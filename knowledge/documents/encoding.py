"""Bytes of a text file as text: marks at the start, what the file declares, UTF-8 with a few stray bytes, and a prior."""

import re
import unicodedata

from knowledge.errors import UnreadableFile

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"))
_MARKS_16 = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_LOOKED_AT = 4096
"""Bytes at the start in which a page declares its encoding and a binary file shows itself."""
WESTERN = "cp1252"
"""What a text that is no UTF-8 most likely is: older Windows programs write it in the whole of Western Europe and America."""


def decoded(data: bytes) -> str:
    """The text, its lines ended by newlines. Raises UnreadableFile where it is none or its encoding is not known."""
    text = _decoded(data)
    if "\ufffd" not in text and _looks_twice_encoded(text):
        import ftfy

        text = ftfy.fix_encoding(text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _looks_twice_encoded(text: str) -> bool:
    """Whether the text has what UTF-8 looks like when it is read as another encoding (â‚¬ for €)."""
    return re.search(r"[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]", text) is not None


def _decoded(data: bytes) -> str:
    for mark, name in (*_MARKS, *_MARKS_16):
        if data.startswith(mark):
            return data.decode(name, errors="replace")
    if wide := _utf_16_without_a_mark(data):
        return wide
    if b"\0" in data[:_LOOKED_AT]:
        raise UnreadableFile("it is not text, whatever its name says")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _as_declared(data) or _utf_8_with_stray_bytes(data) or _in_an_older_encoding(data)


def _utf_16_without_a_mark(data: bytes) -> str:
    """Text whose every second byte is mostly zero, or nothing."""
    for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = data[at:_LOOKED_AT:2], data[1 - at : _LOOKED_AT : 2]
        if len(high) > 4 and high.count(0) > 0.7 * len(high) and low.count(0) < 0.05 * len(low):
            return data.decode(name, errors="replace")
    return ""


def _as_declared(data: bytes) -> str:
    found = _DECLARED.search(data[:_LOOKED_AT])
    try:
        return data.decode(found[1].decode("ascii")) if found else ""
    except (LookupError, UnicodeDecodeError):
        return ""


def _utf_8_with_stray_bytes(data: bytes) -> str:
    """UTF-8 into which bytes of an older encoding were pasted: more of its characters are whole than are not."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = sum(1 for character in text if "\udc80" <= character <= "\udcff")
    whole = sum(1 for character in text if character > "\x7f") - stray
    if stray > whole:
        return ""
    return "".join(
        bytes([ord(character) - 0xDC00]).decode(WESTERN, errors="replace")
        if "\udc80" <= character <= "\udcff"
        else character
        for character in text
    )


def _in_an_older_encoding(data: bytes) -> str:
    """Western where that reads well, as a few bytes tell a statistical guess too little; otherwise what is guessed."""
    try:
        western = data.decode(WESTERN)
    except UnicodeDecodeError:
        western = ""
    if western and _reads_well(western):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data).best()
    if best is None or best.chaos > 0.2:
        raise UnreadableFile("its character encoding is not known; save it as UTF-8")
    return str(best)


def _reads_well(text: str) -> bool:
    """Whether the letters beyond ASCII are few, and its signs stand beside words rather than inside of them."""
    letters = [character for character in text if character.isalpha()]
    foreign = sum(1 for character in letters if character > "\x7f")
    inside = sum(
        1 for found in re.finditer(r"(?<=[^\W\d_])[^\x00-\x7f](?=[^\W\d_])", text) if not _joins_words(found.group())
    )
    odd = sum(1 for character in text if "\x80" <= character <= "\x9f")
    others = sum(1 for character in text if character > "\x7f") or 1
    return foreign < 0.3 * (len(letters) or 1) and inside <= 0.1 * others and not odd


def _joins_words(character: str) -> bool:
    """Letters, and the apostrophes and dashes that stand between letters."""
    return unicodedata.category(character)[0] == "L" or character in "’‘–—·\xa0\xad"
