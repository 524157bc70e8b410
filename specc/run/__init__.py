"""Runs: training into a folder, going on with it, and using what it learned."""

from .evaluate import Evaluation, evaluate
from .folder import RunFolder
from .inputs import read_inputs
from .job import Interrupted, Job, RunResult
from .loaded import Loaded, load_run
from .place import create, create_named, open_run
from .predict import predict
from .progress import Progress, progress_on
from .resuming import prepare_again
from .reusing import take
from .sampling import Samples, predict_samples
from .taken import Taken, beginning_with
from .train import train

__all__ = [
    "Evaluation",
    "Interrupted",
    "Job",
    "Loaded",
    "Progress",
    "RunFolder",
    "RunResult",
    "Samples",
    "Taken",
    "beginning_with",
    "create",
    "create_named",
    "evaluate",
    "load_run",
    "open_run",
    "predict",
    "predict_samples",
    "prepare_again",
    "progress_on",
    "read_inputs",
    "take",
    "train",
]
