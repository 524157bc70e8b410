"""The files that a spec imports: found within its folder, each read and parsed once."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .diagnostics.fault import Fault
from .diagnostics.model import Problem, Source, Span
from .syntax import tree
from .syntax.parse import parse

__all__ = ["Imported", "Read", "gather"]

#: More files than a spec is ever made of.
MOST = 200
#: The text of a file at a path; a Fault says why there is none.
Read = Callable[[Path], Source]


@dataclass
class Imported:
    """A spec and all that it imports, itself first, with what is wrong with them.

    `complete` says whether all of them were read and parsed.
    """

    files: list[tree.File] = field(default_factory=list[tree.File])
    problems: list[Problem] = field(default_factory=list[Problem])
    complete: bool = True


def gather(file: tree.File, read: Read, limit: int) -> Imported:
    """The file and what it imports, directly or not, in the order in which they are named.

    Paths are relative to the file that names them. They must lead to files in the folder
    of the spec or below it, and through no symbolic link.

    Args:
        file: the spec.
        read: gives the text of a file.
        limit: how many characters the files may have in all.
    """
    return _Gatherer(Path(file.span.source.name).parent, read, limit).run(file)


class _Gatherer:
    def __init__(self, root: Path, read: Read, limit: int) -> None:
        self.root, self.read, self.left = root, read, limit
        self.found = Imported()
        #: By normalized path, each file with the paths of those it imports.
        self.known: dict[str, tree.File] = {}
        self.edges: dict[str, list[tuple[str, Span]]] = {}

    def run(self, file: tree.File) -> Imported:
        first = os.path.normpath(file.span.source.name)
        self._take(first, file)
        todo = self._imports(first)
        while todo:
            path, span = todo.pop(0)
            if path in self.known:
                continue
            if len(self.known) >= MOST or self.left < 0:
                what = f"{MOST} files" if self.left >= 0 else "too much text"
                self._wrong("too-much-work", f"this spec imports {what} and more", span)
                break
            parsed = self._parsed(path, span)
            if parsed is not None:
                self._take(path, parsed)
                todo += self._imports(path)
        self._circles(first)
        return self.found

    def _take(self, path: str, file: tree.File) -> None:
        self.known[path] = file
        self.left -= len(file.span.source.text)
        self.found.files.append(file)
        self.edges[path] = [
            (target, statement.path.span)
            for statement in file.statements
            if isinstance(statement, tree.Import)
            and (target := self._target(path, statement.path)) is not None
        ]

    def _imports(self, path: str) -> list[tuple[str, Span]]:
        return list(self.edges[path])

    def _parsed(self, path: str, span: Span) -> tree.File | None:
        try:
            source = self.read(Path(path))
        except Fault as fault:
            self._wrong("unknown-file", fault.problems[0].message, span)
            return None
        parsed, problems = parse(source)
        self.found.problems += problems
        self.found.complete = self.found.complete and parsed is not None
        return parsed

    def _target(self, importing: str, given: tree.String) -> str | None:
        """The path of an imported file; None, and a problem, where it cannot be one."""
        text, span = given.value, given.span
        if not text or "\0" in text or "\\" in text or Path(text).is_absolute():
            self._wrong(
                "unknown-file",
                "an import names a file by its path from here",
                span,
                'such as "blocks.nnspec" or "shared/blocks.nnspec"',
            )
            return None
        path = os.path.normpath(Path(importing).parent / text)
        inside = os.path.relpath(path, self.root or ".")
        parts = Path(inside).parts
        if parts[:1] == ("..",):
            self._wrong(
                "unknown-file",
                f"{text} lies outside of the folder of the spec",
                span,
                "a file in that folder or below it",
            )
            return None
        place = self.root
        for part in parts:
            place = place / part
            if os.path.islink(place):  # unlike pathlib's, it takes any length
                self._wrong("unknown-file", f"{place} is a symbolic link", span)
                return None
        return path

    def _circles(self, first: str) -> None:
        """Report each import that closes a circle, with all files of the circle."""
        state: dict[str, bool] = {}  # whether all that a file imports was looked at
        path: list[str] = []
        todo: list[tuple[str, Span | None, bool]] = [(first, None, False)]
        while todo:
            name, span, done = todo.pop()
            if done:
                state[name] = True
                path.pop()
                continue
            if name in state:
                if not state[name]:
                    names = [*path[path.index(name) :], name]
                    circle = " -> ".join(os.path.relpath(n, self.root) for n in names)
                    message = f"files import each other: {circle}"
                    self._wrong("cycle", message, span)
                continue
            state[name] = False
            path.append(name)
            todo.append((name, span, True))
            todo += [(to, at, False) for to, at in reversed(self.edges.get(name, []))]

    def _wrong(
        self, rule: str, message: str, span: Span | None, expected: str | None = None
    ) -> None:
        self.found.complete = False
        problem = Problem(rule, message, span, expected=expected)
        if problem not in self.found.problems:
            self.found.problems.append(problem)
