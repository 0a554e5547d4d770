"""Every AWS call of `photo_reader` made to fail, once and for good; prints the table of outcomes.

`python -m benchmarks.queue_faults`: the real handler and the real reader between a queue, a bucket
and a table of the local stack. Waits between attempts are left out, attempts are not.
"""

from __future__ import annotations

import logging
import os
import re
import uuid
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import boto3

from local.faults import FAULTS, Fault, failing
from local.functions import FunctionFailed, LocalFunction
from local.queue_loop import QueueLoop
from local.stack import Stack, running_stack
from tests.photos import blank_jpeg
from tests.queues import items_of, messages_left, reason_of, retried_at_once, take_dead_letters

BEFORE, AFTER = "killed before it stored", "killed after it stored"
"""The function ran out of time or memory: it never answers."""

FOREIGN_MESSAGE = "not from S3"
REASON_LENGTH = 95
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
class Outcome:
    """What became of the photo (or, for `SendMessage`, of a message that is none)."""

    deliveries: int
    readings: tuple[str, ...]
    """The status of each item that the table holds of this photo."""
    dead: tuple[str | None, ...]
    """For each dead letter the reason it gives; None where SQS moved it by itself."""
    left: int
    """Messages still in the queue."""

    @property
    def gone(self) -> bool:
        """Whether nothing is left of it but a line in the log."""
        return not (self.readings or self.dead or self.left)


CALLS = ("HeadObject", "GetObject", "UpdateItem", "SendMessage")
SCENARIOS = (
    *(
        Scenario(call, fault, lasting)
        for call, faults in [
            *((call, FAULTS) for call in CALLS),
            ("GetObject", (Fault.CUT_OFF,)),
            ("Invoke", (BEFORE,)),
        ]
        for fault in faults
        for lasting in (False, True)
    ),
    Scenario("Invoke", AFTER, lasting=False),
)


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
        raise FunctionFailed("Task timed out")


def play(scenario: Scenario, stack: Stack, function: LocalFunction) -> Outcome:
    """Send one photo through the queue while the fault lasts; the queue is empty before."""
    times = None if scenario.lasting else 1
    key = f"uploads/{uuid.uuid4()}.jpg"
    if scenario.call == "SendMessage":
        boto3.client("sqs").send_message(QueueUrl=stack.queue_url, MessageBody=FOREIGN_MESSAGE)
    else:
        boto3.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=blank_jpeg(320, 16))
    if scenario.call == "Invoke":
        function = DyingFunction(function.name, scenario.fault, times)
    loop = QueueLoop(stack.queue_url, function)
    with retried_at_once(stack), _fault(scenario, times):
        deliveries = 0
        while deliveries < DELIVERIES_MAX and loop.deliver(wait_seconds=0).taken:
            deliveries += 1
    return Outcome(
        deliveries=deliveries,
        readings=tuple(
            item["status"] for item in items_of(stack) if item.get("photo", {}).get("key") == key
        ),
        dead=tuple(reason_of(message) for message in take_dead_letters(stack)),
        left=messages_left(stack.queue_url),
    )


def _fault(scenario: Scenario, times: int | None) -> AbstractContextManager[None]:
    from functions.photo_reader import app

    if scenario.call == "Invoke":
        return nullcontext()
    client = {
        "HeadObject": app.bucket.client,
        "GetObject": app.bucket.client,
        "UpdateItem": app.store.table.table.meta.client,
        "SendMessage": app.dead_letters.client,
    }[scenario.call]
    return failing(client, scenario.call, Fault(scenario.fault), times)


def short(reason: str) -> str:
    """What matters of a reason, the same in every run."""
    plain = re.sub(r'"?(s3://|http://)\S+', "…", reason)
    return plain if len(plain) <= REASON_LENGTH else f"{plain[:REASON_LENGTH]}…"


def row(scenario: Scenario, outcome: Outcome) -> str:
    """One line of the table, in Markdown."""
    letters = ", ".join(
        f"`{short(reason)}`" if reason else "moved by SQS, no reason" for reason in outcome.dead
    )
    cells = [
        scenario.call,
        scenario.fault,
        "for good" if scenario.lasting else "once",
        str(outcome.deliveries),
        str(len(outcome.readings)),
        f"{len(outcome.dead)}{f': {letters}' if letters else ''}",
        "gone: logged and counted" if outcome.gone else "",
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    os.environ["LOG_LEVEL"] = "CRITICAL"
    logging.disable(logging.ERROR)  # of the queue loop: the table tells it
    with running_stack() as stack:
        function = LocalFunction("photo_reader")
        print("| Call | Fault | | Taken from the queue | Readings | Dead letters | |")
        print("|---|---|---|---|---|---|---|")
        outcomes = []
        for scenario in SCENARIOS:
            outcome = play(scenario, stack, function)
            outcomes.append(outcome)
            print(row(scenario, outcome), flush=True)
    kept = sum(len(outcome.readings) for outcome in outcomes)
    dead = sum(len(outcome.dead) for outcome in outcomes)
    gone = sum(outcome.gone for outcome in outcomes)
    doubled = sum(len(o.readings) + len(o.dead) > 1 for o in outcomes)
    left = sum(outcome.left for outcome in outcomes)
    print(
        f"\n{len(outcomes)} faults: {kept} readings, {dead} dead letters, "
        f"{gone} of photos that S3 says are not there, {doubled} doubled, {left} left in the queue."
    )


if __name__ == "__main__":
    main()
