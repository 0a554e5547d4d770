"""Takes a shared library out of what another one loads, where nothing that we call needs it.

Wheels link whole families of libraries (OpenCV its film codecs, libheif an encoder). Deleting one
of them breaks the import of all. Here the name leaves the list of what the loader must find, and
the functions that came from it become weak: the loader then leaves them empty instead of failing.
Calling one would end the process, so only libraries are named here that no reading calls.

The structures are those of the System V ABI (ELF, chapters 4 and 5) and of the Linux Standard Base
(symbol versions), for 64-bit little-endian machines, which both of Lambda's are.
"""

from __future__ import annotations

import struct
from pathlib import Path

ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
DYNAMIC_SECTION, SYMBOLS, VERSIONS_NEEDED = 6, 11, 0x6FFFFFFE
"""Types of sections (sh_type)."""
NEEDED = 1
"""Type of an entry of the dynamic section (d_tag): a library to load."""
WEAK = 2
"""Binding of a symbol (st_info, upper half); also the flag of a version that may be missing."""
ALWAYS_LOADED = "libc.so.6"


class SharedLibrary:
    """A shared library's dynamic linking, for reading and for changing in place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = bytearray(path.read_bytes())
        if not self.data.startswith(ELF64_LITTLE_ENDIAN):
            raise ValueError(f"{path} is no 64-bit little-endian ELF file")
        (start,) = struct.unpack_from("<Q", self.data, 0x28)
        size, count = struct.unpack_from("<HH", self.data, 0x3A)
        sections = [
            struct.unpack_from("<IIQQQQIIQQ", self.data, start + size * number)
            for number in range(count)
        ]
        of_type = {section[1]: section for section in sections}
        self.dynamic = of_type[DYNAMIC_SECTION]
        self.symbols = of_type[SYMBOLS]
        self.versions = of_type.get(VERSIONS_NEEDED)
        self.names = sections[self.symbols[6]][4]
        """Offset of the strings that all three of them point into."""

    def exported(self) -> set[str]:
        """The symbols that others can link to."""
        return {name for _, name, _, section in self._symbols() if section}

    def needed(self) -> dict[str, int]:
        """The libraries that it loads, and where each is named in the dynamic section."""
        start, size = self.dynamic[4:6]
        libraries = {}
        for at in range(start, start + size, 16):
            tag, value = struct.unpack_from("<QQ", self.data, at)
            if tag == NEEDED:
                libraries[self._name(value)] = at
        return libraries

    def unlink(self, unused: SharedLibrary) -> int:
        """Do without `unused`; the number of symbols that are left empty.

        Raises:
            ValueError: this library does not load that one.
        """
        needed = self.needed()
        if unused.path.name not in needed:
            raise ValueError(f"{self.path.name} does not load {unused.path.name}")
        always = struct.unpack_from("<Q", self.data, needed[ALWAYS_LOADED] + 8)[0]
        struct.pack_into("<Q", self.data, needed[unused.path.name] + 8, always)
        self._forget_versions(unused.path.name, always)
        empty = unused.exported()
        weakened = 0
        for at, name, info, section in self._symbols():
            if not section and name in empty:
                self.data[at + 4] = WEAK << 4 | info & 0xF
                weakened += 1
        return weakened

    def save(self) -> None:
        """Write it back."""
        self.path.write_bytes(self.data)

    def _name(self, offset: int) -> str:
        start = self.names + offset
        return self.data[start : self.data.index(0, start)].decode()

    def _symbols(self) -> list[tuple[int, str, int, int]]:
        """Where each symbol stands, its name, its st_info, the section it is defined in or 0."""
        start, size = self.symbols[4:6]
        found = []
        for at in range(start, start + size, 24):
            name, info, _, section = struct.unpack_from("<IBBH", self.data, at)
            found.append((at, self._name(name), info, section))
        return found

    def _forget_versions(self, library: str, instead: int) -> None:
        """Versions that were asked of `library` are asked of another, which may lack them."""
        if self.versions is None:
            return
        at = self.versions[4]
        while True:
            _, count, file, first, following = struct.unpack_from("<HHIII", self.data, at)
            if self._name(file) == library:
                struct.pack_into("<I", self.data, at + 4, instead)
                version = at + first
                for _ in range(count):
                    flags, _, _, step = struct.unpack_from("<HHII", self.data, version + 4)
                    struct.pack_into("<H", self.data, version + 4, flags | WEAK)
                    version += step
            if not following:
                return
            at += following
