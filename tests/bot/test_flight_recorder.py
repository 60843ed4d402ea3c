"""What a process computed for is known when it has been killed; what only waited is not blamed."""

import asyncio
import subprocess
import sys
from pathlib import Path

from bot.flight_recorder import SLOT, FlightRecorder, on_record, waiting


async def test_a_key_is_on_record_while_its_task_computes_and_not_while_it_waits(tmp_path: Path) -> None:
    file = tmp_path / "record"
    recorder = FlightRecorder(file)
    async with recorder.at_work("T1:C1:1.0"):
        assert on_record(file) == {"T1:C1:1.0"}
        async with waiting():
            assert on_record(file) == frozenset()
        assert on_record(file) == {"T1:C1:1.0"}
    assert on_record(file) == frozenset()
    recorder.close()


async def test_a_wait_of_a_task_that_was_started_for_it_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "record"
    recorder = FlightRecorder(file)

    async def courtesy_call() -> frozenset[str]:
        async with waiting():
            return on_record(file)

    async with recorder.at_work("a"):
        assert await asyncio.create_task(courtesy_call()) == {"a"}
    recorder.close()


async def test_many_at_once_are_told_apart_and_their_places_are_used_again(tmp_path: Path) -> None:
    file = tmp_path / "record"
    recorder = FlightRecorder(file)
    for _ in range(20):
        async with recorder.at_work("a"), recorder.at_work("b"):
            assert on_record(file) == {"a", "b"}
    assert file.stat().st_size == 2 * SLOT
    recorder.close()


async def test_a_wait_that_belongs_to_no_work_is_none_of_its_business(tmp_path: Path) -> None:
    async with waiting():
        assert on_record(tmp_path / "none") == frozenset()


async def test_where_nothing_can_be_written_the_work_goes_on(tmp_path: Path) -> None:
    recorder = FlightRecorder(tmp_path / "no such folder" / "record")
    async with recorder.at_work("a"), waiting():
        pass
    recorder.close()


async def test_of_those_that_must_be_alone_one_computes_while_the_others_wait(tmp_path: Path) -> None:
    file = tmp_path / "record"
    recorder, alone, answered = FlightRecorder(file), asyncio.Lock(), asyncio.Event()
    seen: list[frozenset[str]] = []

    async def work(key: str) -> None:
        async with recorder.at_work(key, alone):
            seen.append(on_record(file))
            async with waiting():
                await answered.wait()
            seen.append(on_record(file))

    async with asyncio.TaskGroup() as group:
        for key in ("a", "b", "c"):
            group.create_task(work(key))
        for _ in range(20):
            await asyncio.sleep(0)
        answered.set()
    assert seen == [{"a"}, {"b"}, {"c"}] * 2
    assert not alone.locked()
    recorder.close()


def test_what_a_killed_process_computed_for_is_on_record(tmp_path: Path) -> None:
    file = tmp_path / "record"
    code = (
        "import asyncio, os, pathlib, signal, sys; from bot.flight_recorder import FlightRecorder\n"
        "async def main():\n"
        "    async with FlightRecorder(pathlib.Path(sys.argv[1])).at_work('T1:C1:1.0'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())"
    )
    assert subprocess.run([sys.executable, "-c", code, str(file)], check=False).returncode == -9
    assert on_record(file) == {"T1:C1:1.0"}
