"""Which requests are taken for Slack's, by a clock that the test sets."""

import hashlib
import hmac

import pytest
from slack_sdk.signature import Clock

from bot.slack.api import signatures
from bot.slack.api.signatures import FRESH_SECONDS, SignedRequests
from tests.slack_server.http_mode import SIGNING_SECRET, signature

NOW = 1_800_000_000
BODY = b'{"type": "event_callback"}'


class SetClock(Clock):
    """A clock that stands where a test puts it."""

    at = float(NOW)

    def now(self) -> float:
        return self.at


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def signed(clock: SetClock) -> SignedRequests:
    return SignedRequests(SIGNING_SECRET, clock)


def take(signed: SignedRequests, at: int = NOW, body: bytes = BODY, secret: str = SIGNING_SECRET) -> bool:
    return signed.take(str(at), signature(secret, str(at), body.decode()), body)


def test_the_example_of_slacks_documentation_is_taken(clock: SetClock) -> None:
    clock.at = 1531420618
    body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    told = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    assert SignedRequests("8f742231b10e8888abcd99yyyzzz85a5", clock).take("1531420618", told, body)


@pytest.mark.parametrize("off", [-FRESH_SECONDS, 0, FRESH_SECONDS])
def test_a_signed_request_of_these_minutes_is_taken_once(signed: SignedRequests, off: int) -> None:
    assert take(signed, NOW + off)
    assert not take(signed, NOW + off)


@pytest.mark.parametrize("off", [-FRESH_SECONDS - 1, FRESH_SECONDS + 1])
def test_one_of_another_time_is_not(signed: SignedRequests, off: int) -> None:
    assert not take(signed, NOW + off)


def test_one_signed_with_another_secret_or_for_another_body_or_time_is_not(signed: SignedRequests) -> None:
    assert not take(signed, secret="0" * 32)
    assert not signed.take(str(NOW), signature(SIGNING_SECRET, str(NOW), "{}"), BODY)
    assert not signed.take(str(NOW - 1), signature(SIGNING_SECRET, str(NOW), BODY.decode()), BODY)
    assert take(signed)


@pytest.mark.parametrize(
    "timestamp", ["", "now", "1_800_000_000", " 1800000000", "1800000000.0", "9" * 5000, "१८००००००००"]
)
def test_a_time_that_is_none_is_refused_without_a_fault(signed: SignedRequests, timestamp: str) -> None:
    assert not signed.take(timestamp, signature(SIGNING_SECRET, timestamp, BODY.decode()), BODY)


@pytest.mark.parametrize("written", ["", "v0=", "v0=é", "v0=" + "A" * 64, "v1=" + "0" * 64])
def test_a_signature_that_is_none_is_refused_without_a_fault(signed: SignedRequests, written: str) -> None:
    assert not signed.take(str(NOW), written, BODY)


def test_a_body_that_is_no_text_is_refused_even_where_it_is_signed(signed: SignedRequests) -> None:
    body = b"\xff\xfe"
    digest = hmac.new(SIGNING_SECRET.encode(), b"v0:%d:" % NOW + body, hashlib.sha256).hexdigest()
    assert not signed.take(str(NOW), f"v0={digest}", body)


def test_one_that_was_not_acknowledged_may_come_again(signed: SignedRequests) -> None:
    assert take(signed)
    signed.give_back(signature(SIGNING_SECRET, str(NOW), BODY.decode()))
    assert take(signed)


def test_what_is_stale_is_forgotten_and_what_is_remembered_is_bounded(
    signed: SignedRequests, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        assert take(signed, body=b"%d" % number)
    clock.at += FRESH_SECONDS + 1
    assert take(signed, int(clock.at))
    assert len(signed._taken) == 1
    monkeypatch.setattr(signatures, "MOST_REMEMBERED", 10)
    for number in range(100):
        assert take(signed, int(clock.at), b"%d" % number)
    assert len(signed._taken) == 10
    assert not take(signed, int(clock.at), b"99")
