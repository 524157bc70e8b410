"""Specs that nobody would write, drawn by hypothesis: from a grammar, and damaged ones.

Most pieces belong where they stand, and words come from the catalogue. How many do not is
drawn first, so that there are specs without any fault as well as those full of them.
"""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st

from specc.catalog import catalog
from specc.check.expectation import signature

__all__ = ["damaged", "specs"]

_COUNTS = ["1", "2", "3", "8", "13", "n", "depth", "n + 1", "n * 2", "64"]
_ODD_COUNTS = [
    *(
        "0",
        "-1",
        "1_000",
        "2**70",
        "2**62",
        "1_000_000",
        "100000",
        "1.5",
        "3//0",
        "1e308*10",
    ),
    *("true", "none", "i", "h", "x", "time", "20%", "3 epochs", '"3"', "[3]", "(3)"),
    *("n.shape", "not n", "1 < n", "..", "n for 3 epochs"),
]
_RATES = ["0.1", "0.5", "0.25", "rate", "1/3", "1e-3"]
_ODD_RATES = [
    *("0", "1", "2", "-1", "1e-30", "1e400", "nan", "none", "n", "20%", "3 steps"),
    *("true", "relu"),
]
_PARTS = ["", " to h", ' to "u_1/dense_1"', ' except "dense_1"', " from h to h"]
_ODD_STATEMENTS = [
    "h =",
    "input x: float32[{n}]",
    "input z: int32[time, {n}]",
    "phase p {{ epochs = {n} }}",
    'import "units.nnspec"',
    "reuse a = b to c",
    'reuse a = New from h except "dense_1"',
    'reuse a = from "runs/small" to hidden',
    "h -> h",
    "Add(x, h)",
    "x -> s",
    "Net(x)",
    "V()",
    "output y = x -> Dense({n})",
    "loss = mse",
    "param m: int = {n}",
]
_ENDS = ["\n", "\n", "\n", "; ", "\n\n", "  # note\n", "\r\n"]


@cache
def _words(family: str) -> tuple[str, ...]:
    return tuple(catalog().family(family))


@cache
def _arguments(family: str, keyword: str) -> tuple[str, ...]:
    return tuple(signature(catalog().find(family, keyword)).parameters)


class _Writer:
    """Writes a spec with what it draws; `odd` of a hundred pieces do not belong."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.odd = draw(st.sampled_from([0, 0, 3, 10, 40]))

    def chance(self, percent: int) -> bool:
        return percent > 0 and self.draw(st.integers(0, 99)) >= 100 - percent

    def pick(self, good: list[str], odd: list[str]) -> str:
        return self.draw(st.sampled_from(odd if self.chance(self.odd) else good))

    def count(self) -> str:
        return self.pick(_COUNTS, _ODD_COUNTS)

    def rate(self) -> str:
        return self.pick(_RATES, _ODD_RATES)

    def share(self) -> str:
        return self.pick(["20", "10", "12.5"], _ODD_COUNTS)

    def words(self, family: str, good: list[str]) -> str:
        """One of the words that do there, or any of the family with any arguments."""
        if not self.chance(self.odd + 2):
            return self.draw(st.sampled_from(good))
        keyword = self.draw(st.sampled_from(_words(family)))
        given = [""] * self.draw(st.integers(0, 2))
        for index in range(len(given)):
            names = _arguments(family, keyword)
            name = self.draw(st.sampled_from(["", *names]))
            given[index] = f"{name} = {self.value()}" if name else self.value()
        return f"{keyword}({', '.join(given)})" if given else keyword

    def value(self) -> str:
        kinds = [
            "count",
            "rate",
            "activation",
            "initializer",
            "regularizer",
            "schedule",
        ]
        kind = self.draw(st.sampled_from(kinds))
        if kind in ("count", "rate"):
            return self.count() if kind == "count" else self.rate()
        return self.draw(st.sampled_from(_words(kind)))

    def filled(self, pieces: list[str]) -> str:
        piece = self.draw(st.sampled_from(pieces))
        return piece.format(n=self.count() if "{n}" in piece else "")

    def lines(self, statements: list[str]) -> str:
        return "".join(s + self.draw(st.sampled_from(_ENDS)) for s in statements)

    # Models ----------------------------------------------------------------------

    def layer(self, units: bool = True) -> str:
        if self.chance(self.odd):
            return self.filled(_ODD_STATEMENTS)
        activation = self.words("activation", ["relu", "tanh", "elu", "linear"])
        good = [
            f"Dense({self.count()})",
            f"Dense({self.count()}, activation = {activation})",
            f"Dropout({self.rate()})",
            f"Activation({activation})",
            "BatchNormalization",
        ]
        if units:
            good += [f"U({self.count()})", "U"]
        return self.words("layer", good)

    def body(self, depth: int, named: bool = False, units: bool = True) -> str:
        found: list[str] = []
        for _ in range(self.draw(st.integers(1, 4))):
            kind = self.draw(st.integers(0, 19)) if depth else 19
            inner = self.body(depth - 1, units=units) if kind < 4 else ""
            match kind:
                case 0:
                    found.append(f"repeat {self.count()} {{ {inner}}}")
                case 1:
                    ends = f"{self.count()}..{self.count()}"
                    found.append(f"repeat i in {ends} {{ {inner}}}")
                case 2:
                    way = (
                        f"shortcut {{ {self.body(0, units=units)}}}"
                        if self.chance(30)
                        else ""
                    )
                    found.append(f"residual {{ {inner}{way} }}")
                case 3:
                    other = self.body(0, units=units)
                    condition = f"{self.count()} < {self.count()}"
                    found.append(f"if {condition} {{ {inner}}} else {{ {other}}}")
                case 4:
                    wrapped = self.layer(units)
                    found.append(f"TimeDistributed({wrapped})")
                case 5:
                    found.append(f"assert params < {self.count()} * 1_000_000")
                case 6:
                    found.append('allow(dropout-on-output, "why")')
                case 7:
                    value = self.words("activation", ["relu", "elu"])
                    found.append(f"defaults Dense {{ activation = {value} }}")
                case _:
                    name = "h = " if named and not found else ""
                    found.append(name + self.layer(units))
        return self.lines(found)

    def model(self, name: str) -> str:
        if name == "New":
            source = self.pick(["first"], ["Net", "New", "Nett", 'from "runs/a"'])
            part = self.draw(st.sampled_from(_PARTS))
            return f"model New {{ reuse a = {source}{part}\n{self.body(1)}Dense(3) }}"
        kind = self.pick(["float32"], ["int32", "float64", "float", "text"])
        time = "time, " if self.chance(10) else ""
        head = f"input x: {kind}[{time}{self.count()}]"
        if self.chance(15):
            flow = f"h = x -> Dense({self.count()}) -> {self.layer()}"
            end = f"output y = Concatenate(x, h) -> Dense({self.count()})"
            return f"model Net {{ {self.lines([head, flow, self.layer(), end])}}}"
        return f"model Net {{ {head}\n{self.body(3, named=True)}Dense(3) }}"

    # Data and training -----------------------------------------------------------

    def data(self) -> str:
        bound = 'source = csv("a.csv"); input x = columns("a" .. "b")'
        found = [self.pick([f'{bound}; target y = columns("c" .. "d")'], ["", bound])]
        for _ in range(self.draw(st.integers(0, 2))):
            shares = [f"test = {self.share()}%", f"validation = {self.share()}%"]
            transforms = ["standardize(x)", f"take({self.count()})", *shares]
            found.append(self.words("transform", transforms))
            if self.chance(self.odd):
                found.append(f"source = {self.words('source', ['wine'])}")
        return f"data Wine {{ {self.lines(found)}}}"

    def optimizer(self) -> str:
        rate = self.rate()
        schedules = [rate, f"exponential_decay({rate}, rate = 0.5, every = 2 epochs)"]
        inner = self.words("schedule", schedules)
        return self.words("optimizer", [f"sgd({inner})", f"adam({rate})", "nadam"])

    def train(self, head: str) -> str:
        found = [
            f"loss = {self.words('loss', ['mse'])}",
            f"optimizer = {self.optimizer()}",
            f"epochs = {self.count()}",
        ]
        if self.chance(self.odd):
            found.pop(self.draw(st.integers(0, 2)))
        frozen = self.draw(st.sampled_from(["h", "d*_1", "*", "[a-h]*"]))
        more = [
            "metrics = [mae]",
            f"batch_size = {self.count()}",
            f"seed = {self.count()}",
            f'freeze = ["{frozen}"]',
            f"early_stopping(patience = {self.count()} epochs)",
            f"assert params < {self.count()} * 1_000_000",
            f"phase p {{ epochs = {self.count()}; optimizer = {self.optimizer()} }}",
            f'phase q {{ freeze = ["{frozen}"]; epochs = 2 }}',
            "on_nan = stop",
        ]
        twice = self.chance(self.odd)
        some = st.lists(st.sampled_from(more), max_size=3, unique=not twice)
        found += self.draw(some)
        return f"train {head} on Wine {{ {self.lines(found)}}}"

    def whole(self) -> str:
        parts = [
            "param n: int = 8",
            f"param depth: int[0..9] = {self.pick(['2', '3'], _ODD_COUNTS)}",
            "param rate: float = 0.5",
            f"block U(size: int = {self.count()}) {{ {self.body(2, units=self.chance(self.odd))}}}",
            self.model("Net"),
            self.data(),
            self.train("first: Net"),
        ]
        if self.chance(self.odd):
            parts.append(f"block V {{ {self.body(2)}}}")
        if self.chance(25):
            parts += [self.model("New"), self.train("New")]
        if self.chance(15):
            parts = self.draw(st.permutations(parts))
        if self.chance(self.odd):
            parts.append(self.draw(st.sampled_from(parts)))
        return "\n".join(parts) + "\n"


@st.composite
def specs(draw: st.DrawFn) -> bytes:
    """A spec from a grammar of statements."""
    return _Writer(draw).whole().encode()


@st.composite
def damaged(draw: st.DrawFn, wholes: list[bytes]) -> bytes:
    """A text of which bytes are changed, taken out, put in, or copied from elsewhere."""
    data = draw(st.sampled_from(wholes))
    found = bytearray(data)
    signs = [b"{", b"}", b"(", b")", b'"', b"\n", b"->", b",", b"\r", b"\xef\xbb\xbf"]
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(found)))
        match draw(st.integers(0, 4)):
            case 0:
                found[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case 1:
                found[at : at + 1] = draw(st.sampled_from(signs))
            case 2:
                del found[at : at + draw(st.integers(1, 12))]
            case 3:
                letters = st.integers(32, 126)
                found[at:at] = bytes(draw(st.lists(letters, min_size=3, max_size=3)))
            case _:
                start = draw(st.integers(0, len(data) - 1))
                found[at:at] = data[start : start + draw(st.integers(1, 40))]
    return bytes(found)
