"""What the language does instead of what words of other libraries do there."""

from __future__ import annotations

__all__ = ["REMARKS"]

#: Foreign words that have no counterpart, and what the language does instead.
REMARKS: dict[str, str] = {
    "name": "a layer is named in front of it: hidden = Dense(32)",
    "dropout": "a layer of its own drops values: Dropout(0.2)",
    "recurrent_dropout": "no state is dropped from step to step; Dropout(0.2) drops what"
    " flows in",
    "stateful": "each example begins with a state of zeros",
    "return_state": "the output is the last state, or all of them with"
    " return_sequences = true",
    "unroll": "how steps are computed is for the backend to say",
    "in_features": "sizes of inputs follow from the layer before",
    "in_channels": "sizes of inputs follow from the layer before",
    "input_dim": "sizes of inputs follow from the layer before",
    "input_size": "sizes of inputs follow from the layer before",
    "num_features": "sizes of inputs follow from the layer before",
    "input_shape": "a model declares its inputs: input image: float32[28, 28]",
    "batch_input_shape": "a model declares its inputs: input image: float32[28, 28]",
    "affine": "center and scale say whether offset and factor are learned",
    "batch_first": "shapes are those of one example: the batch is never written",
    "num_layers": "every layer stands on a line of its own; repeat 3 { … } writes several",
    "inplace": "where results are stored is for the backend to say",
    "device": "the command line chooses the device: --device",
    "dtype": "a training has a precision: precision = float64",
    "requires_grad": "a phase freezes layers: freeze = [...]",
    "trainable": "a phase freezes layers: freeze = [...]",
    "weight_decay": "a penalty on weights is a regularizer: kernel_regularizer = l2(…)",
    "learning_rate": "the rate goes into the optimizer: optimizer = sgd(0.1)",
    "lr": "the rate goes into the optimizer: optimizer = sgd(0.1)",
    **dict.fromkeys(
        (
            *("lr_schedule", "lr_scheduler", "learning_rate_schedule"),
            *("schedule", "scheduler", "decay"),
        ),
        "a schedule goes into the optimizer, in the place of the rate: optimizer ="
        " sgd(exponential_decay(…))",
    ),
    **dict.fromkeys(
        ("clipnorm", "clipvalue", "global_clipnorm", "momentum", "nesterov"),
        "this goes into the optimizer: optimizer = sgd(0.1, …)",
    ),
    **dict.fromkeys(
        ("validation_split", "validation_data", "val_split", "val_data"),
        "validation is a setting of a data block: validation = 10%",
    ),
    **dict.fromkeys(
        ("gradient_clip", "grad_clip", "max_grad_norm", "clip_grad_norm"),
        "this goes into the optimizer: optimizer = sgd(0.1, global_clipnorm = 1.0)",
    ),
    **dict.fromkeys(
        ("ReduceLROnPlateau", "reduce_on_plateau"),
        "a callback lowers the rate on a plateau: reduce_on_plateau(…) in the train"
        " block, and a number in the place of the schedule",
    ),
    "threshold_mode": "min_delta is a difference, no share of the figure",
    **dict.fromkeys(
        ("ModelCheckpoint", "model_checkpoint"),
        "every run keeps its last and its best weights in its folder",
    ),
    "callbacks": "callbacks are statements of their own: early_stopping(…)",
    "verbose": "the command line shows progress",
    "num_workers": "how batches are read is for the backend to say",
    "Sequential": "the layers of a model stand in its block, one a line",
    **dict.fromkeys(
        ("Input", "InputLayer", "input"),
        "a model declares its inputs: input image: float32[28, 28]",
    ),
    **dict.fromkeys(
        ("output", "Output"),
        "a model names its outputs: output price = flow -> Dense(1)",
    ),
    "Lambda": "a spec has no code of its own; a package can add a construct",
}
