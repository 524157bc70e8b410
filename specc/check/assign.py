"""Which argument of a call is meant for which field: by name, by position, or the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..catalog import catalog
from ..catalog.construct import Construct
from ..diagnostics.model import Note, Span
from ..diagnostics.suggest import equivalents, remark
from ..syntax import tree
from .expectation import (
    Choice,
    Maybe,
    MemberOf,
    Real,
    Sequence,
    Signature,
    Text,
    Whole,
)
from .expectation import (
    signature as signature_of,
)
from .report import Report, quoted_list
from .wording import plain_text

__all__ = ["Assigned", "Given", "assign", "title"]

#: Values that are numbers by their form.
_ARITHMETIC = (tree.Number, tree.Unary, tree.Binary)


@dataclass(frozen=True)
class Given:
    """An argument as it was written: its value, and the place of the whole of it."""

    value: tree.Expression
    span: Span


@dataclass
class Assigned:
    """The arguments of a call by field.

    `faulty` names the fields whose argument is wrong; the empty name stands for one that
    is meant for no field.
    """

    given: dict[str, Given] = field(default_factory=dict[str, Given])
    faulty: set[str] = field(default_factory=set[str])


def title(kind: type[Construct]) -> str:
    """What a construct is called in messages."""
    return f"a {kind.keyword} block" if kind.family == "settings" else kind.keyword


def assign(
    signature: Signature, arguments: tuple[tree.Argument, ...], report: Report
) -> Assigned:
    """Sort the arguments of a call into the fields of its construct."""
    found = Assigned()
    unnamed: list[tree.Argument] = []
    for argument in arguments:
        if argument.name is not None:
            _put(signature, argument.name.text, argument, found, report)
            continue
        unnamed.append(argument)
        if signature.variadic is not None:
            continue
        if len(unnamed) <= len(signature.positional):
            name = signature.positional[len(unnamed) - 1]
            _put(signature, name, argument, found, report)
        else:
            _too_many(signature, argument, _taken(signature, arguments), report)
            found.faulty.add("")
    if signature.variadic is not None and unnamed:
        _gather(signature, unnamed, found, report)
    return found


def _put(
    signature: Signature,
    name: str,
    argument: tree.Argument,
    found: Assigned,
    report: Report,
) -> None:
    if name not in signature.parameters:
        # The argument that was meant is not reported as missing.
        found.faulty.add(_unknown(signature, argument, report))
    elif name in found.given:
        first = Note("it is given here first", found.given[name].span)
        message = f"{name} of {title(signature.kind)} is given twice"
        report.error("duplicate-argument", message, argument.span, notes=(first,))
        found.faulty.add(name)
    else:
        found.given[name] = Given(argument.value, argument.span)


def _gather(
    signature: Signature,
    unnamed: list[tree.Argument],
    found: Assigned,
    report: Report,
) -> None:
    numbers = [item for item in unnamed if isinstance(item.value, _ARITHMETIC)]
    if numbers and _takes_names(signature):
        for item in numbers:
            _too_many(signature, item, set(found.given), report)
        wanted = _number(signature)
        found.faulty |= {str(signature.variadic), *([wanted] if wanted else [])}
        return
    span = unnamed[0].span.to(unnamed[-1].span)
    items = tree.ListExpr(span, tuple(argument.value for argument in unnamed))
    name = str(signature.variadic)
    _put(signature, name, tree.Argument(span, None, items), found, report)


def _unknown(signature: Signature, argument: tree.Argument, report: Report) -> str:
    """Report an argument that the construct does not have; the one that is near."""
    assert argument.name is not None
    kind, word = signature.kind, argument.name.text
    sort = "setting" if kind.family == "settings" else "argument"
    near = report.near(word, signature.parameters)
    report.error(
        f"unknown-{sort}",
        f"{title(kind)} has no {sort} {word}",
        argument.name.span,
        expected=quoted_list(signature.parameters, "or") or f"no {sort}s",
        suggestion=_each(signature, argument)
        or near
        or remark(word)
        or _elsewhere(kind, word),
    )
    return near or ""


def _each(signature: Signature, argument: tree.Argument) -> str | None:
    """The arguments that a list of several stands for: ``betas = [0.9, 0.99]``."""
    value, word = argument.value, argument.name.text if argument.name else ""
    if not isinstance(value, tree.ListExpr) or len(value.items) < 2:
        return None
    names = equivalents(word, "argument")
    if len(names) != len(value.items) or not set(names) <= set(signature.parameters):
        return None
    pairs = zip(names, map(plain_text, value.items), strict=True)
    return ", ".join(f"{name} = {text}" for name, text in pairs)


def _elsewhere(kind: type[Construct], word: str) -> str | None:
    """Where a word belongs that is no setting of this block."""
    if kind.family != "settings":
        return None
    if word in catalog().family("callback"):
        return f"{word} is a statement of its own: {word}(…)"
    for callback in catalog().family("callback").values():
        if word in signature_of(callback).parameters:
            return f"{word} is an argument of {callback.keyword}({word} = …)"
    for other in catalog().family("settings").values():
        if word in signature_of(other).parameters:
            return f"{word} is a setting of {title(other)}"
    return None


def _taken(signature: Signature, arguments: tuple[tree.Argument, ...]) -> set[str]:
    """What the arguments of a call give, by name or by position."""
    named = {item.name.text for item in arguments if item.name is not None}
    unnamed = sum(item.name is None for item in arguments)
    return named | set(signature.positional[:unnamed])


def _too_many(
    signature: Signature, argument: tree.Argument, taken: set[str], report: Report
) -> None:
    names = signature.positional
    kind = title(signature.kind)
    expected = (
        f"one value without a name ({names[0]})"
        if len(names) == 1
        else f"{len(names)} values without a name ({', '.join(names)})"
        if names
        else "arguments with their names"
    )
    report.error(
        "too-many-arguments",
        f"{kind} does not take this value without a name",
        argument.span,
        expected=expected,
        suggestion=_named(signature, argument.value, taken),
    )


def _takes_names(signature: Signature) -> bool:
    """Whether its unnamed arguments are names."""
    expects = signature.parameters[str(signature.variadic)].expects
    return isinstance(expects, Sequence) and isinstance(expects.item, Text)


def _number(signature: Signature) -> str | None:
    """The argument that must be given and takes a number, if there is one."""
    return next(
        (
            name
            for name, parameter in signature.parameters.items()
            if parameter.required and isinstance(parameter.expects, Real | Whole)
        ),
        None,
    )


def _numeric(
    signature: Signature, value: tree.Expression, taken: set[str]
) -> str | None:
    """The argument that a number is meant for: one that is needed, or the next one."""
    wanted = _number(signature)
    if wanted is not None and wanted not in taken:
        return wanted
    if not isinstance(value, tree.Number) or not isinstance(value.value, int):
        return None
    for name, parameter in signature.parameters.items():
        expects = parameter.expects
        inner = expects.inner if isinstance(expects, Maybe) else expects
        sizes = isinstance(inner, Sequence) and isinstance(inner.item, Whole)
        if name not in taken and (sizes or isinstance(inner, Whole)):
            return name
    return None


def _named(signature: Signature, value: tree.Expression, taken: set[str]) -> str | None:
    """``activation = relu`` for a ``relu`` that lacks its argument's name.

    Only what is not `taken` is offered.
    """
    from ..catalog import catalog

    if isinstance(value, tree.Quantity) and isinstance(value.value, tree.Name):
        first, second = value.value.text, value.unit.text
        if first in signature.parameters and first not in taken:
            return f"{first} = {second}"
    if isinstance(value, _ARITHMETIC):
        name = _numeric(signature, value, taken)
        source = value.span.source.text[value.span.start : value.span.end]
        return f"{name} = {source}" if name else None
    word = value.text if isinstance(value, tree.Name) else None
    if isinstance(value, tree.Call):
        word = value.name.text
    if word is None:
        return None
    for name, parameter in signature.parameters.items():
        expects = parameter.expects
        chosen = isinstance(expects, Choice) and word in expects.words
        member = isinstance(expects, MemberOf) and (
            word in catalog().family(expects.family)
        )
        if name not in taken and (chosen or member):
            return f"{name} = {word}"
    return None
