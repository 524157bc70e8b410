"""Lints: what is no error but probably a mistake. One function a rule, all in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...diagnostics.model import Edit, Note, Problem
from ...diagnostics.rules import RULES
from ...ir import Origins
from .fixes import renamed, with_argument
from .inputs import standardized_twice, unscaled_inputs
from .outputs import dropout_on_output, softmax_one_unit
from .phases import unfreezing_at_full_rate
from .recurrent import recurrent_without_clipping
from .running import (
    adaptive_optimizer_with_schedule,
    early_stopping_without_validation,
    patience_longer_than_epochs,
)
from .selu import (
    selu_in_non_sequential_model,
    selu_unstandardized_inputs,
    selu_with_dropout,
)
from .subject import Finding, Subject
from .transfer import reused_on_another_scale
from .weights import (
    bias_before_batch_normalization,
    initializer_activation_mismatch,
    l1_without_sparsity,
    max_norm_axis,
    regularized_bias,
    selu_without_lecun_normal,
)

__all__ = ["LINTS", "Finding", "Subject", "lint"]

#: The lints by the slug of their rule.
LINTS: dict[str, Callable[[Subject], Iterator[Finding]]] = {
    "selu-without-lecun-normal": selu_without_lecun_normal,
    "selu-with-dropout": selu_with_dropout,
    "selu-unstandardized-inputs": selu_unstandardized_inputs,
    "selu-in-non-sequential-model": selu_in_non_sequential_model,
    "initializer-activation-mismatch": initializer_activation_mismatch,
    "bias-before-batch-normalization": bias_before_batch_normalization,
    "softmax-one-unit": softmax_one_unit,
    "dropout-on-output": dropout_on_output,
    "max-norm-axis": max_norm_axis,
    "regularized-bias": regularized_bias,
    "l1-without-sparsity": l1_without_sparsity,
    "standardized-twice": standardized_twice,
    "unscaled-inputs": unscaled_inputs,
    "early-stopping-without-validation": early_stopping_without_validation,
    "patience-longer-than-epochs": patience_longer_than_epochs,
    "adaptive-optimizer-with-schedule": adaptive_optimizer_with_schedule,
    "unfreezing-at-full-rate": unfreezing_at_full_rate,
    "recurrent-without-clipping": recurrent_without_clipping,
    "reused-on-another-scale": reused_on_another_scale,
}


def lint(subject: Subject) -> list[Problem]:
    """Everything doubtful about a program, at the places it was written.

    Layers of a trained model are looked at where that model declares them.
    """
    reused = tuple(f"{part.name}/" for part in subject.network.reused)
    return [
        _problem(finding, subject.origins)
        for look in LINTS.values()
        for finding in look(subject)
        if not finding.owner.startswith(reused)
    ]


def _problem(finding: Finding, origins: Origins) -> Problem:
    origin = origins.find(finding.owner, finding.field)
    span = origin.span if origin else None
    notes: tuple[Note, ...] = ()
    if origin is not None and origin.how.startswith("defaults"):
        # The layer is what is doubtful; the block of defaults may suit all others.
        notes = (Note(f"{finding.field} comes from {origin.how}", span),)
        whole = origins.find(finding.owner)
        span = whole.span if whole else span
    level = finding.level or RULES[finding.rule].level
    return Problem(
        finding.rule,
        finding.message,
        span,
        level,
        suggestion=finding.suggestion,
        notes=notes,
        fix=_fix(finding, origins),
    )


def _fix(finding: Finding, origins: Origins) -> tuple[Edit, ...]:
    if finding.keyword is not None:
        return renamed(origins, finding.owner, finding.keyword)
    if finding.value is not None:
        return with_argument(origins, finding.owner, finding.field, finding.value)
    return ()
