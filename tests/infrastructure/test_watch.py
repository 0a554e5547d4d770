"""Alarms and dashboard look at metrics that are really sent, under the dimensions they have."""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.templates import resolved
from vinreader.observability import count, counts_cold_start, make_metrics, note
from vinreader.results import Defect, Reading, Status

NAMESPACE = "VinReader/vin-reader"
FUNCTIONS = {"photo_reader": "PhotoReaderFunction", "api": "ApiFunction"}
DEFECTS = ("blurry", "dark", "glare", "low_contrast", "too_small", "cut_off", "obstructed")
STAGES = ("decode", "barcodes", "detect", "rectify", "recognize", "judge", "inspect", "total")
KEYS = ("FunctionName", "QueueName", "ApiId")
"""The dimensions that name a resource."""
Metric = tuple[str, str, frozenset[tuple[str, str]]]
"""Namespace, name and dimensions."""

OF_AWS = {
    # By function, all its versions together; or by version, while two of them share an alias.
    "AWS/Lambda": (
        {"Errors", "Throttles", "Duration"},
        [{"FunctionName"}, {"FunctionName", "Resource", "ExecutedVersion"}],
    ),
    "AWS/SQS": (
        {
            "ApproximateNumberOfMessagesVisible",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateAgeOfOldestMessage",
        },
        [{"QueueName"}],
    ),
    # An HTTP API's own names: those of a REST API are 5XXError and ApiName.
    "AWS/ApiGateway": ({"Count", "4xx", "5xx", "Latency"}, [{"ApiId"}]),
}
"""Metric names and the dimensions that they come with, from the user guides of the services."""


@pytest.fixture
def names(resources: dict[str, Any]) -> dict[str, str]:
    """A stand-in for everything that an alarm or the dashboard refers to."""
    parameters = {"OldestMessageSeconds": "900", "RetakePercent": "30", "AlarmTopicArn": "topic"}
    refs = {name: name for name in resources}
    queues = {f"{name}.QueueName": name for name in resources}
    arns = {f"{name}.Arn": f"arn:{name}" for name in resources}
    versions = {f"{name}.Version.Version": "7" for name in FUNCTIONS.values()}
    return {**refs, **queues, **arns, **versions, **parameters}


@pytest.fixture
def alarms(resources: dict[str, Any], names: dict[str, str]) -> dict[str, dict[str, Any]]:
    return {
        name: resolved(resource["Properties"], names)
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


@pytest.fixture
def dashboard(resources: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    body = resolved(resources["Dashboard"]["Properties"]["DashboardBody"], names)
    return json.loads(body)["widgets"]


@pytest.fixture
def emitted(root: Path, monkeypatch: pytest.MonkeyPatch) -> set[Metric]:
    """Every metric that the code can print, read from what it prints."""
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", NAMESPACE)
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    printed = io.StringIO()
    defects = tuple(Defect(kind, 0.8) for kind in DEFECTS)
    times = dict.fromkeys(STAGES, 12.5)
    with redirect_stdout(printed):
        for service in FUNCTIONS:
            metrics = make_metrics(service)
            for status in Status:
                reading = Reading(status, "1M8GDM9AXKP042788", 0.9, defects=defects)
                count(metrics, replace(reading, timings_ms=times), store_ms=8.5)
            counts_cold_start(metrics)(lambda _event, _context: {})({}, None)  # type: ignore[arg-type]
            for name in noted(root, service):
                note(make_metrics(service), name)
    return {metric for line in printed.getvalue().splitlines() for metric in emf(json.loads(line))}


def noted(root: Path, service: str) -> list[str]:
    """The names that a function counts beside readings: `note(metrics, "…")`."""
    source = ast.parse((root / "functions" / service / "app.py").read_text())
    return [
        ast.literal_eval(node.args[1])
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "note"
    ]


def emf(line: dict[str, Any]) -> Iterator[Metric]:
    """What CloudWatch makes of a line in its embedded metric format."""
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            values = frozenset((name, line[name]) for name in dimensions)
            for metric in directive["Metrics"]:
                yield directive["Namespace"], metric["Name"], values


def watched_by(alarm: dict[str, Any]) -> list[Metric]:
    stats = [part["MetricStat"]["Metric"] for part in alarm.get("Metrics", ()) if _is_stat(part)]
    return [
        (
            metric["Namespace"],
            metric["MetricName"],
            frozenset((d["Name"], d["Value"]) for d in metric["Dimensions"]),
        )
        for metric in (stats if "Metrics" in alarm else [alarm])
    ]


def _is_stat(part: dict[str, Any]) -> bool:
    return "MetricStat" in part


def shown_by(widget: dict[str, Any]) -> list[Metric]:
    """The metrics of a widget, its dots and ellipses written out."""
    found: list[Metric] = []
    above: list[str] = []
    for row in widget["properties"].get("metrics", ()):
        texts = [part for part in row if isinstance(part, str)]
        if texts[0] == "...":
            texts = above[: len(above) - len(texts) + 1] + texts[1:]
        texts = [above[i] if text == "." else text for i, text in enumerate(texts)]
        above = texts
        namespace, name, *pairs = texts
        found.append((namespace, name, frozenset(zip(pairs[::2], pairs[1::2], strict=True))))
    return found


def check(metric: Metric, emitted: set[Metric], resources: dict[str, Any]) -> None:
    namespace, name, dimensions = metric
    if namespace == NAMESPACE:
        assert metric in emitted
        return
    known, wanted = OF_AWS[namespace]
    assert name in known
    assert {key for key, _ in dimensions} in wanted
    types = {"AWS/Lambda": "Function", "AWS/SQS": "Queue", "AWS/ApiGateway": "HttpApi"}
    values = dict(dimensions)
    logical_id = values.pop(next(key for key in KEYS if key in values))
    assert resources[logical_id]["Type"].endswith(f"::{types[namespace]}")
    assert values in ({}, {"Resource": f"{logical_id}:live", "ExecutedVersion": "7"})


def test_code_and_template_agree_on_namespace_and_services(
    template: dict[str, Any], root: Path
) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert resolved(variables["POWERTOOLS_METRICS_NAMESPACE"], {}) == NAMESPACE
    sources = [path.read_text() for path in (root / "functions").rglob("*.py")]
    for function, resource in FUNCTIONS.items():
        own = template["Resources"][resource]["Properties"]["Environment"]["Variables"]
        assert own["POWERTOOLS_SERVICE_NAME"] == function
        assert any(f'make_metrics("{function}")' in source for source in sources)


def test_every_kind_of_metric_is_printed(emitted: set[Metric]) -> None:
    service = frozenset({("service", "photo_reader")})
    printed = {name for _, name, dimensions in emitted if dimensions == service}
    assert printed >= {
        *("ReadingsRead", "ReadingsRetake", "ReadingsNotFound", "ReadingsRejected"),
        *("DefectBlurry", "DefectLowContrast", "DefectCutOff", "DefectTooSmall"),
        *("DecodeTime", "BarcodesTime", "DetectTime", "RectifyTime", "RecognizeTime"),
        *("JudgeTime", "InspectTime", "TotalTime", "StoreTime"),
        *("Confidence", "ColdStart", "MessagesRetried", "MessagesSetAside", "PhotosGone"),
        *("UnforeseenErrors", "PhotosErased"),
    }
    by_the_api = {name for _, name, dimensions in emitted if ("service", "api") in dimensions}
    assert by_the_api >= {"ReadingsRead", "ColdStart", "PhotosNotKept"}
    assert {namespace for namespace, _, _ in emitted} == {NAMESPACE}


def test_alarms_watch_what_is_sent(
    alarms: dict[str, dict[str, Any]], emitted: set[Metric], resources: dict[str, Any]
) -> None:
    for alarm in alarms.values():
        metrics = watched_by(alarm)
        assert metrics
        for metric in metrics:
            check(metric, emitted, resources)


def test_dashboard_shows_what_is_sent(
    dashboard: list[dict[str, Any]], emitted: set[Metric], resources: dict[str, Any]
) -> None:
    shown = [metric for widget in dashboard for metric in shown_by(widget)]
    assert len(shown) > 30
    for metric in shown:
        check(metric, emitted, resources)


def test_there_is_an_alarm_for_everything_that_goes_wrong(
    alarms: dict[str, dict[str, Any]],
) -> None:
    def watch(name: str, of: str) -> set[str]:
        return {
            alarm
            for alarm, properties in alarms.items()
            for _, metric, dimensions in watched_by(properties)
            if metric == name and of in {value for _, value in dimensions}
        }

    for function in FUNCTIONS.values():
        assert watch("Errors", function)
        assert watch("Throttles", function) == {"ThrottlesAlarm"}
    for queue in ("PhotosDeadLetterQueue", "ReadingsDeadLetterQueue"):
        (alarm,) = watch("ApproximateNumberOfMessagesVisible", queue)
        assert alarms[alarm]["Threshold"] == 0
    assert watch("ApproximateAgeOfOldestMessage", "PhotosQueue") == {"OldestMessageAlarm"}
    latency = {"PhotoReaderLatencyAlarm", "PhotoReaderRollOutAlarm"}
    assert watch("Duration", "PhotoReaderFunction") == latency
    assert watch("UnforeseenErrors", "photo_reader") == {"PhotoReaderRollOutAlarm"}
    assert watch("Latency", "HttpApi") == {"ApiLatencyAlarm"}
    assert watch("5xx", "HttpApi") == {"ApiServerErrorsAlarm"}
    for service in FUNCTIONS:
        assert watch("ReadingsRetake", service) == {"RetakeShareAlarm"}
    for name in ("PhotoReaderLatencyAlarm", "ApiLatencyAlarm"):
        assert alarms[name]["ExtendedStatistic"] == "p95"


def test_alarms_tell_the_topic_where_one_is_given(alarms: dict[str, dict[str, Any]]) -> None:
    topic = {"Fn::If": ["HasAlarmTopic", ["topic"], "AWS::NoValue"]}
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == topic
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmDescription"]


@pytest.mark.parametrize(
    ("read", "retake", "not_found", "share"),
    [(70, 30, 0, 30.0), (10, 5, 4, 0), (0, 0, 0, 0), (50, 40, 10, 40.0)],
)
def test_share_of_retakes_is_one_of_all_usable_photos(
    alarms: dict[str, dict[str, Any]], read: int, retake: int, not_found: int, share: float
) -> None:
    parts = alarms["RetakeShareAlarm"]["Metrics"]
    expressions = {part["Id"]: part["Expression"] for part in parts if "Expression" in part}
    stats = {part["Id"] for part in parts if "MetricStat" in part}
    assert {part["Id"] for part in parts if part.get("ReturnData", True)} == {"share"}
    # Half of them came through each door; the same arithmetic in Python's words.
    values: dict[str, Any] = {
        "FILL": lambda value, filling: filling if value is None else value,
        "IF": lambda condition, then, otherwise: then() if condition else otherwise,
    }
    by_status = {"read": read, "retake": retake, "not_found": not_found}
    for name in stats:
        service = "photo_reader" if name.startswith("photo_reader_") else "api"
        whole = by_status[name.removeprefix(f"{service}_")]
        values[name] = whole - whole // 2 if service == "api" else whole // 2
    values["retake"] = eval(expressions["retake"], values)
    values["photos"] = eval(expressions["photos"], values)
    lazy = expressions["share"].replace(", 100 *", ", lambda: 100 *")
    assert eval(lazy, values) == share


def test_dashboard_names_every_alarm(
    alarms: dict[str, Any], dashboard: list[dict[str, Any]]
) -> None:
    (widget,) = (widget for widget in dashboard if widget["type"] == "alarm")
    assert set(widget["properties"]["alarms"]) == {f"arn:{name}" for name in alarms}


def test_widgets_do_not_overlap(dashboard: list[dict[str, Any]]) -> None:
    cells = [
        (x, y)
        for widget in dashboard
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_functions_are_traced(template: dict[str, Any], resources: dict[str, Any]) -> None:
    assert template["Globals"]["Function"]["Tracing"] == "Active"
    for role in ("PhotoReaderRole", "ApiRole", "ArchiveRole"):
        statements = resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        assert "Trace" in {statement["Sid"] for statement in statements}
