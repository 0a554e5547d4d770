"""Every AWS call of `photo_reader` made to fail, once and for good; prints the table of outcomes.

`python -m benchmarks.queue_faults`: the real handler and the real reader between a queue, a bucket
and a table of the local stack. Waits between attempts are left out, attempts are not. When a fault
that stays is over, dead letters are sent back, as an operator would.
"""

from __future__ import annotations

import json
import logging
import os
import re
import uuid
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import boto3

from local.faults import FAULTS, Fault, before_sending, failing
from local.functions import FunctionFailed, LocalFunction
from local.queue_loop import QueueLoop
from local.stack import Stack, running_stack
from tests.photos import BROKEN, blank_jpeg
from tests.queues import items_of, messages_left, reason_of, retried_at_once, take_dead_letters

BEFORE, AFTER = "killed before it began", "killed when all was done"
COPIED, STORED = "killed before UpdateItem", "killed before DeleteObject"
"""The function ran out of time or memory: it never answers."""

KILLED_AT = {COPIED: "UpdateItem", STORED: "DeleteObject"}
"""The call that it did not get to."""

PHOTO_CALLS = ("HeadObject", "GetObject", "PutObject", "UpdateItem", "DeleteObject")
"""What one photo needs, in that order."""

REJECTED_FILE = "PutObjectTagging"
"""The call that a file that is no image needs, instead of the copy and the deletion."""

REPEATED_EVENT = "GetItem"
"""The call that an event needs whose photo was read before."""

FOREIGN = "SendMessage"
"""How a message is set aside: of one that S3 did not send."""

FOREIGN_MESSAGE = "not from S3"
REASON_LENGTH = 80
DELIVERIES_MAX = 20
"""Far more than any message may take."""


@dataclass(frozen=True)
class Scenario:
    """One kind of fault in one call."""

    call: str
    fault: str
    lasting: bool

    def __str__(self) -> str:
        return f"{self.call}, {self.fault}, {'for good' if self.lasting else 'once'}"


@dataclass(frozen=True)
class State:
    """What there is of a photo."""

    readings: tuple[str, ...]
    """The status of each item that the table holds of it, under whatever id."""
    copies: int
    upload: bool


@dataclass(frozen=True)
class Outcome:
    """What became of the photo (or, for `SendMessage`, of a message that is none)."""

    deliveries: int
    state: State
    dead: tuple[str | None, ...]
    """For each dead letter the reason it gives; None where SQS moved it by itself."""
    left: int
    """Messages still in the queue."""
    redriven: State | None
    """After the dead letters were sent back; None where there were none of a photo."""


CALLS = (*PHOTO_CALLS, REJECTED_FILE, REPEATED_EVENT, FOREIGN)
SCENARIOS = (
    *(
        Scenario(call, fault, lasting)
        for call, faults in [
            *((call, FAULTS) for call in CALLS),
            ("GetObject", (Fault.CUT_OFF,)),
            ("Invoke", (BEFORE, COPIED, STORED)),
        ]
        for fault in faults
        for lasting in (False, True)
    ),
    Scenario("Invoke", AFTER, lasting=False),
)


class Killed(BaseException):
    """Lambda ends the process: no code of the function's own sees it."""


class DyingFunction(LocalFunction):
    """A function that is killed the first `times`, or always for None, in the midst of its work."""

    def __init__(self, name: str, when: str, times: int | None) -> None:
        super().__init__(name)
        self.when = when
        self.times = times

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The answer, where it lives to give one."""
        if self.times == 0:
            return super().invoke(event)
        if self.times is not None:
            self.times -= 1
        if self.when == AFTER:
            super().invoke(event)
        elif self.when in KILLED_AT:
            call = KILLED_AT[self.when]
            try:
                with before_sending(_client_of(call), call, _kill):
                    super().invoke(event)
            except Killed as end:
                raise FunctionFailed("Runtime exited") from end
        raise FunctionFailed("Task timed out")


def _kill(**_: Any) -> None:
    raise Killed


def play(scenario: Scenario, stack: Stack, function: LocalFunction) -> Outcome:
    """Send one photo through the queue while the fault lasts; the queue is empty before."""
    times = None if scenario.lasting else 1
    reading_id = str(uuid.uuid4())
    loop = QueueLoop(stack.queue_url, function)
    with retried_at_once(stack):
        _send(scenario, stack, reading_id, loop)
        if scenario.call == "Invoke":
            loop = QueueLoop(stack.queue_url, DyingFunction(function.name, scenario.fault, times))
        with _fault(scenario, times):
            deliveries = _deliver_all(loop)
        state = _state(stack, reading_id)
        left = messages_left(stack.queue_url)
        letters = take_dead_letters(stack)
        redriven = None
        if letters and scenario.call != FOREIGN:
            for letter in letters:
                _send_message(stack, letter["Body"])
            _deliver_all(QueueLoop(stack.queue_url, function))
            redriven = _state(stack, reading_id)
    return Outcome(deliveries, state, tuple(map(reason_of, letters)), left, redriven)


def _send(scenario: Scenario, stack: Stack, reading_id: str, loop: QueueLoop) -> None:
    """Put what the scenario is about into the queue."""
    if scenario.call == FOREIGN:
        _send_message(stack, FOREIGN_MESSAGE)
        return
    file = BROKEN["text file"] if scenario.call == REJECTED_FILE else blank_jpeg(320, 16)
    key = f"uploads/{reading_id}"
    etag = boto3.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=file)["ETag"]
    if scenario.call == REPEATED_EVENT:
        _deliver_all(loop)
        stored = {"key": key, "eTag": etag, "sequencer": "01"}
        record = {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "eventTime": "2026-11-20T12:00:00Z",
            "s3": {"bucket": {"name": stack.bucket}, "object": stored},
        }
        _send_message(stack, json.dumps({"Records": [record]}))


def _send_message(stack: Stack, body: str) -> None:
    boto3.client("sqs").send_message(QueueUrl=stack.queue_url, MessageBody=body)


def _deliver_all(loop: QueueLoop) -> int:
    """How often something was taken from the queue, until nothing was."""
    deliveries = 0
    while deliveries < DELIVERIES_MAX and loop.deliver(wait_seconds=0).taken:
        deliveries += 1
    return deliveries


def _state(stack: Stack, reading_id: str) -> State:
    client = boto3.client("s3")
    copies, uploads = (
        client.list_objects_v2(Bucket=stack.bucket, Prefix=prefix)["KeyCount"]
        for prefix in (f"photos/{reading_id}/", f"uploads/{reading_id}")
    )
    items = items_of(stack, f"uploads/{reading_id}")
    return State(tuple(item["status"] for item in items), copies, uploads > 0)


def _fault(scenario: Scenario, times: int | None) -> AbstractContextManager[None]:
    if scenario.call == "Invoke":
        return nullcontext()
    return failing(_client_of(scenario.call), scenario.call, Fault(scenario.fault), times)


def _client_of(call: str) -> Any:
    """The function's own client for a call."""
    from functions.photo_reader import app

    if call in ("UpdateItem", "GetItem"):
        return app.store.client
    return app.dead_letters.client if call == FOREIGN else app.bucket.client


def short(reason: str) -> str:
    """What matters of a reason, the same in every run."""
    plain = re.sub(r'"?(s3://|http://)\S+', "…", reason)
    return plain if len(plain) <= REASON_LENGTH else f"{plain[:REASON_LENGTH]}…"


def told(state: State) -> str:
    """What there is of a photo, in words."""
    parts = [f"reading `{status}`" for status in state.readings]
    parts += ["a copy"] if state.copies == 1 else [f"{state.copies} copies"] if state.copies else []
    parts += ["the upload"] if state.upload else []
    return ", ".join(parts) or "nothing"


def row(scenario: Scenario, outcome: Outcome) -> str:
    """One line of the table, in Markdown."""
    letters = ", ".join(
        f"`{short(reason)}`" if reason else "moved by SQS, no reason" for reason in outcome.dead
    )
    foreign = scenario.call == FOREIGN
    cells = [
        scenario.call,
        scenario.fault,
        "for good" if scenario.lasting else "once",
        str(outcome.deliveries),
        "no photo" if foreign else told(outcome.state),
        f"{len(outcome.dead)}{f': {letters}' if letters else ''}",
        told(outcome.redriven) if outcome.redriven else "",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    os.environ["LOG_LEVEL"] = "CRITICAL"
    logging.disable(logging.ERROR)  # of the queue loop: the table tells it
    with running_stack() as stack:
        function = LocalFunction("photo_reader")
        print("| Call | Fault | | Taken from the queue | What there is | Dead letters | Redriven |")
        print("|---|---|---|---|---|---|---|")
        outcomes = []
        for scenario in SCENARIOS:
            outcome = play(scenario, stack, function)
            outcomes.append(outcome)
            print(row(scenario, outcome), flush=True)
    ends = [outcome.redriven or outcome.state for outcome in outcomes]
    photos = [end for end, s in zip(ends, SCENARIOS, strict=True) if s.call != FOREIGN]
    read = sum(len(end.readings) == 1 for end in photos)
    doubled = sum(max(len(end.readings), end.copies) > 1 for end in photos)
    doubled += sum(len(outcome.dead) > 1 for outcome in outcomes)
    left = sum(outcome.left for outcome in outcomes)
    print(
        f"\n{len(outcomes)} faults, {len(photos)} of them with a photo. In the end, dead letters "
        f"sent back: {read} readings, {len(photos) - read} photos of which S3 says that they are "
        f"not there, {doubled} doubled, {left} left in the queue."
    )


if __name__ == "__main__":
    main()
