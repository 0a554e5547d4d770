"""Every AWS call of `photo_reader` fails, once and for good: nothing is lost, nothing doubled."""

import pytest

from benchmarks.queue_faults import (
    BEFORE,
    CALLS,
    COPIED,
    FOREIGN,
    KILLED_AT,
    PHOTO_CALLS,
    REJECTED_FILE,
    REPEATED_EVENT,
    SCENARIOS,
    STORED,
    Outcome,
    Scenario,
    State,
    play,
)
from local.faults import FAULTS, Fault
from local.functions import LocalFunction
from local.queue_loop import QueueLoop
from local.stack import Stack
from local.template import resource

TRIES = resource("PhotosQueue")["RedrivePolicy"]["maxReceiveCount"]
OURS = {
    "HeadObject": "PhotoUnavailable: s3://photos/uploads/",
    "GetObject": "PhotoUnavailable: s3://photos/uploads/",
    "PutObject": "BucketUnavailable: S3 ",
    "UpdateItem": "StoreUnavailable: DynamoDB ",
    "DeleteObject": "BucketUnavailable: S3 ",
    "PutObjectTagging": "BucketUnavailable: S3 ",
    "GetItem": "StoreUnavailable: DynamoDB ",
}
"""How the reason begins."""
TABLE_S = {
    Fault.DENIED: "ClientError: An error occurred (AccessDeniedException)",
    Fault.MISSING: "ResourceNotFoundException: An error occurred",
}
BUCKET_S = {
    Fault.DENIED: "AccessDenied: An error occurred (AccessDenied)",
    Fault.MISSING: "NoSuchKey: An error occurred (NoSuchKey)",
}
MISTAKES = {
    "UpdateItem": TABLE_S,
    "GetItem": TABLE_S,
    "PutObject": BUCKET_S,
    "DeleteObject": BUCKET_S,
    "PutObjectTagging": BUCKET_S,
}
"""What AWS says of mistakes in the stack stays what it is."""
ANSWERS = {
    Fault.TIMEOUT: "Read timeout on endpoint URL",
    Fault.CUT_OFF: "2 read, but total bytes expected is 1000.",
}
"""What the reason tells of the answer, where there was none; else it names AWS's error and call."""

READ = State(readings=("not_found",), copies=1, upload=False)
"""Which is what the reader says of a grey photo."""
REJECTED = State(readings=("rejected",), copies=0, upload=True)
UPLOADED = State(readings=(), copies=0, upload=True)
STOPPED_AT = {
    "HeadObject": UPLOADED,
    "GetObject": UPLOADED,
    "PutObject": UPLOADED,
    "UpdateItem": State(readings=(), copies=1, upload=True),
    "DeleteObject": State(readings=("not_found",), copies=1, upload=True),
    "PutObjectTagging": REJECTED,
    "GetItem": READ,
}
"""What there is where a call never succeeds."""
GONE_IS_WELL = ("DeleteObject", "PutObjectTagging")
"""Where S3 says that there is no such object, there is nothing to do for these."""


@pytest.fixture
def outcome(
    scenario: Scenario, stack: Stack, photo_reader: LocalFunction, queue: QueueLoop
) -> Outcome:
    return play(scenario, stack, photo_reader)


def those(*, lasting: bool, foreign: bool = False) -> pytest.MarkDecorator:
    chosen = [s for s in SCENARIOS if s.lasting == lasting and (s.call == FOREIGN) == foreign]
    assert chosen
    return pytest.mark.parametrize("scenario", chosen, ids=str)


def end_of(scenario: Scenario) -> State:
    """What is to come of the scenario's photo."""
    return REJECTED if scenario.call == REJECTED_FILE else READ


@those(lasting=False)
def test_photo_is_read_when_the_fault_was_one(scenario: Scenario, outcome: Outcome) -> None:
    if scenario == Scenario("DeleteObject", Fault.MISSING, lasting=False):
        # S3 says that the upload is gone. It is not, here.
        assert outcome.state == STOPPED_AT["DeleteObject"]
    else:
        assert outcome.state == end_of(scenario)
    assert (outcome.dead, outcome.left, outcome.redriven) == ((), 0, None)
    assert outcome.deliveries <= 2


@those(lasting=True)
def test_photo_is_set_aside_with_the_reason_when_the_fault_stays_and_read_when_it_is_over(
    scenario: Scenario, outcome: Outcome
) -> None:
    call = KILLED_AT.get(scenario.fault, scenario.call)
    assert outcome.left == 0
    assert outcome.state == (UPLOADED if scenario.fault == BEFORE else STOPPED_AT[call])
    if scenario.fault == Fault.MISSING and call in ("HeadObject", "GetObject"):
        # S3 says, twice, that there is no such photo: nothing is lost.
        assert (outcome.deliveries, outcome.dead) == (2, ())
        return
    if scenario.fault == Fault.MISSING and call in GONE_IS_WELL:
        assert (outcome.deliveries, outcome.dead) == (1, ())
        return
    assert outcome.deliveries == TRIES
    assert outcome.redriven == end_of(scenario)
    (reason,) = outcome.dead
    if scenario.call == "Invoke":
        assert reason is None  # SQS moved it: nobody was there to tell
        return
    assert reason
    fault = Fault(scenario.fault)
    assert reason.startswith(MISTAKES.get(call, {}).get(fault, OURS[call]))
    assert ANSWERS.get(fault, f"when calling the {call} operation") in reason


@those(lasting=False, foreign=True)
def test_dead_letter_tells_its_reason_though_it_took_two_attempts(
    scenario: Scenario, outcome: Outcome
) -> None:
    (reason,) = outcome.dead
    assert reason
    assert reason.startswith("NotAnS3Event: the message is no JSON")
    assert outcome.left == 0


@those(lasting=True, foreign=True)
def test_sqs_moves_what_the_function_cannot(scenario: Scenario, outcome: Outcome) -> None:
    assert (outcome.deliveries, outcome.dead, outcome.left) == (TRIES, (None,), 0)


def test_every_call_of_the_function_is_among_them() -> None:
    # test_permissions.py holds the calls that the code makes against the ones that are granted; to
    # erase a photo that comes late (ListObjectVersions, DeleteObjects) has tests of its own.
    assert set(CALLS) == {*PHOTO_CALLS, REJECTED_FILE, REPEATED_EVENT, FOREIGN}
    assert set(STOPPED_AT) == set(OURS) == set(CALLS) - {FOREIGN}
    for call in CALLS:
        assert {s.fault for s in SCENARIOS if s.call == call} >= set(FAULTS)
    killed = {s.fault for s in SCENARIOS if s.call == "Invoke" and s.lasting}
    assert killed == {BEFORE, COPIED, STORED}
