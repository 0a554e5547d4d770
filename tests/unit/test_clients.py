"""Clients as the modules that speak to AWS get them."""

import boto3
import pytest
from botocore.exceptions import UnknownServiceError

from local.stack import Stack
from vinreader.clients import SERVICES, make_client


@pytest.mark.parametrize("service", SERVICES)
def test_a_client_is_that_of_a_plain_session(stack: Stack, service: str) -> None:
    ours = make_client(service, read_timeout=7)
    plain = boto3.client(service)
    assert ours.meta.service_model.api_version == plain.meta.service_model.api_version
    assert ours.meta.endpoint_url == plain.meta.endpoint_url == stack.endpoint
    assert ours.meta.region_name == plain.meta.region_name
    assert ours.meta.config.read_timeout == 7


def test_what_is_not_among_the_services_is_told() -> None:
    with pytest.raises(UnknownServiceError, match="dynamodb, s3, sqs"):
        make_client("ec2")
