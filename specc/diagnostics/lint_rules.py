"""Rules about what is probably a mistake. They warn or note, and `allow` silences them."""

from __future__ import annotations

from .model import Level
from .rule import Rule

__all__ = ["LINT_RULES"]

_SELU = "Klambauer et al. 2017, arXiv:1706.02515"
_GLOROT = "Glorot and Bengio 2010, proceedings.mlr.press/v9/glorot10a"
_HE = "He et al. 2015, arXiv:1502.01852"
_DROPOUT = "Srivastava et al. 2014, jmlr.org/papers/v15/srivastava14a"

LINT_RULES: tuple[Rule, ...] = (
    Rule(
        "selu-without-lecun-normal",
        "SELU units whose kernel does not begin with variance 1 / fan_in",
        "SELU keeps mean 0 and variance 1 from layer to layer only if the weights begin"
        " with mean 0 and variance 1 / fan_in: kernel_initializer = lecun_normal.",
        Level.WARNING,
        _SELU,
    ),
    Rule(
        "selu-with-dropout",
        "plain dropout after SELU units",
        "Dropout sets entries to 0 and rescales the others, which changes the variance"
        " that SELU keeps at 1. AlphaDropout drops entries to SELU's negative limit and"
        " keeps mean and variance.",
        Level.WARNING,
        _SELU,
    ),
    Rule(
        "selu-unstandardized-inputs",
        "SELU units on inputs that are not standardized",
        "Self-normalization keeps what it is given: inputs must have mean 0 and variance"
        " 1. `standardize` in the data block gives them that, or BatchNormalization as"
        " the first layer.",
        Level.WARNING,
        _SELU,
    ),
    Rule(
        "selu-in-non-sequential-model",
        "SELU units in a model that is no plain stack of layers",
        "Where flows part and join, mean and variance change, and SELU's guarantee is"
        " lost; then ELU with BatchNormalization usually does better.",
        Level.WARNING,
        _SELU,
    ),
    Rule(
        "initializer-activation-mismatch",
        "an initializer that does not suit the activation",
        "Glorot's variance 1 / fan_avg suits linear, tanh, sigmoid and softmax units;"
        " ReLU and its relatives lose half of the signal and need He's 2 / fan_in; SELU"
        " needs LeCun's 1 / fan_in. A mismatch makes signals grow or vanish with depth."
        " It is a note where the initializer is only the default, and is not looked at"
        " where BatchNormalization undoes the scale.",
        Level.WARNING,
        f"{_GLOROT}; {_HE}",
    ),
    Rule(
        "bias-before-batch-normalization",
        "a bias that is taken away again",
        "BatchNormalization subtracts the mean of the batch, and with it any bias added"
        " just before; its own beta takes the bias's place. The gradient of such a bias"
        " is zero but for rounding, which Adam turns into steps of full size.",
        Level.WARNING,
        "Ioffe and Szegedy 2015, arXiv:1502.03167, §3.2",
    ),
    Rule(
        "softmax-one-unit",
        "softmax over a single unit",
        "Softmax divides by the sum over the last axis; over one entry the result is 1"
        " whatever the input, and nothing is learned. Use sigmoid for yes or no, or one"
        " unit for each class.",
        Level.WARNING,
        "Bridle 1990, doi:10.1007/978-3-642-76153-9_28",
    ),
    Rule(
        "dropout-on-output",
        "dropout after the last layer",
        "It drops what the loss compares with the targets. Dropout belongs before the"
        " last one to three layers.",
        Level.WARNING,
        _DROPOUT,
    ),
    Rule(
        "max-norm-axis",
        "max-norm over axes that are not a unit's incoming weights",
        "Max-norm bounds the norm of the weights that flow into each unit: axis 0 of a"
        " dense kernel (in, out), axes [0, 1, 2] of a convolution's (height, width, in,"
        " out).",
        Level.WARNING,
        _DROPOUT,
    ),
    Rule(
        "regularized-bias",
        "a penalty on a bias",
        "Biases are few and seldom overfit; a penalty can make a layer underfit."
        " Usually only kernels are penalized.",
        Level.NOTE,
        "Goodfellow et al. 2016, Deep Learning, §7.1",
    ),
    Rule(
        "l1-without-sparsity",
        "a strong l1 penalty, whose weights do not become zero",
        "Gradient steps carry weights past zero and back, so that an l1 penalty makes them"
        " small and none of them zero. Weights that are zero take an optimizer made for it"
        " (FTRL), or setting small ones to zero after training.",
        Level.NOTE,
        "McMahan et al. 2013, doi:10.1145/2487575.2488200",
    ),
    Rule(
        "standardized-twice",
        "standardized inputs that BatchNormalization normalizes again",
        "BatchNormalization as the first layer gives each input mean 0 and variance 1 by"
        " itself; `standardize` on top changes next to nothing.",
        Level.NOTE,
        "Ioffe and Szegedy 2015, arXiv:1502.03167",
    ),
    Rule(
        "unscaled-inputs",
        "weights that learn from large numbers as they are",
        "Gradients of a first layer grow with its inputs. Numbers far from mean 0 and"
        " variance 1 (pixels up to 255, measures in thousands) saturate its units, and"
        " ask for another learning rate than all layers behind it. `standardize` or"
        " `rescale` in the data block, a Rescaling layer, or BatchNormalization first"
        " mends it. Said of built-in data sets, whose numbers are known.",
        Level.NOTE,
        "LeCun et al. 1998, doi:10.1007/3-540-49430-8_2",
    ),
    Rule(
        "early-stopping-without-validation",
        "early_stopping or reduce_on_plateau that watches no held-out examples",
        "The loss of the examples that are trained on keeps falling while the model"
        " overfits, so watching it neither stops nor lowers the rate in time. A val_ figure"
        " without a validation part does not exist, which is an error.",
        Level.WARNING,
        "Prechelt 1998, doi:10.1007/3-540-49430-8_3",
    ),
    Rule(
        "patience-longer-than-epochs",
        "early_stopping that cannot stop, or reduce_on_plateau that lowers no rate",
        "Training stops, or its rate is lowered, when the figure has not improved for"
        " `patience` epochs after its best one, so it needs more epochs than that; a lowered"
        " rate needs one more that it is used in.",
        Level.WARNING,
        "Prechelt 1998, doi:10.1007/3-540-49430-8_3",
    ),
    Rule(
        "adaptive-optimizer-with-schedule",
        "a schedule on top of an optimizer that adapts its steps",
        "Adam, Nadam and RMSprop scale each weight's steps by its gradients already; they"
        " need less tuning of the learning rate, and a schedule seldom helps.",
        Level.NOTE,
        "Kingma and Ba 2014, arXiv:1412.6980",
    ),
    Rule(
        "unfreezing-at-full-rate",
        "a phase trains what was frozen, at a learning rate that is no lower",
        "A phase begins with a new optimizer, whose first steps are as large as those of"
        " new weights need to be. Weights that were frozen because they hold something"
        " learned are soon spoilt by them: a phase that unfreezes layers has a lower rate,"
        " usually a tenth of that before.",
        Level.WARNING,
        "Howard and Ruder 2018, arXiv:1801.06146",
    ),
    Rule(
        "recurrent-without-clipping",
        "a recurrent layer that is trained along gradients of any size",
        "The gradient of a recurrent layer goes back through all steps, and each multiplies"
        " it by the recurrent kernel: over many steps it may grow without bound, and one"
        " update along such a gradient undoes what was learned. A bound on its norm keeps"
        " its direction: clipnorm for each weight, global_clipnorm for all together;"
        " clipvalue bounds each entry, which may turn it. Layers that a phase freezes need"
        " none, unless what flows into them is trained: its gradient goes through them.",
        Level.WARNING,
        "Pascanu, Mikolov and Bengio 2013, proceedings.mlr.press/v28/pascanu13",
    ),
    Rule(
        "reused-on-another-scale",
        "a part of a trained model that is given inputs on another scale",
        "Weights fit the numbers that they were learned from. Layers that have learned from"
        " pixels between 0 and 1 and are given pixels up to 255, or standardized ones,"
        " saturate or fall silent: new data is scaled as that of the old training was.",
        Level.WARNING,
        "Yosinski et al. 2014, arXiv:1411.1792",
    ),
)
