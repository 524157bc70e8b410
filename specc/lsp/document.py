"""A text that is open in an editor, and what is known of it: each made when first asked."""

from __future__ import annotations

from functools import cached_property
from threading import Lock

from ..check.checked import Checked
from ..diagnostics.model import Source
from ..pipeline import check_source
from ..syntax import tree
from ..syntax.limits import MAX_BYTES
from ..syntax.parse import Parsed, read_source
from ..syntax.scan import Scanned, scan
from .index import Index
from .layers import Layers
from .positions import Lines

__all__ = ["Document"]


class Document:
    """One version of a text.

    Args:
        name: what problems call it.
        text: the text.
        version: the editor's count of changes.
        encoding: of positions.
        before: the version before this one; its tree serves where this text has none.
    """

    def __init__(
        self,
        name: str,
        text: str,
        version: int | None = None,
        encoding: str = "utf-16",
        before: Document | None = None,
    ) -> None:
        self.source = Source(name, text)
        self.version = version
        self.encoding = encoding
        self._checked: Checked | None = None
        self._checking = Lock()
        self._earlier = before.last_file() if before is not None else None

        #: Which fixes of it were tried, and whether they mend what they are for.
        self.tried: dict[object, bool] = {}

    @property
    def text(self) -> str:
        """The text."""
        return self.source.text

    @property
    def readable(self) -> bool:
        """Whether it is no larger than what is read at all."""
        return len(self.text) <= MAX_BYTES

    @cached_property
    def lines(self) -> Lines:
        """Its lines."""
        return Lines(self.text, self.encoding)

    @cached_property
    def scanned(self) -> Scanned:
        """Its words and signs."""
        return scan(self.source)

    @cached_property
    def parsed(self) -> Parsed:
        """Its syntax, with the problems of it."""
        return read_source(self.source)

    @cached_property
    def current(self) -> tree.File | None:
        """The statements of this text that could be read; None where none could."""
        return self.parsed.file

    def last_file(self) -> tree.File | None:
        """Its statements where they are known already, or those of a version before."""
        return self.file if "parsed" in self.__dict__ else self._earlier

    @cached_property
    def file(self) -> tree.File | None:
        """Its statements, or those of an earlier version: for names, not for places."""
        return self.current or self._earlier

    @property
    def checked(self) -> Checked:
        """What the checker says of it; it may be asked from several threads."""
        with self._checking:
            if self._checked is None:
                self._checked = check_source(self.source, parsed=self.parsed)
            return self._checked

    @property
    def imported(self) -> list[tree.File]:
        """The files that it imports, where the check has read them already."""
        sources = self._checked.imports if self._checked is not None else ()
        if not sources:
            return []
        return [f for source in sources if (f := read_source(source).file) is not None]

    @cached_property
    def index(self) -> Index:
        """Where names are introduced and used in it."""
        return Index(self.current)

    @cached_property
    def layers(self) -> Layers:
        """The shapes and weights of the layers that are written in it."""
        return Layers(self.checked)

    def prepare(self) -> None:
        """Make what the next requests will ask for."""
        for made in (self.checked, self.layers, self.index):
            assert made is not None
