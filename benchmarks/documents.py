"""Tables of commands in documents: a part between two comments is what the command printed."""

from __future__ import annotations

from pathlib import Path

__all__ = ["MissingPart", "replace_part", "with_part"]


class MissingPart(ValueError):
    """The document has no place for such a part."""


def replace_part(document: Path, name: str, text: str) -> None:
    """Put the text in the place of that part of the document.

    Raises:
        MissingPart: there are no `<!-- name -->` and `<!-- /name -->` in it.
    """
    document.write_text(with_part(document.read_text(), name, text))


def with_part(document: str, name: str, text: str) -> str:
    """The text of a document with another text in that part; raises as `replace_part` does."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = document.partition(opening)
    _, closed, after = rest.partition(closing)
    if not (opened and closed):
        raise MissingPart(f"the document has no part {name}")
    return f"{before}{opening}\n\n{text.strip()}\n\n{closing}{after}"
