"""Connected parts of a network, as ``reuse`` names them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass

from ..diagnostics.model import Span
from ..ir import Call, Network
from ..syntax import tree
from .report import Report, one_of, quoted_list

__all__ = ["Part", "Trained", "choose"]

#: The calls beside one of them.
Step = Callable[[str], Iterable[str]]


@dataclass(frozen=True)
class Trained:
    """A model whose weights a training leaves: one of this spec, or that of a run.

    `title` is what it is called in messages; `span` is where its training is declared.
    """

    network: Network
    training: str
    run: str | None = None
    span: Span | None = None

    @property
    def title(self) -> str:
        """``fashion_a``, or ``the run runs/fashion``."""
        return self.training if self.run is None else f"the run {self.run}"


@dataclass(frozen=True)
class Part:
    """Calls of a network that hang together, in their order.

    `inputs` are the edges that come in, in the order in which they are made, and `output`
    is the one that comes out.
    """

    trained: Trained
    calls: tuple[Call, ...]
    inputs: tuple[str, ...]
    output: str

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that are called, each once."""
        return tuple(dict.fromkeys(call.layer for call in self.calls))

    def begins_at_inputs(self) -> bool:
        """Whether all that comes in are inputs of the model."""
        inputs = {item.name for item in self.trained.network.inputs}
        return set(self.inputs) <= inputs


def choose(trained: Trained, asked: tree.Reuse, report: Report) -> Part | None:
    """The part of a model that a statement names; None, and a problem, if it is none.

    ``to`` and ``from`` name layers, or blocks as a whole, and both ends belong to the
    part; without ``from`` it begins at the model's inputs, without ``to`` it ends at its
    output. ``except`` leaves layers out.
    """
    return _Choice(trained, asked, report).part()


class _Choice:
    def __init__(self, trained: Trained, asked: tree.Reuse, report: Report) -> None:
        self.trained, self.asked, self.report = trained, asked, report
        network = trained.network
        self.calls: dict[str, Call] = {call.name: call for call in network.calls}
        self.users: dict[str, list[str]] = {}
        for call in network.calls:
            for edge in call.inputs:
                self.users.setdefault(edge, []).append(call.name)

    def part(self) -> Part | None:
        asked = self.asked
        first = self._named(asked.first.text, asked.first.span) if asked.first else None
        last = self._named(asked.last.text, asked.last.span) if asked.last else None
        without = [self._named(item.value, item.span) for item in asked.without]
        if first == set() or last == set() or set() in without:
            return None  # which is reported
        chosen = set(self.calls)
        if last is not None:
            chosen &= self._reached(last, self._sources)
        if first is not None:
            chosen &= self._reached(first, self._uses)
        chosen -= set[str]().union(*without)
        ending = chosen if last is None else last & chosen
        if not ending:
            self._empty()
            return None
        ends = self._leaving(ending)
        if len(ends) != 1:
            self._several(ends, last is not None)
            return None
        return self._connected(chosen, ends[0])

    def _sources(self, name: str) -> Iterable[str]:
        return (edge for edge in self.calls[name].inputs if edge in self.calls)

    def _uses(self, name: str) -> Iterable[str]:
        return self.users.get(name, ())

    def _beside(self, name: str) -> Iterable[str]:
        return (*self._sources(name), *self._uses(name))

    def _reached(
        self, begin: Iterable[str], step: Step, among: Container[str] | None = None
    ) -> set[str]:
        """The calls that are reached from some step by step, and these."""
        found, todo = set[str](), list(begin)
        while todo:
            name = todo.pop()
            if name not in found and (among is None or name in among):
                found.add(name)
                todo += step(name)
        return found

    def _named(self, word: str, span: Span) -> set[str]:
        """The calls of a name: one, or those of a block; empty, and a problem, if none."""
        if word in self.calls:
            return {word}
        inside = {name for name in self.calls if name.startswith(f"{word}/")}
        if inside:
            return inside
        title = self.trained.title
        network = self.trained.network
        if any(item.name == word for item in network.inputs):
            message = f"{word} is an input of {title}, and no layer"
        else:
            message = f"{title} has no layer called {word}"
        blocks = [name.rpartition("/")[0] for name in self.calls if "/" in name]
        known = [*self.calls, *dict.fromkeys(blocks)]
        near = self.report.near(word, known)
        self.report.error(
            "unknown-layer",
            message,
            span,
            expected=one_of(self.calls),
            suggestion=f'"{near}"' if near and "/" in near else near,
        )
        return set()

    def _leaving(self, among: Iterable[str]) -> list[str]:
        """Those calls whose results are used outside of them, or are outputs."""
        inside = set(among)
        outputs = set(self.trained.network.ends.values())
        return [
            name
            for name in self.calls
            if name in inside
            and (name in outputs or not set(self._uses(name)) <= inside)
        ]

    def _connected(self, chosen: set[str], end: str) -> Part | None:
        """The part that ends there, if all of it hangs together."""
        leading = self._reached([end], self._sources, chosen)
        joined = self._reached([end], self._beside, chosen)
        cut = chosen - joined
        loose = [name for name in self.calls if name in cut]
        if loose:
            shown = quoted_list(loose[:3]) + (" and more" if len(loose) > 3 else "")
            verb = "is" if len(loose) == 1 else "are"
            self.report.error(
                "reuse-part",
                f"this part of {self.trained.title} is not connected: {shown} {verb}"
                f" cut off from {end}",
                self.asked.span,
                expected="layers that lead to one another",
                suggestion=f"reuse {self.asked.target.text} = … to {loose[-1]}",
            )
            return None
        calls = tuple(call for name, call in self.calls.items() if name in leading)
        made = [edge.name for edge in self.trained.network.edges]
        entering = {edge for call in calls for edge in call.inputs} - leading
        inputs = tuple(name for name in made if name in entering)
        return Part(self.trained, calls, inputs, end)

    def _empty(self) -> None:
        asked = self.asked
        if asked.first is not None and asked.last is not None and not asked.without:
            ends = f"from {asked.first.text} to {asked.last.text}"
            message = f"no way leads {ends} in {self.trained.title}"
        else:
            message = f"nothing is left of {self.trained.title}"
        self.report.error(
            "reuse-part",
            message,
            asked.span,
            expected="one layer at least",
        )

    def _several(self, ends: list[str], block: bool) -> None:
        """Report a part with several results: a layer has one."""
        what = "this block of" if block else "this part of"
        self.report.error(
            "reuse-part",
            f"{what} {self.trained.title} ends in {quoted_list(ends)}, and a layer has"
            " one output",
            self.asked.span,
            expected=f"to and one of {', '.join(ends[:8])}",
            suggestion=f"to {_written(ends[-1])}",
        )


def _written(name: str) -> str:
    """The name of a layer as a statement gives it."""
    return f'"{name}"' if "/" in name else name
