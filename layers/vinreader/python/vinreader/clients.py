"""Clients of AWS, all of one boto3 session: what the first has loaded, endpoints and credentials,
serves the others. boto3, two hundred and sixty modules, is loaded with the first of them: to check
a number takes none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["SERVICES", "make_client"]

SERVICES = ("dynamodb", "s3", "sqs")
"""As boto3 names them: for any other, `make_client` raises `UnknownServiceError`."""


def make_client(service: str, **options: Any) -> Any:
    """A client of a service by its name, in the region and with the credentials of the environment.

    The annotation of what takes it says of which type it is, for example `S3Client`.

    Args:
        options: of `botocore.config.Config`.
    """
    from botocore.config import Config

    return _session().client(service, config=Config(**options))  # type: ignore[call-overload]


@cache
def _session() -> Session:
    from boto3.session import Session
    from botocore.loaders import Loader
    from botocore.session import get_session

    class KnownServices(Loader):
        """Knows by name what is called here. To tell whether a service exists, botocore reads the
        folders of all of them first, nine hundred, which takes long from a disk that is cold."""

        def list_available_services(self, type_name: str) -> list[str]:
            return list(SERVICES)

    session = get_session()
    session.register_component("data_loader", KnownServices())
    return Session(botocore_session=session)
