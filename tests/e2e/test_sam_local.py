"""Both functions in containers: each event through `sam local invoke`, and through `start-api`.

Not among the tests of `make test`; `make test-sam` runs these, in a run of their own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack, running_stack
from tests.containers import NoContainers, running_engine
from tests.events import (
    SEEN,
    SEEN_ID,
    assert_problem,
    event_names,
    event_path,
    load_event,
    outcome,
    set_scene,
)
from tests.sam_local import LocalApi, SamLocal, write_settings
from vinreader.api.problems import ProblemType

pytestmark = pytest.mark.containers

API_EVENTS = [name for name in event_names() if "routeKey" in load_event(name)]

NEED_A_CALLER = ("delete-reading.json", "put-correction.json")
"""`sam local` has no authorizer of tokens: these must be refused there."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The local stack, where containers reach it too."""
    with running_stack(listen="0.0.0.0") as running:
        yield running


@pytest.fixture(scope="module")
def sam(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamLocal]:
    """`sam local` with Docker or podman; a failure, not a skip, where there is neither."""
    folder: Path = tmp_path_factory.mktemp("sam")
    try:
        with running_engine() as engine:
            if not engine.has_image():
                engine.pull_image()
            yield SamLocal(engine, write_settings(stack, engine, folder))
    except NoContainers as missing:
        pytest.fail(str(missing))


@pytest.fixture(scope="module")
def api(sam: SamLocal) -> Iterator[LocalApi]:
    with sam.serving() as served:
        yield served


@pytest.mark.parametrize("name", event_names())
def test_event_through_invoke(stack: Stack, sam: SamLocal, name: str) -> None:
    expected = outcome(name)
    scene = set_scene(stack)
    expected.check(sam.invoke(expected.function, event_path(name)), scene)


@pytest.mark.parametrize("name", API_EVENTS)
def test_event_through_start_api(stack: Stack, api: LocalApi, name: str) -> None:
    scene = set_scene(stack)
    answer = api.request(load_event(name))
    if name in NEED_A_CALLER:
        assert_problem(answer, ProblemType.NO_IDENTITY)
        assert scene.store.load(SEEN_ID).vin == SEEN.vin
    else:
        outcome(name).check(answer, scene)
