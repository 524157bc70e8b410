"""Programs that together use every construct which the backend writes, in its variants."""

from __future__ import annotations

from typing import Any

from small_programs import layer, make, objective, program
from torch_programs import act, chain

from specc.catalog.types import Duration
from specc.ir import Program

__all__ = ["CASES"]

IMAGE = (7, 6, 4)
DENSE = layer("Dense", units=3)
FLAT = layer("Flatten")


def _loss(activation: str, keyword: str, logits: bool, **arguments: Any) -> Program:
    loss = make("loss", keyword, **arguments)
    metrics = [make("metric", "accuracy")]
    if loss.target != "classes":
        metrics.append(make("metric", "mae"))
    asked = objective(loss=loss, logits=logits, metrics=tuple(metrics))
    ends = layer("Dense", units=3, activation=act(activation))
    return chain((4,), layer("Dense", units=4), ends, objectives=[asked])


def _optimizer(keyword: str, **arguments: Any) -> Program:
    rule = make("optimizer", keyword, **arguments)
    return chain(
        (4,), layer("Dense", units=4, activation=act("tanh")), DENSE, optimizer=rule
    )


def _layers() -> dict[str, Program]:
    conv = {"filters": 4, "kernel_size": 3}
    found = {
        f"activation {keyword}": chain(
            (4,),
            layer("Dense", units=5, activation=activation),
            layer("Activation", activation=activation),
            DENSE,
        )
        for keyword, activation in {
            "linear": act("linear"),
            "relu": act("relu"),
            "leaky_relu": act("leaky_relu", negative_slope=0.3),
            "elu": act("elu", alpha=0.7),
            "selu": act("selu"),
            "tanh": act("tanh"),
            "sigmoid": act("sigmoid"),
            "softmax": act("softmax"),
        }.items()
    }
    for name, arguments in {
        "valid": {},
        "same": {"padding": "same"},
        "uneven same": {"padding": "same", "strides": 2},
        "dilated": {"padding": "same", "dilation_rate": 2},
        "groups": {"groups": 2, "use_bias": False, "activation": act("softmax")},
    }.items():
        found[f"Conv2D {name}"] = chain(
            IMAGE, layer("Conv2D", **conv, **arguments), FLAT, DENSE
        )
    for name, arguments in {
        "valid": {},
        "uneven same": {"padding": "same"},
        "overlapping": {"pool_size": 3, "strides": 2, "padding": "same"},
    }.items():
        pool = layer("MaxPooling2D", **arguments)
        mean = layer("GlobalAveragePooling2D", keepdims=name == "valid")
        found[f"MaxPooling2D {name}"] = chain(
            IMAGE, layer("Conv2D", **conv), pool, mean
        )
    for axis in (-1, 1, (1, 2), (1, 3)):
        norm = layer(
            "BatchNormalization", axis=list(axis) if isinstance(axis, tuple) else axis
        )
        found[f"BatchNormalization {axis}"] = chain(
            IMAGE, norm, layer("Conv2D", **conv), norm
        )
    found["BatchNormalization bare"] = chain(
        (4,), DENSE, layer("BatchNormalization", center=False, scale=False)
    )
    found["recurrent"] = chain(
        (5, 3),
        layer("SimpleRNN", units=4, return_sequences=True, activation=act("relu")),
        layer("SimpleRNN", units=3, go_backwards=True, use_bias=False),
        DENSE,
    )
    found["dropout"] = chain(
        IMAGE,
        layer("Dropout", rate=0.3),
        layer("Conv2D", **conv),
        layer("Dropout", rate=0.5),
        layer("AlphaDropout", rate=0.2),
        layer("AlphaDropout", rate=0.0),
        layer("Dropout", rate=0.0),
        layer("Rescaling", scale=0.7, offset=-0.1),
        layer("Reshape", target_shape=[5, 16]),
        DENSE,
    )
    return found


def _graphs() -> dict[str, Program]:
    relu, softmax, sigmoid = act("relu"), act("softmax"), act("sigmoid")
    wide = [
        ("hidden", layer("Dense", units=3, activation=relu), "deep"),
        ("both", layer("Concatenate"), ("wide", "hidden")),
        ("price", layer("Dense", units=1), "both"),
        ("aux", layer("Dense", units=2, activation=sigmoid), "hidden"),
    ]
    inputs = {"wide": (5,), "deep": (6,)}
    price = make("loss", "mse", weight=0.9)
    aux = make("loss", "binary_crossentropy", weight=0.1)
    accuracy = (make("metric", "accuracy"),)
    conv = layer("Conv2D", filters=4, kernel_size=3, padding="same", use_bias=False)
    residual = [
        ("c1", conv, "image"),
        ("b1", layer("BatchNormalization"), "c1"),
        ("r1", layer("Activation", activation=relu), "b1"),
        ("c2", conv, "r1"),
        ("sum", layer("Add"), ("r1", "c2")),
        ("joined", layer("Concatenate", axis=1), ("sum", "image")),
        ("mean", layer("GlobalAveragePooling2D"), "joined"),
        ("out", layer("Dense", units=3, activation=softmax), "mean"),
    ]
    sparse = make("loss", "sparse_categorical_crossentropy")
    return {
        "two outputs": program(
            inputs,
            wide,
            {"price": "price", "aux": "aux"},
            [
                objective("price", price, metrics=(make("metric", "mae"),)),
                objective("aux", aux, logits=True, metrics=accuracy),
            ],
            sample_weight="weight",
        ),
        "one of two outputs": program(
            inputs,
            wide,
            {"price": "price", "aux": "aux"},
            [objective("aux", aux, logits=True)],
            make("optimizer", "adam"),
        ),
        "residual": program(
            {"image": IMAGE},
            residual,
            objectives=[objective(loss=sparse, logits=True, metrics=accuracy)],
        ),
        "read behind the fused activation": program(
            {"x": (4,)},
            [
                ("p", layer("Dense", units=3, activation=softmax), "x"),
                ("q", layer("Dense", units=2), "p"),
                ("dead", layer("Dense", units=2), "x"),
            ],
            {"p": "p", "q": "q", "again": "p", "given": "x"},
            [objective("p", sparse, logits=True), objective("q"), objective("again")],
        ),
        "fused convolution": program(
            {"image": IMAGE},
            [
                (
                    "c",
                    layer("Conv2D", filters=3, kernel_size=2, activation=softmax),
                    "image",
                ),
                ("s", layer("Activation", activation=softmax), "c"),
            ],
            {"c": "c", "s": "s"},
            [objective("c", sparse, logits=True), objective("s", sparse, logits=True)],
        ),
        "a model alone": program(
            {"x": (4,)},
            [
                ("d", layer("Dropout", rate=0.5), "x"),
                ("b", layer("BatchNormalization"), "d"),
            ],
            objectives=[],
        ),
    }


def _trainings() -> dict[str, Program]:
    decay = make(
        "schedule",
        "exponential_decay",
        initial=0.1,
        rate=0.5,
        every=Duration(value=2, unit="steps"),
    )
    weighed = layer(
        "Dense",
        units=4,
        activation=act("tanh"),
        kernel_regularizer=make("regularizer", "l1", factor=0.01),
        bias_regularizer=make("regularizer", "l2", factor=0.02),
        kernel_constraint=make("constraint", "max_norm", max_value=0.5),
    )
    other = layer(
        "Dense",
        units=3,
        kernel_regularizer=make("regularizer", "l1_l2", l1=0.01, l2=0.02),
        bias_constraint=make("constraint", "max_norm", max_value=0.1),
    )
    stopping = make(
        "callback", "early_stopping", patience=Duration(value=1, unit="epochs")
    )
    return {
        "penalties": chain((4,), weighed, other),
        "frozen": chain(
            (4,),
            weighed,
            layer("BatchNormalization"),
            other,
            frozen=["l1/kernel", "l2/gamma", "l2/beta"],
            callbacks=[stopping],
        ),
        "sgd": _optimizer("sgd", learning_rate=decay),
        "sgd momentum": _optimizer(
            "sgd", learning_rate=decay, momentum=0.9, clipnorm=0.1
        ),
        "sgd nesterov": _optimizer(
            "sgd", momentum=0.9, nesterov=True, global_clipnorm=0.1
        ),
        "rmsprop": _optimizer("rmsprop", learning_rate=decay, clipvalue=0.01),
        "rmsprop all": _optimizer("rmsprop", momentum=0.5, centered=True),
        "adam": _optimizer("adam", learning_rate=decay, epsilon=0.01),
        "adam all": _optimizer(
            "adam", amsgrad=True, epsilon=0.01, epsilon_place="corrected"
        ),
        "nadam": _optimizer("nadam", learning_rate=0.01),
    }


def _losses() -> dict[str, Program]:
    binary, one_hot = "binary_crossentropy", "categorical_crossentropy"
    sparse = "sparse_categorical_crossentropy"
    return {
        "mse": _loss("linear", "mse", False, weight=0.3),
        "binary": _loss("sigmoid", binary, True, label_smoothing=0.1),
        "binary of probabilities": _loss("sigmoid", binary, False, label_smoothing=0.1),
        "binary of logits": _loss("linear", binary, False, from_logits=True),
        "categorical": _loss("softmax", one_hot, True, label_smoothing=0.1),
        "categorical of probabilities": _loss(
            "softmax", one_hot, False, label_smoothing=0.1
        ),
        "sparse": _loss("softmax", sparse, True, weight=2.0),
        "sparse of probabilities": _loss("softmax", sparse, False),
        "sparse of logits": _loss("linear", sparse, False, from_logits=True),
    }


#: Programs by what they show.
CASES = {**_layers(), **_graphs(), **_trainings(), **_losses()}
