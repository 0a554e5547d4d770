"""The container engine that `sam local` runs functions in: Docker, or podman in its place."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import DockerException

from local.stack import PODMAN_HOST
from tests.lambda_platform import ARCHITECTURE, ROOT

IMAGE = f"public.ecr.aws/lambda/python:3.13-{ARCHITECTURE}"
"""What `sam local` puts the layers on. Pulled where there is none of this name."""

PODMAN_SETTINGS = ROOT / "tests" / "containers.conf"


class NoContainers(Exception):
    """Something is missing that containers need; the message says what to do."""


@dataclass(frozen=True)
class Engine:
    """A container engine that answers."""

    address: str
    """What DOCKER_HOST names."""
    name: str
    version: str
    host: str
    """How a container calls this machine."""
    gateway: str | None
    """What it must be told that name stands for; None where it knows."""

    def client(self) -> docker.DockerClient:
        # An import or a build takes as long as it takes.
        return docker.DockerClient(base_url=self.address, timeout=3600)

    def has_image(self) -> bool:
        return bool(self.client().images.list(name=IMAGE))

    def pull_image(self) -> None:
        """Raises `NoContainers` where AWS's registry does not give it."""
        try:
            self.client().images.pull(IMAGE)
        except DockerException as error:
            raise NoContainers(
                f"{self.name} could not pull {IMAGE} ({error}). Where there is no way to AWS's"
                " registry, `make lambda-image` makes one of Debian's packages."
            ) from error


@contextmanager
def running_engine() -> Iterator[Engine]:
    """The engine that DOCKER_HOST names or Docker's own; else podman's, which ends with the block.

    Raises:
        NoContainers: where there is neither.
    """
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if _answers(address):
        yield _engine(address)
    elif "DOCKER_HOST" in os.environ:
        raise NoContainers(f"Nothing answers at DOCKER_HOST={address}.")
    elif not shutil.which("podman"):
        raise NoContainers(
            "Docker does not answer, and there is no podman. Start Docker, or install podman (on"
            " Debian: apt-get install --no-install-recommends podman runc netavark aardvark-dns"
            " iptables)."
        )
    else:
        with _podman_service() as address:
            yield _engine(address)


@contextmanager
def _podman_service() -> Iterator[str]:
    """podman speaking Docker's protocol; the address of its socket."""
    # Not in /tmp, which is often small: podman unpacks images here, and leaves an imported one.
    with tempfile.TemporaryDirectory(prefix="vinreader-podman-", dir="/var/tmp") as folder:
        address = f"unix://{Path(folder, 'podman.sock')}"
        environment = {"CONTAINERS_CONF": str(PODMAN_SETTINGS), **os.environ, "TMPDIR": folder}
        service = subprocess.Popen(
            ["podman", "system", "service", "--time", "0", address], env=environment
        )
        try:
            while not _answers(address):
                if service.poll() is not None:
                    raise NoContainers(f"podman's service ended with code {service.returncode}.")
                time.sleep(0.1)
            yield address
        finally:
            service.terminate()
            service.wait()


def _answers(address: str) -> bool:
    try:
        with closing(docker.DockerClient(base_url=address)) as client:
            return bool(client.ping())
    except DockerException:
        return False


def _engine(address: str) -> Engine:
    with closing(docker.DockerClient(base_url=address)) as client:
        told = client.version()
    podman = any("podman" in part["Name"].lower() for part in told.get("Components", []))
    return Engine(
        address=address,
        name="podman" if podman else "Docker",
        version=told["Version"],
        host=PODMAN_HOST if podman else "host.docker.internal",
        gateway=None if podman else "host-gateway",
    )
