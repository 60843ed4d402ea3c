"""A process that stands still is ended; one that works is not."""

import subprocess
import sys

FROZEN = """
import asyncio, time
from bot.watchdog import watched

async def main():
    async with watched(0.5):
        await asyncio.sleep(0)
        secret = "what somebody asked"
        while True:
            pass

asyncio.run(main())
"""
WORKING = """
import asyncio
from bot.watchdog import watched

async def main():
    async with watched(0.3):
        for _ in range(10):
            await asyncio.sleep(0.1)

asyncio.run(main())
print("done")
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)


def test_a_process_whose_loop_stands_still_ends_and_says_where_and_not_what() -> None:
    ended = run(FROZEN)
    assert ended.returncode == 1
    assert "in main" in ended.stderr
    assert "somebody asked" not in ended.stderr


def test_a_process_whose_loop_turns_goes_on() -> None:
    assert (run(WORKING).returncode, run(WORKING).stdout) == (0, "done\n")
