"""Whether the folder of the data can be written: looked at by the start and by the doctor, told by both in the same words."""

import contextlib
import errno
import os
from pathlib import Path

PROBE_BYTES = 1 << 16
"""What the folder must have room for to be well."""
_REASONS = {errno.EEXIST: "it is a file", errno.ENOTDIR: "a file stands on its path"}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def trouble_of(folder: Path) -> str:
    """Why a folder cannot be written and what to do, without a full stop; empty where it can. The folder is made for that."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with probe.open("wb") as file:
            file.write(bytes(PROBE_BYTES))
            os.fsync(file.fileno())
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror)
        remedy = "make room on its disk" if error.errno in _FULL else "set DATA_DIR to a folder that can"
        return f"{folder} cannot be written ({reason}); {remedy}"
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return ""
