"""What a construct must pass, on every backend that is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from ..catalog.registry import UnknownConstruct, catalog
from ..verify.faults import EMITTED
from . import declared
from .cases import Case
from .errors import Broken
from .of_backend import acts, lowered, texts
from .running import equal_construct, faults_noticed
from .workbench import Workbench, usable

__all__ = ["construct_cases"]


def construct_cases(path: str, backends: Iterable[str] = ()) -> Iterator[Case]:
    """All that a construct must pass; `path` is ``family/keyword``.

    On each of the backends, or on all that can be used.
    """
    family, _, keyword = path.partition("/")
    try:
        kind = catalog().find(family, keyword)
    except UnknownConstruct as error:
        yield Case("found by entry point", path, partial(_unknown, str(error)))
        return
    for title, check in (
        ("documented", declared.documented),
        ("example", declared.exemplified),
        ("names its fields", declared.named_fields),
        ("survives JSON", declared.survives_json),
    ):
        yield Case(title, path, lambda _, check=check: check(kind))
    if family in ("source", "transform"):
        yield Case("carried out", path, lambda _: declared.carried_out(kind))
    if family not in EMITTED:
        return
    yield Case("fields vary", path, lambda _: declared.varied(kind))
    for name in tuple(backends) or usable():
        at = f"{path} on {name}"
        yield Case("lowered or refused", at, partial(lowered, kind, name))
        yield Case("text", at, partial(texts, kind, name))
        yield Case("equal", at, partial(equal_construct, kind, name))
        for field, _ in kind.fields():
            action = partial(acts, kind, field, name)
            yield Case("not dropped", f"{path}.{field} on {name}", action)
        yield Case("faults noticed", at, partial(faults_noticed, kind, name))


def _unknown(why: str, bench: Workbench) -> str:
    raise Broken(f"{why}; is its package installed?")
