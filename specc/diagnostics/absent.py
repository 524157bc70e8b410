"""What other libraries have and the language has not, by family."""

from __future__ import annotations

__all__ = ["ABSENT", "NEAREST"]

#: Names of members as they are written elsewhere, without case and underscores.
ABSENT: dict[str, frozenset[str]] = {
    "layer": frozenset(
        (
            *("lstm", "gru", "bidirectional", "convlstm2d"),
            *("lstmcell", "grucell", "rnncell"),
            *("embedding", "layernormalization", "layernorm", "groupnormalization"),
            *("groupnorm", "instancenorm2d", "unitnormalization", "spectralnorm"),
            *("multiheadattention", "attention", "additiveattention"),
            *("averagepooling1d", "averagepooling2d", "averagepooling3d"),
            *("avgpool1d", "avgpool2d", "avgpool3d", "adaptivemaxpool2d"),
            *("maxpooling1d", "maxpooling3d", "maxpool1d", "maxpool3d"),
            *("globalaveragepooling1d", "globalaveragepooling3d", "globalavgpool1d"),
            *("adaptiveavgpool1d", "adaptiveavgpool3d", "globalmaxpooling1d"),
            *("conv1d", "conv3d", "conv1dtranspose", "conv2dtranspose"),
            *("convtranspose2d", "depthwiseconv2d", "separableconv2d"),
            *("upsampling2d", "upsample", "zeropadding2d", "zeropad2d", "cropping2d"),
            *("globalmaxpooling2d", "permute", "repeatvector", "gaussiannoise"),
            *("gelu", "silu", "softplus", "softsign", "hardtanh", "mish", "glu"),
            *("spatialdropout2d", "prelu", "transformerencoderlayer"),
        )
    ),
    "activation": frozenset(
        (
            *("gelu", "silu", "swish", "mish", "softplus", "softsign", "softmin"),
            *("hardsigmoid", "hardswish", "hardsilu", "hardtanh", "hardshrink"),
            *("prelu", "rrelu", "relu6", "celu", "glu", "exponential", "threshold"),
            *("logsoftmax", "logsigmoid", "tanhshrink", "softshrink", "sparsemax"),
        )
    ),
    "initializer": frozenset(
        (
            *("identity", "eye", "dirac", "sparse"),
            *("randomuniform", "randomnormal", "truncatednormal"),
        )
    ),
    "regularizer": frozenset(("orthogonalregularizer",)),
    "constraint": frozenset(
        ("nonneg", "nonnegative", "unitnorm", "minmaxnorm", "radialconstraint")
    ),
    "loss": frozenset(
        (
            *("mae", "l1", "l1loss", "meanabsoluteerror", "huber", "huberloss"),
            *("smoothl1loss", "logcosh", "hinge", "squaredhinge", "hingeembeddingloss"),
            *("kldivergence", "kldivloss", "poisson", "poissonnllloss", "ctcloss"),
            *("cosinesimilarity", "tripletmarginloss", "focalloss", "mape", "msle"),
        )
    ),
    "metric": frozenset(
        (
            *("mse", "rmse", "meansquarederror", "rootmeansquarederror", "mape"),
            *("precision", "recall", "auc", "f1", "f1score", "r2", "r2score"),
            *("topkcategoricalaccuracy", "cosinesimilarity", "meaniou"),
        )
    ),
    "optimizer": frozenset(
        (
            *("adagrad", "adadelta", "adamax", "adamw", "ftrl", "lion", "lamb"),
            *("lbfgs", "rprop", "asgd", "radam", "adafactor", "sparseadam"),
        )
    ),
    "schedule": frozenset(
        (
            *("cosinedecay", "cosineannealinglr", "cosineannealing", "onecyclelr"),
            *("polynomialdecay", "polynomiallr", "inversetimedecay", "cycliclr"),
            *("linearlr", "lambdalr", "power", "onecycle"),
        )
    ),
    "callback": frozenset(
        (
            *("learningratescheduler", "tensorboard", "csvlogger"),
            "lambdacallback",
        )
    ),
    "source": frozenset(
        (
            *("fashionmnist", "cifar10", "cifar100", "imdb", "reuters"),
            *("bostonhousing", "californiahousing", "imagenet", "housing"),
        )
    ),
}

#: The member that does most nearly what an absent one does, where there is such.
NEAREST: dict[str, dict[str, str]] = {
    "layer": dict.fromkeys(
        ("lstm", "gru", "lstmcell", "grucell", "rnncell"), "SimpleRNN"
    )
}
