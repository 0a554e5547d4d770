"""S3, SQS and DynamoDB inside this process, with the resources that template.yaml describes.

Of what AWS enforces, moto's server leaves out: the signature and expiry of presigned requests, and
the length a presigned form allows. Its S3 events carry no `sequencer`.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import boto3
from moto.server import ThreadedMotoServer

from local.template import resource

if TYPE_CHECKING:
    from mypy_boto3_sqs.literals import QueueAttributeNameType

__all__ = ["HOST", "PODMAN_HOST", "REGION", "Stack", "running_stack"]

HOST = "127.0.0.1"
PODMAN_HOST = "host.containers.internal"
"""What podman's containers call this machine."""

REGION: Final = "eu-central-1"
BUCKET = "photos"
TABLE = "readings"
IDEMPOTENCY_TABLE = "requests"
QUEUE = "photos"
DEAD_LETTER_QUEUE = "photos-dead-letters"

LOCAL_ORIGINS = ["http://127.0.0.1:*", "http://localhost:*"]
"""Pages on this machine may upload from a browser; in AWS those of the stack alone."""

RETRY_SECONDS = 5
"""The template hides a message for minutes before it is tried again; here one wants to see it."""


@dataclass(frozen=True)
class Stack:
    """Where the resources are."""

    endpoint: str
    bucket: str
    table: str
    idempotency_table: str
    queue_url: str
    dead_letter_url: str


@contextmanager
def running_stack(port: int = 0, listen: str = HOST) -> Iterator[Stack]:
    """Start the server (on any free port for 0), create the resources, point `os.environ` at them.

    It listens to this machine alone; containers reach it where `listen` is 0.0.0.0.

    The functions read the environment when they are imported: import them inside.
    """
    before = dict(os.environ)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address=listen, port=port, verbose=False)
    server.start()
    try:
        _, chosen = server.get_host_and_port()
        endpoint = f"http://{HOST}:{chosen}"
        _point_environment_at(endpoint)
        # moto would take this name for that of a bucket.
        os.environ["MOTO_S3_CUSTOM_ENDPOINTS"] = f"http://{PODMAN_HOST}:{chosen}"
        yield _create_resources(endpoint)
    finally:
        server.stop()
        os.environ.clear()
        os.environ.update(before)


def _point_environment_at(endpoint: str) -> None:
    """As Lambda sets it for the functions, and nothing left that could lead to a real account."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    no_proxy = [part for part in (os.environ.get("NO_PROXY"), HOST) if part]
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.update(
        {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": ",".join(no_proxy),
            "no_proxy": ",".join(no_proxy),
            "POWERTOOLS_METRICS_DISABLED": "true",
            "POWERTOOLS_METRICS_NAMESPACE": "VinReader",
            "PHOTOS_BUCKET": BUCKET,
            "READINGS_TABLE": TABLE,
            "IDEMPOTENCY_TABLE": IDEMPOTENCY_TABLE,
        }
    )


def _create_resources(endpoint: str) -> Stack:
    _create_table(TABLE, "ReadingsTable")
    _create_table(IDEMPOTENCY_TABLE, "IdempotencyTable")
    dead_letter_url, dead_letter_arn = _create_queue(DEAD_LETTER_QUEUE)
    os.environ["DEAD_LETTER_QUEUE_URL"] = dead_letter_url
    redrive = resource("PhotosQueue")["RedrivePolicy"]
    queue_url, queue_arn = _create_queue(
        QUEUE,
        {
            "VisibilityTimeout": str(RETRY_SECONDS),
            "RedrivePolicy": json.dumps({**redrive, "deadLetterTargetArn": dead_letter_arn}),
        },
    )
    _create_bucket(queue_arn)
    return Stack(endpoint, BUCKET, TABLE, IDEMPOTENCY_TABLE, queue_url, dead_letter_url)


def _create_table(name: str, logical_id: str) -> None:
    properties = resource(logical_id)
    described = {
        part: properties[part]
        for part in ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        if part in properties
    }
    client = boto3.client("dynamodb")
    client.create_table(TableName=name, **described)
    client.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    )


def _create_queue(
    name: str, attributes: Mapping[QueueAttributeNameType, str] | None = None
) -> tuple[str, str]:
    client = boto3.client("sqs")
    url = client.create_queue(QueueName=name, Attributes=attributes or {})["QueueUrl"]
    answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, answer["Attributes"]["QueueArn"]


def _create_bucket(queue_arn: str) -> None:
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket = resource("PhotosBucket")
    described = bucket["NotificationConfiguration"]["QueueConfigurations"]
    client.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": queue_arn,
                    "Events": [notification["Event"]],
                    "Filter": {"Key": {"FilterRules": notification["Filter"]["S3Key"]["Rules"]}},
                }
                for notification in described
            ]
        },
    )
    _, where_pages_are, _ = bucket["CorsConfiguration"]
    (rule,) = where_pages_are["CorsRules"]
    client.put_bucket_cors(
        Bucket=BUCKET,
        CORSConfiguration={
            "CORSRules": [
                {
                    "AllowedOrigins": LOCAL_ORIGINS,
                    "AllowedMethods": rule["AllowedMethods"],
                    "AllowedHeaders": rule["AllowedHeaders"],
                    "MaxAgeSeconds": rule["MaxAge"],
                }
            ]
        },
    )
