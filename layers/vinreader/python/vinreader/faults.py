"""Which faults of AWS pass by themselves: the same call may succeed a little later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

__all__ = ["ServiceUnavailable", "is_passing", "passing_faults_named"]

PASSING_CODES = frozenset(
    {
        "500",  # S3's answers to HEAD have no body that could name an error
        "503",
        "ConditionalRequestConflict",  # S3: something else happens to the object at this moment
        "InternalError",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TransactionConflictException",
    }
)


class ServiceUnavailable(Exception):
    """A service of AWS throttles or does not answer: the same call may succeed later."""


def is_passing(error: BaseException | None) -> bool:
    """Whether an error of botocore says that the same call may succeed later."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") in PASSING_CODES
    return isinstance(error, (ConnectionError, HTTPClientError))


@contextmanager
def passing_faults_named(service: str, name: type[ServiceUnavailable]) -> Iterator[None]:
    """Turn what may pass into `name`; mistakes of ours stay what they are."""
    try:
        yield
    except ClientError as error:
        if is_passing(error):
            raise name(f"{service} asks to try again: {error}") from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise name(f"{service} does not answer: {error}") from error
