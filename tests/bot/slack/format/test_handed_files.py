"""What the files in a message are called, and the sentence that says that they were not read."""

from bot.slack.format.handed_files import files_in, unread
from tests.slack_server.typed import forward, handed_file

CLIP = handed_file("audio_message.m4a", subtype="slack_audio")


def test_files_are_called_by_their_titles_and_clips_by_what_they_are() -> None:
    files = [handed_file("cv.pdf", title="My CV"), CLIP, handed_file("", title="", file_access="check_file_info")]
    assert files_in({"files": files}) == ("“My CV”", "a voice clip", "a file")


def test_a_deleted_file_is_none() -> None:
    assert files_in({"files": [handed_file("cv.pdf", mode="tombstone")]}) == ()


def test_files_in_what_is_forwarded_are_handed_over_too_each_once() -> None:
    message = {"ts": "1.0", "text": "see", "files": [handed_file("cv.pdf")]}
    shared = forward(message, "C2")
    shared["message_blocks"][0]["message"]["files"] = message["files"]
    outer = forward({"ts": "2.0", "text": "look"}, "C3")
    outer["message_blocks"][0]["message"]["attachments"] = [shared]
    assert files_in({"attachments": [shared]}) == ("“cv.pdf”",)
    assert files_in({"attachments": [outer]}) == ("“cv.pdf”",)


def test_files_below_a_link_to_a_page_are_nobodys() -> None:
    assert files_in({"attachments": [{"from_url": "https://example.org", "files": [handed_file("a.pdf")]}]}) == ()


def test_a_few_are_named_and_the_others_counted() -> None:
    assert "“1” and “2”. Please paste" in unread(["“1”", "“2”"])
    assert "did not read “1”, “2”, “3” and 17 more. Please" in unread([f"“{n}”" for n in range(1, 21)])
    assert unread([]) == ""


def test_a_name_is_short_and_does_nothing() -> None:
    hostile = "<!channel> *bold* \x00\u202e[a](https://example.org)\n# x" + "y" * 500
    (called,) = files_in({"files": [handed_file(hostile)]})
    said = unread([called])
    assert len(called) <= 62
    assert "\n" not in said
    assert "<!" not in said
    assert "*bold*" not in said


def test_odd_files_are_taken_as_they_come() -> None:
    assert files_in({"files": "cv.pdf"}) == ()
    assert files_in({"files": [None, {}, {"name": 7}]}) == ("a file", "“7”")
