"""Whatever an endpoint does: an answer that fits, or a reason; never a traceback, never something invented."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analyzer.errors import AnalyzerError, EngineError, MissingError
from analyzer.llm.client import Answer, Client
from analyzer.llm.endpoint import Endpoint
from analyzer.llm.prompts import Filled
from analyzer.llm.replies import FileReplies, WaitingError, read_replies
from analyzer.llm.requests import FENCE, Request
from tests.llm.server import Act, Body, FaultServer, completion, error, good_canary, reply

SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string", "enum": ["inspection", "coaching"]},
        "turn": {"type": "integer"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
    },
    "required": ["label", "turn", "note"],
    "additionalProperties": False,
}
GOOD = {"label": "coaching", "turn": 3, "note": None}
NOW = datetime(2026, 3, 17, 9, tzinfo=UTC)


def request(words: str = "hello", model: str = "m") -> Request:
    return Request(Filled("window 1 (abc)", "Label the talk.", f"{FENCE} 1 M: {words}", SCHEMA), model, 500)


class Pauses:
    """A clock that only remembers how long it was asked to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., list[Answer]]:
    """Return a function that asks a server."""

    def run(server: FaultServer, *requests: Request, deadline: float = 20.0, **keywords: Any) -> list[Answer]:
        return client(server, tmp_path, deadline=deadline, **keywords).ask(requests or [request()])

    return run


def client(server: FaultServer | None, folder: Path, **keywords: Any) -> Client:
    url = server.url if server else "http://127.0.0.1:9/v1"
    keywords = {"sleep": Pauses(), "dice": random.Random(0), **keywords}
    return Client(lambda: Endpoint(url, "k", "m"), "m", FileReplies(folder / "r.jsonl"), lambda: NOW, **keywords)


# --- what is put right ------------------------------------------------------------------------------------------------

MENDED: dict[str, str] = {
    "a code fence": f"Here you are:\n```json\n{json.dumps(GOOD)}\n```\nAnything else?",
    "thinking aloud": f"<think>It may be {{inspection}}.</think>{json.dumps(GOOD)}",
    "an enum in other case": json.dumps({**GOOD, "label": " Coaching"}),
    "keys that nobody asked for": json.dumps({**GOOD, "mood": "bright", "score": 7}),
    "a number as text": json.dumps({**GOOD, "turn": "3"}),
}


@pytest.mark.parametrize("text", MENDED.values(), ids=MENDED.keys())
def test_a_careless_reply_that_means_one_thing_is_read(ask: Callable[..., list[Answer]], text: str) -> None:
    with FaultServer(lambda body, n: reply(text)) as server:
        [answer] = ask(server)
    assert answer.value == GOOD
    assert len(server.bodies) == 1


def test_an_answer_in_the_place_for_thoughts_is_found(ask: Callable[..., list[Answer]]) -> None:
    body = completion(None, reasoning_content=json.dumps(GOOD))
    with FaultServer(lambda _, n: Act(json.dumps(body).encode())) as server:
        assert ask(server)[0].value == GOOD


def test_a_lone_surrogate_does_not_reach_the_library(ask: Callable[..., list[Answer]], tmp_path: Path) -> None:
    raw = json.dumps(completion('{"label": "coaching", "turn": 3, "note": "caf\\ud83d"}'))
    with FaultServer(lambda _, n: Act(raw.encode())) as server:
        [answer] = ask(server)
    assert answer.value is not None
    answer.value["note"].encode()
    assert read_replies(tmp_path / "r.jsonl")


# --- what gets one more turn ------------------------------------------------------------------------------------------

BROKEN: dict[str, str] = {
    "a label that is none": json.dumps({**GOOD, "label": "praise"}),
    "JSON that breaks off": '{"label": "coaching", "turn":',
    "no JSON at all": "I would say that this is coaching.",
    "a missing key": json.dumps({"label": "coaching"}),
    "nothing": "",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_reply_that_does_not_fit_gets_one_repair_turn_with_the_reason(
    ask: Callable[..., list[Answer]], text: str
) -> None:
    with FaultServer(lambda body, n: reply(text if n == 0 else GOOD)) as server:
        [answer] = ask(server)
    assert answer.value == GOOD
    first, second = server.bodies
    assert second["messages"][:2] == first["messages"]
    assert "cannot be used" in second["messages"][-1]["content"]


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_what_never_fits_is_a_failure_with_its_reason_and_is_not_kept(
    ask: Callable[..., list[Answer]], tmp_path: Path, text: str
) -> None:
    with FaultServer(lambda body, n: reply(text)) as server:
        [answer] = ask(server)
    assert answer.value is None
    assert answer.failure == "invalid"
    assert "does not fit" in answer.reason
    assert not (tmp_path / "r.jsonl").exists()
    rungs = [body.get("response_format", {}).get("type", "text") for body in server.bodies]
    assert rungs == ["json_schema"] * 2 + ["json_object"] * 2 + ["text"] * 2


def test_a_refusal_is_a_failure_and_no_repair_is_asked_for(ask: Callable[..., list[Answer]]) -> None:
    body = completion(None, refusal="I cannot help with that.")
    with FaultServer(lambda _, n: Act(json.dumps(body).encode())) as server:
        [answer] = ask(server)
    assert (answer.failure, len(server.bodies)) == ("refusal", 1)
    assert "I cannot help with that" in answer.reason


def test_a_filtered_reply_is_a_refusal(ask: Callable[..., list[Answer]]) -> None:
    with FaultServer(lambda _, n: reply("", finish="content_filter")) as server:
        assert ask(server)[0].failure == "refusal"


def test_a_reply_that_does_not_end_asks_for_a_smaller_window(ask: Callable[..., list[Answer]]) -> None:
    with FaultServer(lambda _, n: reply('{"label": "coa', finish="length")) as server:
        assert ask(server)[0].failure == "length"


def test_white_space_without_end_is_tried_without_the_schema(ask: Callable[..., list[Answer]]) -> None:
    """A known fault of servers that force a schema: new lines until the limit."""

    def script(body: Body, n: int) -> Act:
        forced = body.get("response_format", {}).get("type") == "json_schema"
        return reply("{" + "\n" * 400, finish="length") if forced else reply(GOOD)

    with FaultServer(script) as server:
        assert ask(server)[0].value == GOOD


# --- what is tried again ----------------------------------------------------------------------------------------------

FAULTS: dict[str, Act] = {
    "429": error(429, {"error": {"message": "slow down"}}),
    "500": error(500, {"error": "inner"}),
    "503": error(503, b"busy"),
    "408": error(408, {"detail": "timeout"}),
    "HTML with 200": Act(b"<html>please log in</html>", kind="text/html"),
    "nothing with 200": Act(b""),
    "JSON that is cut with 200": Act(json.dumps(completion("{}")).encode()[:60]),
    "bytes that are no UTF-8": Act(b'{"choices": "\xff\xfe"}'),
    "an error inside 200": Act(b'{"error": {"message": "upstream gone"}}'),
    "no choices": Act(b'{"choices": null}'),
    "empty choices": Act(b'{"choices": []}'),
    "a connection cut in the body": Act(json.dumps(completion("{}")).encode(), cut=30),
}


@pytest.mark.parametrize("act", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_on_the_way_is_tried_again(ask: Callable[..., list[Answer]], act: Act) -> None:
    with FaultServer(lambda body, n: act if n < 2 else reply(GOOD)) as server:
        assert ask(server)[0].value == GOOD
    assert len(server.bodies) == 3


@pytest.mark.parametrize("act", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_that_stays_is_an_error_that_names_it(ask: Callable[..., list[Answer]], act: Act) -> None:
    with FaultServer(lambda body, n: act) as server, pytest.raises(EngineError, match="What was finished is kept"):
        ask(server)
    assert len(server.bodies) == 8


def test_the_pause_that_a_server_asks_for_is_kept(tmp_path: Path) -> None:
    pauses = Pauses()
    acts = [error(429, {}, retry_after="3"), error(429, {}, retry_after_ms="250"), reply(GOOD)]
    with FaultServer(lambda body, n: acts[n]) as server:
        client(server, tmp_path, sleep=pauses).ask([request()])
    assert pauses.seconds == [3.0, 0.25]


def test_a_pause_as_a_date_is_understood(tmp_path: Path) -> None:
    pauses = Pauses()
    acts = [error(429, {}, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"), reply(GOOD)]
    with FaultServer(lambda body, n: acts[n]) as server:
        client(server, tmp_path, sleep=pauses).ask([request()])
    assert pauses.seconds == [0.0]


def test_a_pause_longer_than_the_deadline_ends_the_run_at_once(ask: Callable[..., list[Answer]]) -> None:
    act = error(429, {}, retry_after="3600")
    with FaultServer(lambda body, n: act) as server, pytest.raises(EngineError, match="a pause of 3600 s"):
        ask(server)
    assert len(server.bodies) == 1


def test_without_quota_nothing_is_tried_again(ask: Callable[..., list[Answer]]) -> None:
    act = error(429, {"error": {"code": "insufficient_quota", "message": "no money"}})
    with FaultServer(lambda body, n: act) as server, pytest.raises(EngineError, match="no quota left"):
        ask(server)
    assert len(server.bodies) == 1


def test_pauses_grow_and_have_a_limit(tmp_path: Path) -> None:
    pauses = Pauses()
    with FaultServer(lambda body, n: error(500, {})) as server, pytest.raises(EngineError):
        client(server, tmp_path, sleep=pauses, deadline=100.0).ask([request()])
    assert len(pauses.seconds) == 7
    assert all(0.375 * 2**n <= s <= 0.5 * 2**n for n, s in enumerate(pauses.seconds[:4]))
    assert max(pauses.seconds) <= 8


@pytest.mark.parametrize("act", [Act(b"{}", wait=3.0), Act(json.dumps(completion("{}" * 50)).encode(), drip=0.05)])
def test_a_server_that_hangs_or_drips_is_given_up_at_the_deadline(ask: Callable[..., list[Answer]], act: Act) -> None:
    with FaultServer(lambda body, n: act) as server, pytest.raises(EngineError, match="nothing whole within"):
        ask(server, deadline=1.0)


def test_where_nothing_listens_the_message_names_the_address(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"127\.0\.0\.1:9/v1 gave no usable answer: no connection"):
        client(None, tmp_path).ask([request()])


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_something_missing(ask: Callable[..., list[Answer]], status: int) -> None:
    act = error(status, {"error": {"message": "bad key"}})
    with FaultServer(lambda b, n: act) as server, pytest.raises(MissingError, match="OPENAI_API_KEY"):
        ask(server)


def test_a_model_that_is_not_there_is_named(ask: Callable[..., list[Answer]]) -> None:
    act = error(404, {"error": {"message": "model not found"}})
    with (
        FaultServer(lambda b, n: act) as server,
        pytest.raises(EngineError, match=r"model 'm' .* check the model's name"),
    ):
        ask(server)


def test_nobody_who_was_not_named_gets_the_words(ask: Callable[..., list[Answer]]) -> None:
    with FaultServer(lambda b, n: reply(GOOD)) as other:
        act = error(307, {}, location=f"{other.url}/chat/completions")
        with FaultServer(lambda b, n: act) as server, pytest.raises(EngineError, match="which nobody named"):
            ask(server)
    assert not other.bodies


def test_replies_that_came_are_kept_when_a_later_one_fails(tmp_path: Path) -> None:
    def script(body: Body, n: int) -> Act:
        bad = "third" in body["messages"][1]["content"]
        return error(500, {}) if bad else reply(GOOD)

    requests = [request(words) for words in ("first", "second", "third")]
    with FaultServer(script) as server, pytest.raises(EngineError):
        client(server, tmp_path, concurrency=1).ask(requests)
    with FaultServer(lambda b, n: reply(GOOD)) as server:
        answers = client(server, tmp_path).ask(requests)
    assert [answer.value for answer in answers] == [GOOD] * 3
    assert len(server.bodies) == 1


# --- what an endpoint can do ------------------------------------------------------------------------------------------


def no_schema(body: Body) -> Act:
    if body.get("response_format", {}).get("type") == "json_schema":
        return error(400, {"error": {"message": "response_format json_schema is not supported"}})
    return good_canary(body)


def breaks_on_schema(body: Body) -> Act:
    if body.get("response_format", {}).get("type") == "json_schema":
        return error(500, {"error": "unexpected json_schema in response_format"})
    return good_canary(body)


def ignores_schema(body: Body) -> Act:
    return reply({"k": "hello"}, prompt_tokens=40)


def no_formats(body: Body) -> Act:
    return error(400, {"error": "response_format unknown"}) if "response_format" in body else good_canary(body)


@pytest.mark.parametrize(
    ("canary", "rung"),
    [
        (good_canary, "json_schema"),
        (no_schema, "json_object"),
        (breaks_on_schema, "json_object"),
        (ignores_schema, "json_object"),
        (no_formats, "text"),
    ],
)
def test_the_canary_finds_the_highest_rung_that_holds(
    ask: Callable[..., list[Answer]], canary: Callable[[Body], Act], rung: str
) -> None:
    with FaultServer(lambda b, n: reply(GOOD), canary) as server:
        assert ask(server)[0].value == GOOD
    [body] = server.bodies
    assert body.get("response_format", {"type": "text"})["type"] == rung
    told = "JSON schema" in body["messages"][0]["content"]
    assert told is (rung != "json_schema")


def test_the_canary_is_sent_once_and_its_words_are_few(tmp_path: Path) -> None:
    with FaultServer(lambda b, n: reply(GOOD)) as server:
        one = client(server, tmp_path)
        one.ask([request("a")])
        one.ask([request("b")])
    assert len(server.canaries) == 2
    assert sum(len(m["content"]) for body in server.canaries for m in body["messages"]) < 900


def test_a_schema_refused_later_goes_a_rung_down(ask: Callable[..., list[Answer]]) -> None:
    def script(body: Body, n: int) -> Act:
        forced = body.get("response_format", {}).get("type") == "json_schema"
        return error(400, {"error": "json_schema too deep"}) if forced else reply(GOOD)

    with FaultServer(script) as server:
        assert ask(server, request("a"), request("b"), concurrency=1)[1].value == GOOD
    assert len(server.bodies) == 3


@pytest.mark.parametrize(("refused", "kept"), [("temperature", "max_tokens"), ("max_tokens", "temperature")])
def test_a_refused_parameter_alone_is_left_out_and_remembered(tmp_path: Path, refused: str, kept: str) -> None:
    def judge(body: Body) -> Act | None:
        return error(400, {"error": {"message": f"Unsupported parameter: '{refused}'"}}) if refused in body else None

    with FaultServer(lambda b, n: judge(b) or reply(GOOD), lambda b: judge(b) or good_canary(b)) as server:
        one = client(server, tmp_path)
        assert one.ask([request("a")])[0].value == GOOD
        one.ask([request("b")])
    assert all(refused not in body and kept in body for body in server.bodies)
    assert len(server.bodies) == 2


def test_a_request_that_is_too_long_asks_for_a_smaller_window(ask: Callable[..., list[Answer]]) -> None:
    act = error(400, {"error": {"message": "exceeds the available context size"}})
    with FaultServer(lambda b, n: act) as server:
        assert ask(server)[0].failure == "length"


def test_a_prompt_cut_in_silence_is_noticed(ask: Callable[..., list[Answer]]) -> None:
    """A server with a small context answers 200 to the end of the prompt that it kept."""
    with FaultServer(lambda b, n: reply(GOOD, prompt_tokens=40)) as server:
        [answer] = ask(server, request("we talked about the price of it " * 40))
    assert answer.failure == "cut"
    assert "its context is too small" in answer.reason
    assert answer.value is None


def test_a_prompt_read_whole_is_taken(ask: Callable[..., list[Answer]]) -> None:
    with FaultServer(
        lambda b, n: reply(GOOD, prompt_tokens=sum(len(m["content"]) for m in b["messages"]) // 4)
    ) as server:
        [answer] = ask(server, request("we talked about the price of it " * 40))
    assert answer.value == GOOD
    assert answer.usage.output == 7


def test_no_more_requests_at_once_than_there_are_slots(ask: Callable[..., list[Answer]]) -> None:
    with FaultServer(lambda b, n: Act(reply(GOOD).content, wait=0.05)) as server:
        ask(server, *(request(str(n)) for n in range(12)), concurrency=3)
    assert server.most_at_once == 3


# --- kept, deferred, replayed -----------------------------------------------------------------------------------------


def test_a_kept_reply_is_not_asked_for_again(tmp_path: Path) -> None:
    with FaultServer(lambda b, n: reply(GOOD)) as server:
        client(server, tmp_path).ask([request()])
        [again] = client(server, tmp_path, mode="replay").ask([request()])
    assert again.value == GOOD
    assert (again.usage.kept, len(server.bodies)) == (1, 1)


def test_the_same_question_twice_in_a_run_is_asked_once(ask: Callable[..., list[Answer]]) -> None:
    with FaultServer(lambda b, n: reply(GOOD)) as server:
        assert [one.value for one in ask(server, request(), request())] == [GOOD, GOOD]
    assert len(server.bodies) == 1


def test_the_fence_is_new_for_each_call_and_the_key_is_not(tmp_path: Path) -> None:
    one, other = request().messages(), request().messages()
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert request().key == request().key
    assert FENCE not in json.dumps(one, ensure_ascii=False)


@pytest.mark.parametrize("changed", [request("other"), request(model="m2")])
def test_another_question_has_another_key(changed: Request) -> None:
    assert changed.key != request().key


def test_replay_never_calls(tmp_path: Path) -> None:
    with FaultServer(lambda b, n: reply(GOOD)) as server, pytest.raises(EngineError, match="1 of 1 replies"):
        client(server, tmp_path, mode="replay").ask([request()])
    assert not server.bodies
    assert not server.canaries


def test_deferred_asks_by_file(tmp_path: Path) -> None:
    with pytest.raises(WaitingError) as caught:
        client(None, tmp_path, mode="deferred").ask([request("a"), request("b")])
    lines = [json.loads(one.line()) for one in caught.value.requests]
    assert [line["method"] for line in lines] == ["POST", "POST"]
    assert {line["url"] for line in lines} == {"/v1/chat/completions"}
    assert lines[0]["body"]["response_format"]["json_schema"]["schema"] == SCHEMA
    assert len({line["custom_id"] for line in lines}) == 2
    assert caught.value.exit_status == 4


def test_a_reply_moved_to_another_request_is_noticed(tmp_path: Path) -> None:
    """A cache that answers for another prompt."""
    with FaultServer(lambda b, n: reply(GOOD)) as server:
        client(server, tmp_path).ask([request("a")])
    path = tmp_path / "r.jsonl"
    kept = json.loads(path.read_text())
    kept["key"] = request("b").key
    path.write_text(json.dumps(kept) + "\n")
    with pytest.raises(AnalyzerError, match="does not belong to the key"):
        client(None, tmp_path, mode="replay").ask([request("b")])


def test_a_reply_changed_after_it_was_kept_is_noticed(tmp_path: Path) -> None:
    with FaultServer(lambda b, n: reply(GOOD)) as server:
        client(server, tmp_path).ask([request()])
    path = tmp_path / "r.jsonl"
    path.write_text(path.read_text().replace("coaching", "inspection"))
    with pytest.raises(AnalyzerError, match="changed or moved"):
        client(None, tmp_path, mode="replay").ask([request()])
