"""How layers are written: as modules, with where their weights live in them."""

from __future__ import annotations

from collections.abc import Callable

from specc.catalog.layers import (
    Activation,
    Add,
    AlphaDropout,
    BatchNormalization,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Rescaling,
    Reshape,
    SimpleRNN,
)
from specc.catalog.types import Shape
from specc.catalog.wrappers import TimeDistributed
from specc.emit.lowering import How
from specc.emit.source import Call, Expression, call, literal
from specc.emit.use import Use

from .plan import TABLE
from .site import Held, Padding, Site, Submodule, images

__all__: list[str] = []


@TABLE.rule(Dense, exact="torch.nn.Linear, whose weight is (out, in)")
def dense(layer: Dense, site: Site) -> Submodule:
    """Write the fully connected layer."""
    (shape,) = site.shapes
    features = literal(int(shape[-1]))
    create = call(
        "nn.Linear", features, literal(layer.units), bias=literal(layer.use_bias)
    )
    weights = {"kernel": ("weight", (1, 0)), "bias": ("bias", (0,))}
    return Submodule(create, weights)


def _padded(call: str, entries: str) -> Callable[[Use], str]:
    """What is said of a layer with windows, whose padding may be uneven."""

    def said(use: Use) -> str:
        layer, (shape,) = use.construct, use.shapes
        assert isinstance(layer, Conv2D | MaxPooling2D), "others have no windows"
        if isinstance(layer, Conv2D):
            reach, strides = layer.reach(), layer.strides
        else:
            reach, strides = layer.pool_size, layer.step()
        around = _around(shape, reach, strides, layer.padding)
        _, before = _split(around, Site(use.shapes, alone=use.once))
        text = f"{call}, channels first inside"
        if before is None:
            return text
        return f"{text}; torch.nn.functional.pad puts {entries} around"

    return said


def _reads_beside(layer: Conv2D, shape: Shape) -> bool:
    """Whether PyTorch's float32 convolution may read what is not the image's."""
    return shape[-1] == 1 and layer.strides[0] == 1 < layer.strides[1]


def _convolves(use: Use) -> How:
    said = _padded("torch.nn.Conv2d", "zeros")(use)
    assert isinstance(use.construct, Conv2D)
    if _reads_beside(use.construct, use.shapes[0]):
        return How(f"{said}, rows and columns exchanged", exact=False)
    return How(said, exact=True)


@TABLE.rule(
    Conv2D,
    exact="torch.nn.Conv2d, channels first inside; where `same` is uneven,"
    " torch.nn.functional.pad puts the odd row and column after",
    here=_convolves,
)
@images("first")
def conv2d(layer: Conv2D, site: Site) -> Submodule:
    """Write the convolution, or one that keeps clear of a fault of a library."""
    (shape,) = site.shapes
    around = _around(shape, layer.reach(), layer.strides, layer.padding)
    inside, before = _split(around, site)
    create = call(
        "SidewaysConv2d" if _reads_beside(layer, shape) else "nn.Conv2d",
        literal(int(shape[-1])),
        literal(layer.filters),
        kernel_size=_pair(layer.kernel_size),
        stride=_pair(layer.strides),
        padding=_pair(inside),
        dilation=_pair(layer.dilation_rate),
        groups=literal(layer.groups),
        bias=literal(layer.use_bias),
    )
    weights = {"kernel": ("weight", (2, 3, 1, 0)), "bias": ("bias", (0,))}
    padding = Padding(before) if before else None
    return Submodule(create, weights, padding=padding)


@TABLE.rule(
    MaxPooling2D,
    exact="torch.nn.MaxPool2d, channels first inside; where `same` is uneven,"
    " torch.nn.functional.pad puts the odd row and column, of -inf, after",
    here=_padded("torch.nn.MaxPool2d", "-inf"),
)
@images("first")
def max_pooling2d(layer: MaxPooling2D, site: Site) -> Submodule:
    """Write the largest entry of each window."""
    (shape,) = site.shapes
    around = _around(shape, layer.pool_size, layer.step(), layer.padding)
    inside, before = _split(around, site)
    create = call(
        "nn.MaxPool2d",
        kernel_size=_pair(layer.pool_size),
        stride=_pair(layer.step()),
        padding=_pair(inside),
    )
    return Submodule(create, padding=Padding(before, "-math.inf") if before else None)


def _pair(sizes: tuple[int, int]) -> Expression:
    """Two sizes, or one number where they are equal."""
    return literal(sizes[0] if sizes[0] == sizes[1] else sizes)


def _around(
    shape: Shape, window: tuple[int, int], strides: tuple[int, int], padding: str
) -> tuple[int, int, int, int]:
    """Columns before and after, rows before and after, as torch's F.pad lists them."""
    if padding == "valid":
        return (0, 0, 0, 0)
    found: list[int] = []
    for size, reach, stride in zip(shape[:2], window, strides, strict=True):
        total = reach - 1  # with a stride of 1, whatever the size
        if isinstance(size, int):
            total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        found += [total // 2, total - total // 2]
    return (found[2], found[3], found[0], found[1])


def _split(
    around: tuple[int, int, int, int], site: Site
) -> tuple[tuple[int, int], tuple[int, int, int, int] | None]:
    """The padding that the module adds on both sides, or else what is added before it."""
    left, right, top, bottom = around
    if left == right and top == bottom and site.alone:
        return (top, left), None
    return (0, 0), around if any(around) else None


def _last(call: str) -> Callable[[Use], str]:
    """What is said of a layer that looks at the order of entries."""

    def said(use: Use) -> str:
        is_image = any(len(shape) == 3 for shape in use.shapes)
        return f"{call}, on channels-last images" if is_image else call

    return said


@TABLE.rule(
    Flatten,
    exact="torch.nn.Flatten, on channels-last images",
    here=_last("torch.nn.Flatten"),
)
def flatten(_: Flatten, site: Site) -> Submodule:
    """Write an example's entries in a row."""
    if site.shapes[0]:
        return Submodule(call("nn.Flatten"))
    return Submodule(call("nn.Unflatten", "0", literal((-1, 1))))


@TABLE.rule(
    Reshape,
    exact="torch.nn.Unflatten, on channels-last images",
    here=_last("torch.nn.Unflatten"),
)
def reshape(layer: Reshape, site: Site) -> Submodule:
    """Write another shape for an example."""
    sizes = tuple(layer.target_shape)
    (shape,) = site.shapes
    if not shape:
        sizes = tuple(abs(size) for size in sizes)  # of one entry, so that -1 is 1
        return Submodule(call("nn.Unflatten", "0", literal((-1, *sizes))))
    unflatten = call("nn.Unflatten", "1", literal(sizes))
    if len(shape) == 1:
        return Submodule(unflatten)
    return Submodule(call("nn.Sequential", call("nn.Flatten"), unflatten))


@TABLE.rule(Rescaling, emulated="x · scale + offset, in the type of the model")
@images("either")
def rescaling(layer: Rescaling, site: Site) -> Submodule:
    """Write the product and the sum."""
    scale, offset = literal(layer.scale), literal(layer.offset)
    return Submodule(call("Rescaling", scale=scale, offset=offset))


@TABLE.rule(Activation, exact="the activation's module", here=lambda _: "")
@images("either")
def activation(layer: Activation, site: Site) -> Submodule:
    """Write the activation alone."""
    return Submodule(None)


_MASKS = (
    "its mask comes from a generator shared by all backends; without one it is"
    " PyTorch's own"
)


def _drops(call: str) -> Callable[[Use], How | str]:
    """What is said of a layer that drops entries, or at rate 0 none."""
    plain = How(call, exact=True)
    return lambda use: _MASKS if getattr(use.construct, "rate", 0.0) else plain


@TABLE.rule(Dropout, emulated=_MASKS, here=_drops("torch.nn.Dropout"))
@images("either")
def dropout(layer: Dropout, site: Site) -> Submodule:
    """Write dropout."""
    if not layer.rate:
        return Submodule(call("nn.Dropout", p=literal(layer.rate)))
    return Submodule(call("Dropout", p=literal(layer.rate)), masks={"keep": layer.rate})


@TABLE.rule(AlphaDropout, emulated=_MASKS, here=_drops("torch.nn.AlphaDropout"))
@images("either")
def alpha_dropout(layer: AlphaDropout, site: Site) -> Submodule:
    """Write alpha dropout."""
    if not layer.rate:
        return Submodule(call("nn.AlphaDropout", p=literal(layer.rate)))
    create = call("AlphaDropout", p=literal(layer.rate))
    return Submodule(create, masks={"keep": layer.rate})


@TABLE.rule(
    BatchNormalization,
    emulated="the running variance is the biased one of the batch"
    " (torch.nn.BatchNorm1d and 2d remember the unbiased one); momentum is the share kept",
)
@images("either")
def batch_normalization(layer: BatchNormalization, site: Site) -> Submodule:
    """Write batch normalization."""
    (shape,) = site.shapes
    axes = layer.feature_axes(len(shape))
    dims = tuple(site.dim(axis) for axis in axes)
    over = () if dims == (1,) else (("dims=", literal(dims)),)
    settings = {
        "momentum": literal(layer.momentum),
        "eps": literal(layer.epsilon),
        "center": literal(layer.center),
        "scale": literal(layer.scale),
    }
    create = Call(
        "BatchNormOver" if over else "BatchNorm",
        (
            *(("", literal(int(shape[axis]))) for axis in axes),
            *over,
            *((f"{name}=", value) for name, value in settings.items()),
        ),
    )
    order = tuple(range(len(axes)))
    return Submodule(
        create,
        weights={"gamma": ("weight", order), "beta": ("bias", order)},
        buffers={"moving_mean": "running_mean", "moving_variance": "running_var"},
    )


@TABLE.rule(GlobalAveragePooling2D, exact="torch.nn.AdaptiveAvgPool2d(1)")
@images("first")
def global_average_pooling2d(layer: GlobalAveragePooling2D, site: Site) -> Submodule:
    """Write the mean over the whole image."""
    pool = call("nn.AdaptiveAvgPool2d", "1")
    if layer.keepdims:
        return Submodule(pool)
    return Submodule(call("nn.Sequential", pool, call("nn.Flatten")))


@TABLE.rule(
    SimpleRNN,
    emulated="the formula, step by step (torch.nn.RNN has two biases, and tanh and relu"
    " only)",
)
def simple_rnn(layer: SimpleRNN, site: Site) -> Submodule:
    """Write the recurrence with its activation in it."""
    (shape,) = site.shapes
    create = call(
        "SimpleRNN",
        literal(int(shape[-1])),
        literal(layer.units),
        TABLE.lowering(layer.activation).write(layer.activation, -1),
        bias=literal(layer.use_bias),
        return_sequences=literal(layer.return_sequences),
        go_backwards=literal(layer.go_backwards),
    )
    weights = {
        "kernel": ("weight_ih", (1, 0)),
        "recurrent_kernel": ("weight_hh", (1, 0)),
        "bias": ("bias", (0,)),
    }
    return Submodule(create, weights)


@TABLE.rule(Concatenate, exact="torch.cat")
@images("either")
def concatenate(layer: Concatenate, site: Site) -> Submodule:
    """Write tensors one after another."""
    place = layer.place(len(site.shapes[0]))
    return Submodule(call("Concatenate", dim=literal(site.dim(place))))


@TABLE.rule(
    TimeDistributed,
    exact="torch.flatten and torch.unflatten put the steps into the batch and back",
)
def time_distributed(_: TimeDistributed, held: Held, wanted: Held, sizes: str) -> str:
    """Write what follows a tensor to fold other axes into its batch than those that are.

    `sizes` are those of the folded axes, as an expression lists them.
    """
    back = f".unflatten(0, (-1, {sizes}))" if held.steps else ""
    count = len(wanted.steps)
    return f"{back}.flatten(0, {count})" if count else back


@TABLE.rule(Add, exact="the sum of tensors")
@images("either")
def add(_: Add, site: Site) -> Submodule:
    """Write the sum."""
    return Submodule(call("Add"))
