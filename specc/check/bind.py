"""From calls to validated constructs: each argument read as its place expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import ValidationError, create_model

from ..catalog import Construct, Model, UnknownConstruct, catalog
from ..catalog.layers import Layer
from ..diagnostics.model import Span
from ..diagnostics.suggest import misspells
from ..syntax import tree
from .assign import Assigned, Given, assign, title
from .expectation import MemberOf, Real, signature
from .faults import explain
from .read import Reader
from .read_numbers import NUMERIC
from .report import Report
from .types import OPTIONAL
from .unknown import no_member, unknown_member
from .values import ABSENT, Absent, Params, Unknown

__all__ = ["Binder", "Bound", "Inherited", "located"]


@dataclass(frozen=True)
class Inherited:
    """A value from a ``defaults`` block, with its place and the block's heading.

    The value is ABSENT where it was wrong: a layer that takes it is wrong too.
    """

    value: Any
    span: Span
    heading: str


@dataclass(frozen=True)
class Bound:
    """A construct and the arguments it was made from."""

    construct: Any
    span: Span
    given: Mapping[str, Given]
    inherited: Mapping[str, Inherited] = field(default_factory=dict[str, Inherited])

    @property
    def kind(self) -> type[Construct]:
        """The construct's class."""
        construct: Construct = self.construct
        return type(construct)


class Binder:
    """Makes constructs from calls; problems go to the report."""

    def __init__(self, report: Report, params: Params) -> None:
        self.report = report
        self.params = params
        self.reader = Reader(report, params, self._construct)
        #: Where bodies of choices and repetitions begin that were read.
        self.entered: set[tuple[str, int]] = set()
        self._plain: dict[type[Construct], Construct] = {}
        self._single: dict[tuple[type[Construct], str], type[Model]] = {}

    def bind(
        self,
        kind: type[Construct],
        call: tree.Call,
        inherited: Mapping[str, Inherited] | None = None,
    ) -> Bound | None:
        """The construct of a call, with inherited values where it gives none.

        None, and problems, where something is wrong with it.
        """
        inherited = inherited or {}
        plain = not call.arguments and not inherited
        if plain and kind in self._plain:
            return Bound(self._plain[kind], call.span, {})
        assigned = assign(signature(kind), call.arguments, self.report)
        values = self._values(kind, assigned)
        idle = kind.idle(values)
        used = {
            name: item
            for name, item in inherited.items()
            if name not in assigned.given
            and name not in assigned.faulty
            and name not in idle
        }
        for name, item in used.items():
            if isinstance(item.value, Absent):
                assigned.faulty.add(name)  # which was reported where it stands
            else:
                values[name] = item.value
        self._refuse_idle(kind, assigned, values)
        construct = self._make(kind, call, values, assigned, used)
        if construct is None:
            return None
        if plain:
            self._plain[kind] = construct
        return Bound(construct, call.span, assigned.given, used)

    def _values(self, kind: type[Construct], assigned: Assigned) -> dict[str, Any]:
        parameters, name_of = signature(kind).parameters, title(kind)
        values: dict[str, Any] = {}
        for name, given in assigned.given.items():
            expects = parameters[name].expects
            label = name if kind.family == "settings" else f"{name} of {name_of}"
            value = self.reader.read(given.value, expects, label)
            if isinstance(value, Absent):
                assigned.faulty.add(name)
            else:
                values[name] = value
        return values

    def _refuse_idle(
        self, kind: type[Construct], assigned: Assigned, values: Mapping[str, Any]
    ) -> None:
        """Report arguments that other arguments make meaningless, unless they are none."""
        for name in kind.idle(values):
            if name in assigned.given and values.get(name) is not None:
                self.idle(kind, name, assigned.given[name].span)
                assigned.faulty.add(name)

    def idle(self, kind: type[Construct], name: str, span: Span) -> None:
        """Report an argument that other arguments make meaningless."""
        self.report.error(
            "conflicting-arguments",
            f"{name} of {title(kind)} has no effect: it is for a weight that is left out",
            span,
        )

    def _make(
        self,
        kind: type[Construct],
        call: tree.Call,
        values: dict[str, Any],
        assigned: Assigned,
        used: Mapping[str, Inherited],
    ) -> Construct | None:
        try:
            construct = kind(**values)
        except ValidationError as error:
            explain(
                error,
                title(kind),
                assigned.given,
                call.span,
                call.name.span,
                assigned.faulty,
                self.report,
                lambda name: used[name].span if name in used else None,
            )
            return None
        return None if assigned.faulty else construct

    def field(
        self, kind: type[Construct], name: str, value: tree.Expression, span: Span
    ) -> Any:
        """The validated value of one field alone, for a ``defaults`` block, or ABSENT."""
        label = f"{name} of {title(kind)}"
        found = self.reader.read(value, signature(kind).parameters[name].expects, label)
        if isinstance(found, Absent):
            return ABSENT
        key = (kind, name)
        if key not in self._single:
            self._single[key] = _alone(kind, name)
        try:
            return getattr(self._single[key](**{name: found}), name)
        except ValidationError as error:
            given = {name: Given(value, span)}
            explain(error, title(kind), given, span, span, set(), self.report)
            return ABSENT

    def member(
        self, node: tree.Expression, expects: MemberOf, label: str
    ) -> Bound | None:
        """The construct that a word, a call or a number stands for."""
        held = self._held(node, expects)
        if held is not None:
            return Bound(held, node.span, {})
        if self._may_hold(node, expects):
            return None
        call = self._as_call(node, expects)
        if call is not None:
            kind = self._find(call, expects)
            return None if kind is None else self.bind(kind, call)
        if expects.number and isinstance(node, (*NUMERIC, tree.Name)):
            return self._number(node, expects.number, expects.family, label)
        no_member(node, expects, label, self.report)
        return None

    def _held(self, node: tree.Expression, expects: MemberOf) -> Construct | None:
        """The construct that an argument of a block gives, where a word names it."""
        if not isinstance(node, tree.Name) or node.text not in self.params.table:
            return None
        if node.text in catalog().family(expects.family):
            return None
        found = self.params.find(node.text)
        value = found.value if found else None
        if isinstance(value, Construct) and value.family == expects.family:
            return value
        return None

    def _may_hold(self, node: tree.Expression, expects: MemberOf) -> bool:
        """Whether a word names a value that is not known yet, and may be a member."""
        if not isinstance(node, tree.Name) or node.text not in self.params.table:
            return False
        if node.text in catalog().family(expects.family):
            return False
        found = self.params.find(node.text)
        value = found.value if found else None
        numbers = (int, float) if expects.number else ()
        return isinstance(value, Unknown) and value.may_be(
            str, expects.family, *OPTIONAL, *numbers
        )

    def _number(
        self, node: tree.Expression, keyword: str, family: str, label: str
    ) -> Bound | None:
        """The member that a plain number stands for."""
        value = self.reader.read(node, Real(), label)
        if isinstance(value, Absent):
            return None
        kind = catalog().find(family, keyword)
        construct = self.reader.record(kind, {"value": value}, node, label)
        if isinstance(construct, Absent):
            return None
        return Bound(construct, node.span, {"value": Given(node, node.span)})

    def _construct(self, node: tree.Expression, expects: MemberOf, label: str) -> Any:
        found = self.member(node, expects, label)
        return ABSENT if found is None else found.construct

    def _as_call(self, node: tree.Expression, expects: MemberOf) -> tree.Call | None:
        """The call that names a member, if the expression is one."""
        if isinstance(node, tree.Call):
            return node
        if isinstance(node, tree.Name):
            word = self._keyword(node, expects)
            if word is not None:
                return tree.Call(node.span, tree.Word(node.span, word), (), bare=True)
        return None

    def _keyword(self, node: tree.Name, expects: MemberOf) -> str | None:
        """The member a word names, itself or through a param; None for a number's param."""
        members = catalog().family(expects.family)
        if node.text in members or node.text not in self.params.table:
            return node.text
        param = self.params.find(node.text)
        value = None if param is None else param.value
        if isinstance(value, str):
            return value
        numeric = type(value) in (int, float) or isinstance(value, Absent)
        return None if numeric and expects.number else node.text

    def _find(self, call: tree.Call, expects: MemberOf) -> type[Construct] | None:
        try:
            return catalog().find(expects.family, call.name.text)
        except UnknownConstruct:
            self.unknown_call(call, expects.family)
            return None

    def unknown_call(self, call: tree.Call, family: str) -> None:
        """Report that a family has no member of that name, and what else is wrong.

        Arguments are looked at where the name is one of the family's, misspelt.
        """
        meant = unknown_member(call.name, family, self.report) or ""
        kind = catalog().family(family).get(meant)
        if kind is None or not misspells(call.name.text, meant):
            return
        given = call.arguments
        if issubclass(kind, Layer) and kind.takes == "many":  # the others are flows
            given = tuple(item for item in given if item.name is not None)
        if given:
            before = len(self.report.problems)
            self.bind(kind, replace(call, arguments=given))
            # Another of the family may have been meant, which takes more.
            found = self.report.problems[before:]
            self.report.problems[before:] = [
                p for p in found if p.rule != "too-many-arguments"
            ]


def _alone(kind: type[Construct], name: str) -> type[Model]:
    """A record with one field of a construct, validated as it is there."""
    info = kind.model_fields[name]
    parts = (info.annotation, *info.metadata)
    annotation: Any = Annotated[parts] if info.metadata else info.annotation
    fields: dict[str, Any] = {name: (annotation, ...)}
    return create_model(f"{kind.__name__}_{name}", __base__=Model, **fields)


def located(node: tree.Expression, construct: Construct) -> Bound:
    """A construct with the places of its arguments, from the expression it was read from."""
    if isinstance(node, tree.Call):
        found = assign(signature(type(construct)), node.arguments, Report())
        return Bound(construct, node.span, found.given)
    if isinstance(node, tree.Name):
        return Bound(construct, node.span, {})
    return Bound(construct, node.span, {"value": Given(node, node.span)})
