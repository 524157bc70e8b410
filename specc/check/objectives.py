"""What is asked of each output: its loss and metrics, which must fit how it ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..catalog import catalog
from ..catalog.families import Loss
from ..diagnostics.model import Note, Span
from ..ir import ModelOutput, Network, Origins
from ..syntax import tree
from .bind import Binder, Bound
from .endings import Ending, Endings
from .expectation import MemberOf
from .report import Report, one_of, quoted_list

__all__ = ["Asked", "fit_loss", "fit_metrics", "read_objectives"]

_LOSS, _METRIC = MemberOf("loss"), MemberOf("metric")


@dataclass
class Asked:
    """What a train block says of one output."""

    loss: Bound | None = None
    metrics: list[Bound] = field(default_factory=list[Bound])
    #: Whether a loss was written, be it wrong.
    has_loss: bool = False
    metrics_span: Span | None = None


def read_objectives(
    settings: Iterable[tree.Setting],
    network: Network | None,
    head: Span,
    binder: Binder,
) -> dict[str, Asked]:
    """The losses and metrics by output.

    Args:
        settings: ``loss = …``, ``loss output = …``, and the same of metrics.
        network: the model's; None where that is wrong, so that outputs are unknown.
        head: of the train block, for what is missing.
        binder: makes the constructs.
    """
    outputs = [output.name for output in network.outputs] if network else []
    asked = {name: Asked() for name in outputs}
    vague = False
    for setting in settings:
        word = (setting.kind or setting.key).text
        found = _output(setting, outputs, network is not None, binder.report)
        vague = vague or (found is None and word == "loss")
        target = asked[found] if found is not None else Asked()
        if word == "loss":
            _read_loss(setting, target, binder)
        else:
            _read_metrics(setting, target, binder)
    missing = [name for name, item in asked.items() if not item.has_loss]
    if missing and not vague:
        _missing(missing, outputs, head, binder.report)
    return asked


def _output(
    setting: tree.Setting, outputs: list[str], known: bool, report: Report
) -> str | None:
    """The output that a statement is about; None where that is wrong or unknown."""
    word = (setting.kind or setting.key).text
    if not known:
        return None
    if setting.kind is None and len(outputs) == 1:
        return outputs[0]
    if setting.kind is None:
        report.error(
            "which-output",
            f"the model has the outputs {quoted_list(outputs)}: say whose {word} it is",
            setting.key.span,
            suggestion=" and ".join(f"{word} {name} = …" for name in outputs),
        )
        return None
    if setting.key.text in outputs:
        return setting.key.text
    report.error(
        "unknown-output",
        f"the model has no output called {setting.key.text}",
        setting.key.span,
        expected=one_of(outputs),
        suggestion=report.near(setting.key.text, outputs),
    )
    return None


def _read_loss(setting: tree.Setting, target: Asked, binder: Binder) -> None:
    if target.has_loss:
        message = "this output has a loss already"
        binder.report.error("duplicate-argument", message, setting.span)
        return
    target.has_loss = True
    target.loss = binder.member(setting.value, _LOSS, "loss")


def _read_metrics(setting: tree.Setting, target: Asked, binder: Binder) -> None:
    value, report = setting.value, binder.report
    if target.metrics_span is not None:
        note = Note("they are given here first", target.metrics_span)
        message = "this output has metrics already"
        report.error("duplicate-argument", message, setting.span, notes=(note,))
        return
    target.metrics_span = setting.span
    items = value.items if isinstance(value, tree.ListExpr) else (value,)
    seen: set[str] = set()
    for item in items:
        bound = binder.member(item, _METRIC, "metrics")
        if bound is None:
            continue
        if bound.construct.keyword in seen:
            message = f"{bound.construct.keyword} is listed twice"
            report.error("duplicate-argument", message, item.span)
            continue
        seen.add(bound.construct.keyword)
        target.metrics.append(bound)


def _missing(
    missing: list[str], outputs: list[str], head: Span, report: Report
) -> None:
    if len(outputs) == 1:
        message, fix = "the training has no loss", "loss = mse"
    else:
        message = f"the training has no loss for {quoted_list(missing)}"
        fix = f"loss {missing[0]} = mse"
    expected = one_of(catalog().family("loss"))
    report.error("missing-loss", message, head, expected=expected, suggestion=fix)


def fit_metrics(asked: Asked, report: Report) -> None:
    """See that metrics mean something beside the loss."""
    if asked.loss is None:
        return
    loss: Loss = asked.loss.construct
    for bound in asked.metrics:
        why = bound.construct.refuses(loss)
        if why is None:
            continue
        others = [
            kind.keyword
            for kind in catalog().family("metric").values()
            if not kind.model_construct().refuses(loss)  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
        ]
        fix = others[0] if others else None
        report.error("metric-mismatch", why, bound.span, suggestion=fix)


def fit_loss(
    endings: Endings, output: ModelOutput, loss: Bound, origins: Origins, report: Report
) -> bool:
    """Whether the loss is computed from the logits of the activation that ends the output.

    Reports a loss that does not fit that activation.
    """
    fuses, end = loss.construct.fuses, endings.of(output.edge)
    if fuses is None:
        return False
    if loss.construct.takes_logits():
        _logits(endings, output, loss, end, origins, report)
        return False
    if end.keyword == fuses and end.last:
        return True
    if not endings.in_values_of(output.edge, fuses):
        _mismatch(loss, end, origins, report)
    return False


def _note(end: Ending, origins: Origins) -> tuple[Note, ...]:
    if end.layer is None:
        return ()
    origin = origins.find(end.layer, "activation")
    how = "" if origin is None or origin.how in ("given", "default") else origin.how
    inherited = f", from {how}" if how else ""
    message = f"{end.layer} ends in {end.keyword}{inherited}"
    return (Note(message, origin.span if origin else None),)


def _logits(
    endings: Endings,
    output: ModelOutput,
    loss: Bound,
    end: Ending,
    origins: Origins,
    report: Report,
) -> None:
    for keyword in _fused():
        if endings.in_values_of(output.edge, keyword):
            given = loss.given.get("from_logits")
            report.error(
                "double-activation",
                f"from_logits = true, but the output is no logits: it ends in {keyword}",
                given.span if given else loss.span,
                notes=_note(end, origins),
                suggestion="from_logits = false",
            )


def _fused() -> dict[str, list[str]]:
    """The activations whose probabilities losses take, and for each those losses."""
    found: dict[str, list[str]] = {}
    for keyword, kind in catalog().family("loss").items():
        if issubclass(kind, Loss) and kind.fuses is not None:
            found.setdefault(kind.fuses, []).append(keyword)
    return found


def _mismatch(loss: Bound, end: Ending, origins: Origins, report: Report) -> None:
    keyword, fuses = loss.construct.keyword, loss.construct.fuses
    fix = f"activation = {fuses} there, or {keyword}(from_logits = true)"
    fitting = _fused().get(end.keyword)
    if fitting:
        fix = f"{quoted_list(fitting, 'or')}, or activation = {fuses} there"
    report.error(
        "loss-activation-mismatch",
        f"{keyword} takes the probabilities of {fuses}, but the output ends in"
        f" {end.keyword}",
        loss.span,
        notes=_note(end, origins),
        suggestion=fix,
    )
