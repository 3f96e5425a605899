"""The MLLP server: what senders do, and what becomes of the others meanwhile."""

import asyncio
import resource
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from adapter.mllp.framing import framed
from adapter.mllp.reception import Acceptance, Reception
from tests.mllp.ground import LIMITS, Served, code_of, inbox, message, serving


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 60))


class Slow:
    """An acceptor that takes its time, and says when it has decided."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def accept(self, message: bytes) -> Reception:  # noqa: ARG002 - any message
        self.begun.set()
        await self.may_end.wait()
        return Reception(acceptance=Acceptance.ACCEPTED)


def test_a_message_is_answered_and_the_connection_goes_on() -> None:
    async def scenario() -> None:
        async with serving(inbox()) as served:
            sender = await served.sender()
            assert [code_of(await sender.send(message(number))) for number in "12"] == ["AA", "AA"]
            assert code_of(await sender.send(b"nonsense")) == "AR"
            assert code_of(await sender.send(message("3", mrn="4712"))) == "AE"

    run(scenario())


def test_nothing_is_answered_before_the_acceptor_has_decided() -> None:
    async def scenario() -> None:
        acceptor = Slow()
        async with serving(acceptor) as served:
            sender = await served.sender()
            answer = asyncio.ensure_future(sender.send(message()))
            await acceptor.begun.wait()
            await asyncio.sleep(0.05)
            assert not answer.done()
            acceptor.may_end.set()
            assert code_of(await answer) == "AA"

    run(scenario())


def test_split_frames_and_two_frames_in_one_packet() -> None:
    async def scenario() -> None:
        async with serving(inbox()) as served:
            sender = await served.sender()
            stream = framed(message("1")) + framed(message("2"))
            for part in (stream[:10], stream[10:11], stream[11:]):
                sender.write(part)
                await asyncio.sleep(0.01)
            assert ["|ACK1|" in await sender.answer(), "|ACK2|" in await sender.answer()] == [True, True]

    run(scenario())


def test_a_missing_end_block_is_rejected_and_the_next_message_is_taken() -> None:
    async def scenario() -> None:
        async with serving(inbox()) as served:
            sender = await served.sender()
            sender.write(b"\x0b" + message("1") + framed(message("2")))
            first, second = await sender.answer(), await sender.answer()
            assert (code_of(first), code_of(second)) == ("AR", "AA")
            assert "MSA|AR|1\r" in first

    run(scenario())


@pytest.mark.parametrize("content", [b"\x0b" + message("1"), b"\x0b" + message("1")[:30]])
def test_a_frame_that_does_not_end_is_rejected_when_the_sender_ends_or_the_time_is_over(content: bytes) -> None:
    async def scenario() -> None:
        async with serving(inbox(), replace(LIMITS, frame_seconds=0.2)) as served:
            gone, slow = await served.sender(), await served.sender()
            gone.write(content)
            gone.end()
            slow.write(content)
            for sender in (gone, slow):
                assert code_of(await sender.answer()) == "AR"
                assert await sender.answer() == ""

    run(scenario())


def test_a_sender_that_drips_is_ended_in_time_and_one_that_is_silent_too() -> None:
    async def scenario() -> None:
        async with serving(inbox(), replace(LIMITS, frame_seconds=0.3, idle_seconds=0.3)) as served:
            drips, silent = await served.sender(), await served.sender()
            drips.write(b"\x0bMSH|")
            for _ in range(4):
                await asyncio.sleep(0.05)
                drips.write(b"x")
            dripped = asyncio.get_running_loop().time()
            assert code_of(await drips.answer()) == "AR"
            assert asyncio.get_running_loop().time() - dripped < 0.25
            assert await silent.answer() == ""

    run(scenario())


def test_bytes_without_end_take_no_memory_and_others_are_served_meanwhile() -> None:
    async def scenario() -> None:
        async with serving(inbox()) as served:
            endless, other = await served.sender(), await served.sender()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            endless.write(b"\x0bMSH|^~\\&|REG|CLINIC|||||ADT^A04|77|P|2.5\r" + b"x" * 200_000)
            assert code_of(await other.send(message())) == "AA"
            answer = await endless.answer()
            assert (code_of(answer), "MSA|AR|77" in answer) == ("AR", True)
            assert "100000 bytes" in answer
            assert await endless.answer() == ""
            assert code_of(await other.send(message("2"))) == "AA"
            assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000

    run(scenario())


def test_what_is_not_mllp_is_told_and_the_connection_ends() -> None:
    async def scenario() -> None:
        async with serving(inbox()) as served:
            sender = await served.sender()
            sender.write(b"GET / HTTP/1.1\r\n\r\n")
            answer = await sender.answer()
            assert (code_of(answer), "begins with 0x0B" in answer) == ("AR", True)
            assert await sender.answer() == ""

    run(scenario())


def test_two_hundred_senders_at_once_get_their_own_answers() -> None:
    async def one(served: Served, number: int) -> list[str]:
        sender = await served.sender()
        return [await sender.send(message(f"{number}-{place}", visit=f"V-{number}")) for place in range(5)]

    async def scenario() -> None:
        async with serving(inbox()) as served:
            answers = await asyncio.gather(*(one(served, number) for number in range(200)))
            for number, own in enumerate(answers):
                assert [f"MSA|AA|{number}-{place}\r" in answer for place, answer in enumerate(own)] == [True] * 5

    run(scenario())


def test_more_connections_than_allowed_are_closed_at_once() -> None:
    async def scenario() -> None:
        async with serving(inbox(), replace(LIMITS, connections=1)) as served:
            first = await served.sender()
            assert code_of(await first.send(message("1"))) == "AA"
            second = await served.sender()
            assert await second.answer() == ""
            assert code_of(await first.send(message("2"))) == "AA"

    run(scenario())


def test_a_stop_answers_what_is_whole_and_leaves_what_is_not() -> None:
    async def scenario() -> None:
        acceptor = Slow()
        async with serving(acceptor) as served:
            busy, idle = await served.sender(), await served.sender()
            idle.write(b"\x0bMSH|")
            answer = asyncio.ensure_future(busy.send(message()))
            await acceptor.begun.wait()
            stopping = asyncio.ensure_future(served.server.stop())
            await asyncio.sleep(0.05)
            acceptor.may_end.set()
            await stopping
            assert code_of(await answer) == "AA"
            assert [await busy.answer(), await idle.answer()] == ["", ""]
            with pytest.raises(OSError, match=r"refused|Connect"):
                await served.sender()

    run(scenario())


def test_a_sender_that_breaks_off_harms_nobody() -> None:
    async def scenario() -> None:
        async with serving(inbox()) as served:
            gone, other = await served.sender(), await served.sender()
            gone.write(framed(message("1")) * 50)
            gone.close()
            assert code_of(await other.send(message("2"))) == "AA"

    run(scenario())
