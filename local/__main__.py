"""`python -m local run [--photo PATH]` reads one photo; `python -m local serve` stays up;
`python -m local openapi` writes docs/openapi.json; `python -m local publish-pages STACK` puts the
pages for people into a stack."""

from __future__ import annotations

import argparse
import contextlib
import logging
import signal
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local.front import Front
from local.functions import LocalFunction
from local.http_api import HttpApi
from local.openapi import DOCUMENT, openapi_text
from local.publish import NoPages, outputs_of, publish
from local.queue_loop import QueueLoop
from local.show import as_text, save_picture
from local.stack import HOST, Stack, running_stack
from local.upload import upload
from vinreader.results import Reading, Status

SAMPLE = Path(__file__).parent / "photos" / "synthetic-sticker.jpg"
OUTPUT = Path("output")

DELIVERY_WAIT_SECONDS = 10
"""The message is in the queue before the upload is answered: it comes at once or not at all."""


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 where a photo was read, 1 where it was refused or the stack failed."""
    options = _parser().parse_args(arguments)
    if options.command == "run":
        return run(options.photo, options.output)
    if options.command == "openapi":
        return write_openapi()
    if options.command == "publish-pages":
        return publish_pages(options.stack)
    return serve(options.port, options.listen)


def run(photo: Path, output: Path) -> int:
    """Take one photo through bucket, queue, function, table and API, and print its reading."""
    if not photo.is_file():
        print(f"There is no file {photo}.", file=sys.stderr)
        return 1
    with running_stack() as stack:
        api, loop = _functions(stack)
        reading_id = upload(api, photo)
        print(f"{photo} → s3://{stack.bucket}/uploads/{reading_id}")
        delivery = loop.deliver(DELIVERY_WAIT_SECONDS)
        print(f"queue → photo_reader{', which gave it back' if delivery.failed else ''}")
        print(f"GET /readings/{reading_id}")
        answer = api.request("GET", f"/readings/{reading_id}")
    reading = Reading.from_dict(answer.json())
    print(f"\n{as_text(reading)}\n")
    if reading.status in (Status.REJECTED, Status.PENDING):
        return 1
    print(f"The annotated picture: {save_picture(photo, reading, output)}")
    return 0


def serve(port: int, listen: str) -> int:
    """Keep the stack up, with the API on localhost, until Ctrl-C or a termination signal."""
    logging.basicConfig(format="%(message)s")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with running_stack(listen=listen) as stack:
        api, loop = _functions(stack)
        try:
            front = Front(api, port, stack.endpoint)
        except OSError as error:
            print(f"Port {port} cannot be used ({error.strerror}).", file=sys.stderr)
            return 1
        with front, loop.serving():
            print(f"VIN Reader: {front.address}  (Ctrl-C ends it and forgets everything)")
            print(f"Review desk: {front.address}/desk.html   Swagger UI: {front.address}/docs")
            print(f"S3, SQS and DynamoDB: {stack.endpoint}  bucket {stack.bucket}, prefix uploads/")
            with contextlib.suppress(KeyboardInterrupt):
                front.serve_forever()
    print("\nStopped.")
    return 0


def write_openapi() -> int:
    """Write what the code of the API says of itself to docs/openapi.json."""
    with running_stack():
        DOCUMENT.write_text(openapi_text(), encoding="utf-8")
    print(f"{DOCUMENT} is written.")
    return 0


def publish_pages(stack: str) -> int:
    """Put the pages into a stack in AWS, with the credentials of the environment."""
    try:
        outputs = outputs_of(stack)
    except (NoPages, BotoCoreError, ClientError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(publish(outputs))} files are published: {outputs['PagesUrl']}")
    return 0


def _functions(stack: Stack) -> tuple[HttpApi, QueueLoop]:
    """Both functions around the stack: the API, and the loop that feeds `photo_reader`."""
    loop = QueueLoop(stack.queue_url, LocalFunction("photo_reader"))
    return HttpApi(LocalFunction("api")), loop


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="read one photo through the whole stack")
    run_parser.add_argument(
        "--photo", type=Path, default=SAMPLE, help="the photo to read; else a synthetic one"
    )
    run_parser.add_argument(
        "--output", type=Path, default=OUTPUT, help="the folder for the annotated picture"
    )
    commands.add_parser("openapi", help="write docs/openapi.json")
    publish_parser = commands.add_parser("publish-pages", help="put the pages into a stack of AWS")
    publish_parser.add_argument("stack", help="its name; it was deployed with Pages=on")
    serve_parser = commands.add_parser("serve", help="keep the stack up on localhost")
    serve_parser.add_argument("--port", type=int, default=8000, help="of the HTTP API")
    serve_parser.add_argument(
        "--listen",
        default=HOST,
        help="address of S3, SQS and DynamoDB; 0.0.0.0 where containers are to reach them",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
