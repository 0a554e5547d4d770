import os
from pathlib import Path

import pytest

from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.settings import InvalidSettings, Settings

NEEDED = {
    "READINGS_TABLE": "readings",
    "IDEMPOTENCY_TABLE": "requests",
    "PHOTOS_BUCKET": "photos",
}


def test_reads_what_the_environment_says(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "READINGS_TABLE": "stack-readings",
            "IDEMPOTENCY_TABLE": "stack-requests",
            "PHOTOS_BUCKET": "stack-photos",
            "MODELS_DIR": str(tmp_path),
            "UPLOAD_PREFIX": "in/",
            "PRESIGN_SECONDS": "60",
            "RETENTION_DAYS": "30",
            "THREADS": "2",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:5000",
            "DEAD_LETTER_QUEUE_URL": "http://127.0.0.1:5000/123456789012/dead",
            "TRIES": "3",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        }
    )
    assert settings == Settings(
        readings_table="stack-readings",
        idempotency_table="stack-requests",
        photos_bucket="stack-photos",
        models_dir=tmp_path,
        upload_prefix="in/",
        presign_seconds=60,
        retention_days=30,
        threads=2,
        custom_endpoint=True,
        dead_letter_queue="http://127.0.0.1:5000/123456789012/dead",
        tries=3,
        started_ahead=True,
    )


def test_only_tables_and_bucket_must_be_named() -> None:
    settings = Settings.from_environment(NEEDED)
    assert settings.models_dir == DEFAULT_MODELS_DIR
    assert settings.upload_prefix == "uploads/"
    assert settings.presign_seconds == 900
    assert settings.retention_days == 365
    assert settings.threads == 1
    assert not settings.custom_endpoint
    assert settings.dead_letter_queue is None
    assert settings.tries == 5
    assert not settings.started_ahead


def test_models_lie_beside_the_code_in_the_repository_and_in_the_layer() -> None:
    repository = Path(__file__).parents[2]
    assert repository / "layers" / "vinreader" / "models" == DEFAULT_MODELS_DIR


def test_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in NEEDED.items():
        monkeypatch.setitem(os.environ, name, value + "-here")
    assert Settings.from_environment().readings_table == "readings-here"


@pytest.mark.parametrize(("megabytes", "threads"), [("512", 1), ("1769", 1), ("3538", 2)])
def test_threads_are_the_whole_vcpus_that_the_memory_buys(megabytes: str, threads: int) -> None:
    environment = NEEDED | {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": megabytes}
    assert Settings.from_environment(environment).threads == threads


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"READINGS_TABLE": " "}, "READINGS_TABLE is not set"),
        ({"PHOTOS_BUCKET": ""}, "PHOTOS_BUCKET is not set"),
        ({"MODELS_DIR": "/nowhere"}, "MODELS_DIR is no folder: /nowhere"),
        ({"UPLOAD_PREFIX": "uploads"}, "UPLOAD_PREFIX must look like 'uploads/', not 'uploads'"),
        ({"UPLOAD_PREFIX": "/up/"}, "UPLOAD_PREFIX must look like 'uploads/', not '/up/'"),
        ({"PRESIGN_SECONDS": "soon"}, "PRESIGN_SECONDS must be a whole number, not 'soon'"),
        ({"PRESIGN_SECONDS": "604801"}, "PRESIGN_SECONDS must be from 1 to 604800, not 604801"),
        ({"RETENTION_DAYS": "0"}, "RETENTION_DAYS must be from 1 to 36500, not 0"),
        ({"THREADS": "-1"}, "THREADS must be from 1 to 64, not -1"),
    ],
)
def test_names_the_variable_that_is_wrong(wrong: dict[str, str], message: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        Settings.from_environment(NEEDED | wrong)
    assert str(caught.value) == message
