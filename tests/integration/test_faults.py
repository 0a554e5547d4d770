"""Every AWS call of `photo_reader` fails, once and for good: nothing is lost, nothing doubled."""

import pytest

from benchmarks.queue_faults import BEFORE, CALLS, SCENARIOS, Outcome, Scenario, play
from local.faults import FAULTS, Fault
from local.functions import LocalFunction
from local.queue_loop import QueueLoop
from local.stack import Stack
from local.template import resource
from tests.queues import take_dead_letters

TRIES = resource("PhotosQueue")["RedrivePolicy"]["maxReceiveCount"]
REASONS = {
    "HeadObject": "PhotoUnavailable: s3://photos/uploads/",
    "GetObject": "PhotoUnavailable: s3://photos/uploads/",
    "UpdateItem": "StoreUnavailable: DynamoDB ",
}
"""How the reason begins."""
ANSWERS = {
    Fault.TIMEOUT: "Read timeout on endpoint URL",
    Fault.CUT_OFF: "2 read, but total bytes expected is 1000.",
}
"""What it tells of the answer, where there was none; else it names AWS's error and the call."""
MISTAKES = {
    Fault.DENIED: "ClientError: An error occurred (AccessDeniedException)",
    Fault.MISSING: "ResourceNotFoundException: An error occurred",
}
"""What DynamoDB says of mistakes in the stack stays what it is."""


@pytest.fixture
def outcome(
    scenario: Scenario, stack: Stack, photo_reader: LocalFunction, queue: QueueLoop
) -> Outcome:
    take_dead_letters(stack)  # what another test left
    return play(scenario, stack, photo_reader)


def those(*, lasting: bool, sending: bool = False) -> pytest.MarkDecorator:
    chosen = [s for s in SCENARIOS if s.lasting == lasting and (s.call == "SendMessage") == sending]
    assert chosen
    return pytest.mark.parametrize("scenario", chosen, ids=str)


@those(lasting=False)
def test_photo_is_read_when_the_fault_was_one(scenario: Scenario, outcome: Outcome) -> None:
    assert outcome.readings == ("not_found",)  # which is what the reader says of a grey photo
    assert outcome.dead == ()
    assert outcome.left == 0
    assert outcome.deliveries <= 2


@those(lasting=True)
def test_photo_is_set_aside_with_the_reason_when_the_fault_stays(
    scenario: Scenario, outcome: Outcome
) -> None:
    assert outcome.left == 0
    assert outcome.readings == ()
    if scenario.fault == Fault.MISSING and scenario.call in ("HeadObject", "GetObject"):
        # S3 says, twice, that there is no such photo: nothing is lost.
        assert outcome == Outcome(deliveries=2, readings=(), dead=(), left=0)
        return
    assert outcome.deliveries == TRIES
    (reason,) = outcome.dead
    if scenario.fault == BEFORE:
        assert reason is None  # SQS moved it: nobody was there to tell
        return
    assert reason
    fault = Fault(scenario.fault)
    if scenario.call == "UpdateItem" and fault in MISTAKES:
        assert reason.startswith(MISTAKES[fault])
    else:
        assert reason.startswith(REASONS[scenario.call])
    answer = f"when calling the {scenario.call} operation"
    assert ANSWERS.get(fault, answer) in reason


@those(lasting=False, sending=True)
def test_dead_letter_tells_its_reason_though_it_took_two_attempts(
    scenario: Scenario, outcome: Outcome
) -> None:
    (reason,) = outcome.dead
    assert reason
    assert reason.startswith("NotAnS3Event: the message is no JSON")
    assert outcome.left == 0


@those(lasting=True, sending=True)
def test_sqs_moves_what_the_function_cannot(scenario: Scenario, outcome: Outcome) -> None:
    assert outcome == Outcome(deliveries=TRIES, readings=(), dead=(None,), left=0)


def test_every_call_of_the_function_is_among_them() -> None:
    # test_permissions.py holds the calls that the code makes against the ones that are granted.
    assert set(CALLS) == {"HeadObject", "GetObject", "UpdateItem", "SendMessage"}
    for call in CALLS:
        assert {s.fault for s in SCENARIOS if s.call == call} >= set(FAULTS)
