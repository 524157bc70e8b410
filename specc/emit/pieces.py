"""Runtime pieces: real Python definitions whose text is copied into emitted programs.

A backend writes what its framework lacks as ordinary functions and classes in its
``runtime`` package. Here their text is read (never imported, so no framework is needed),
and what an emitted program uses is taken out with all that it depends on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from .parsing import parse
from .pruning import Known, prune

__all__ = [
    "Import",
    "Known",
    "Piece",
    "Selection",
    "bound_names",
    "free_names",
    "names",
    "select",
]


@dataclass(frozen=True, order=True)
class Import:
    """One imported name: ``import module as alias`` or ``from module import name``."""

    module: str
    name: str | None = None
    alias: str | None = None

    @property
    def bound(self) -> str:
        """The name that the import makes."""
        return self.alias or self.name or self.module.split(".")[0]


@dataclass(frozen=True)
class Piece:
    """A top-level definition: its text, and the names it uses.

    `early` are those among them that must exist when it is defined, not only when it is
    called; `place` is the order in which people read: the package, the file, the line.
    """

    name: str
    text: str
    uses: frozenset[str]
    early: frozenset[str]
    package: str
    place: tuple[str, int]


@dataclass
class _Package:
    pieces: dict[str, Piece] = field(default_factory=dict[str, Piece])
    imports: dict[str, Import] = field(default_factory=dict[str, Import])


@dataclass(frozen=True)
class Selection:
    """Pieces in the order of their packages, files and lines, and the imports they need.

    What a piece needs when it is defined comes before it, whatever its place.
    """

    pieces: tuple[Piece, ...]
    imports: frozenset[Import]


def _imports(node: ast.Import | ast.ImportFrom) -> Iterable[Import]:
    for alias in node.names:
        if isinstance(node, ast.Import):
            yield Import(alias.name, None, alias.asname)
        elif node.level == 0:
            yield Import(node.module or "", alias.name, alias.asname)


def _names(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return (node.name,)
    if isinstance(node, ast.Assign):
        return tuple(t.id for t in node.targets if isinstance(t, ast.Name))
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return (node.target.id,)
    return ()


def _text(lines: list[str], node: ast.stmt) -> str:
    """The definition's lines, with its decorators and the comment right above it."""
    first = node.lineno
    if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
        first = node.decorator_list[0].lineno
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return "\n".join(lines[first - 1 : node.end_lineno])


def free_names(node: ast.AST) -> set[str]:
    """The names that a definition takes from outside it."""
    used: set[str] = set()
    bound: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            (used if isinstance(part.ctx, ast.Load) else bound).add(part.id)
        elif isinstance(part, ast.arg):
            bound.add(part.arg)
    return used - bound


def _early_names(node: ast.stmt) -> set[str]:
    """The names that are looked up when the definition is executed.

    Annotations are not: emitted modules postpone their evaluation.
    """
    if isinstance(node, ast.FunctionDef):
        parts: list[ast.AST] = [*node.decorator_list, *node.args.defaults]
        parts += [default for default in node.args.kw_defaults if default is not None]
    elif isinstance(node, ast.ClassDef):
        parts = [*node.decorator_list, *node.bases, *node.keywords]
        return set[str]().union(
            *(free_names(part) for part in parts), *map(_early_names, node.body)
        )
    elif isinstance(node, ast.AnnAssign):
        parts = [] if node.value is None else [node.value]
    else:
        parts = [node]
    return set[str]().union(*(free_names(part) for part in parts))


@cache
def _read(package: str) -> _Package:
    found = _Package()
    for file in sorted(files(package).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".py"):
            continue
        text = file.read_text(encoding="utf-8")
        lines = text.split("\n")
        for node in parse(text).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for item in _imports(node):
                    found.imports[item.bound] = item
            for name in _names(node):
                if name != "__all__":
                    place = (file.name, node.lineno)
                    written = _text(lines, node)
                    found.pieces[name] = _piece(name, written, package, place)
    return found


def _piece(name: str, text: str, package: str, place: tuple[str, int]) -> Piece:
    (node,) = parse(text).body
    return Piece(
        name,
        text,
        uses=frozenset(free_names(node) - {name}),
        early=frozenset(_early_names(node) - {name}),
        package=package,
        place=place,
    )


def names(packages: Iterable[str]) -> frozenset[str]:
    """The names of all pieces of the packages."""
    return frozenset(name for package in packages for name in _read(package).pieces)


def bound_names(packages: Iterable[str]) -> frozenset[str]:
    """All names that the modules of the packages define or import."""
    found: set[str] = set()
    for package in packages:
        found.update(_read(package).pieces, _read(package).imports)
    return frozenset(found)


def select(
    packages: Iterable[str], wanted: Iterable[str], known: Known | None = None
) -> Selection:
    """Take the wanted pieces, and what they use, out of runtime packages.

    Args:
        packages: import names of packages whose modules hold the pieces.
        wanted: names of definitions.
        known: what the program knows of their options; branches that it never takes are
            left out.

    Raises:
        KeyError: no package has a piece of that name.
    """
    packages = list(packages)
    pieces: dict[str, Piece] = {}
    imports: dict[str, Import] = {}
    for package in packages:
        pieces.update(_read(package).pieces)
        imports.update(_read(package).imports)
    found: dict[str, Piece] = {}
    needed: set[Import] = set()

    def visit(name: str) -> None:
        if name in found:
            return
        piece = pieces[name]
        text = prune(piece.text, known or Known())
        found[name] = _piece(name, text, piece.package, piece.place)
        for used in found[name].uses:
            if used in pieces:
                visit(used)
            elif used in imports:
                needed.add(imports[used])

    for name in wanted:
        visit(name)
    return Selection(tuple(_ordered(found, packages)), frozenset(needed))


def _ordered(pieces: dict[str, Piece], packages: list[str]) -> list[Piece]:
    """The pieces by place, each after those that its definition needs."""
    order: dict[str, Piece] = {}

    def visit(piece: Piece) -> None:
        if piece.name in order:
            return
        for name in sorted(piece.early & pieces.keys()):
            visit(pieces[name])
        order[piece.name] = piece

    def place(piece: Piece) -> tuple[int, tuple[str, int]]:
        return packages.index(piece.package), piece.place

    for piece in sorted(pieces.values(), key=place):
        visit(piece)
    return list(order.values())
