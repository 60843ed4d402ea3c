"""The child process that reads files: paths as lines of JSON in, what was read of each as a line of JSON out.

`python -m knowledge.documents.worker BYTES` may take so much memory beside what it starts with. Every exception of every
reader is caught here, and only here.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from knowledge.documents.formats import Read, reader_of
from knowledge.documents.guide_text import text_and_notes, title_of
from knowledge.documents.stated import stated
from knowledge.errors import UnreadableFile

TOO_MUCH = "reading it takes too much memory; split it or save it in another format"


def read_file(path: Path) -> dict[str, Any]:
    """What is read of a file, or the reason why nothing is, and whether memory is `exhausted`. Never raises."""
    try:
        reader = reader_of(path)
        if reader is None:
            raise UnreadableFile("its format is not known")
        return _told(reader(path))
    except UnreadableFile as error:
        return {"unreadable": str(error)}
    except OSError as error:
        return {"unreadable": f"it cannot be opened ({error.strerror or type(error).__name__})"}
    except MemoryError:
        return {"unreadable": TOO_MUCH, "exhausted": True}
    except RecursionError:
        return {"unreadable": "its parts lie too deep within each other; save it anew or in another format"}
    except Exception as error:  # noqa: BLE001  # readers of broken files raise whatever they like
        return {"unreadable": f"it is damaged ({type(error).__name__}); save it anew or in another format"}


def _told(found: Read) -> dict[str, Any]:
    text, notes = text_and_notes(found.markdown)
    title = title_of(str(found.fields.get("title") or ""))
    return {
        "text": text,
        "fields": {"title": title, **stated(found.fields, found.markdown, found.beside)},
        "notes": [*found.notes, *notes],
        "unread_pages": list(found.unread_pages),
    }


def _limit_memory(more: int) -> None:
    """Let this process take so many bytes more than it has, where the system can tell and hold it."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
        resource.setrlimit(resource.RLIMIT_DATA, (pages * resource.getpagesize() + more,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError, IndexError):
        return


def main() -> None:
    """Answer each line until the parent closes the pipe. What readers print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit_memory(int(sys.argv[1]))
    for line in sys.stdin.buffer:
        told = read_file(Path(json.loads(line)["path"]))
        answers.write(json.dumps(told).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
