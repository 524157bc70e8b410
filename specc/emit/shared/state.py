"""How the state of an emitted program begins, is exported and is taken over."""

from __future__ import annotations

from ...ir import Network, Training
from .plateau import lowers
from .reuse import reused_argument, reused_parameter
from .section import fill
from .stopping import stopping_of

__all__ = [
    "COUNTERS_OF_PHASE",
    "begin_phase_text",
    "export_state_text",
    "import_state_text",
    "init_state_text",
]

#: The fields of the state's class that say which phase it is in, indented by four.
COUNTERS_OF_PHASE = """\
    phase: int = 0
    phase_step: int = 0  # the updates and
    phase_epoch: int = 0  # the epochs that were done when the phase began"""

_INIT = '''
def init_state(
    dtype: str = PRECISION,
    device: str = "cpu",
    seed: int = SEED,
    steps_per_epoch: int = 1,
$parameter
) -> State:
    """Return the state before the first update."""
    model = build_model(dtype, device, seed$argument)
$body
'''

_BEGIN_PHASE = '''
def begin_phase(state: State, number: int) -> None:
    """Begin a phase: $about."""
    state.phase, state.phase_step, state.phase_epoch = number, state.step, state.epoch
$body
$stopping
$plateau
'''

_EXPORT = '''
def export_state(state: State) -> Arrays:
    """Return weights, buffers, the optimizer's slots and the counters."""
$arrays
$plateau
    return arrays | export_counters(state)
'''

_IMPORT = '''
def expected_state(state: State, phase: int) -> Arrays:
    """Return arrays with the names and shapes of those that a state in a phase has."""
    arrays = export_weights(state)
    for path in $weights:
        if path not in FROZEN[phase]:
            slots = {f"optimizer/{slot}/{path}": arrays[path] for slot in SLOTS[phase]}
            arrays |= slots
$expected
    return arrays | export_counters(state)


def import_state(state: State, arrays: Arrays) -> None:
    """Take over what export_state returned; raises as import_weights does."""
    phase = phase_of(arrays, len(PHASES))
    check_arrays(expected_state(state, phase), arrays)
    if phase != state.phase:
        begin_phase(state, phase)
$put
$plateau
    import_counters(state, arrays)
'''


def init_state_text(network: Network, body: str) -> str:
    """`init_state`; `body` has what follows on the model with its initial weights."""
    return fill(
        _INIT,
        parameter="".join(f"    {item}," for item in reused_parameter(network)),
        argument="".join(f", {name}" for name in reused_argument(network)),
        body=body,
    )


def begin_phase_text(training: Training, about: str, body: str) -> str:
    """`begin_phase`: `about` is what it does, in the statements of `body`."""
    stops = any(stopping_of(phase) is not None for phase in training.phases)
    stopping = "    state.stopping = new_stopping(number)" if stops else ""
    plateau = "    state.plateau = new_plateau(number)" if lowers(training) else ""
    return fill(
        _BEGIN_PHASE, about=about, body=body, stopping=stopping, plateau=plateau
    )


def export_state_text(training: Training, arrays: str) -> str:
    """`export_state`; `arrays` has the statements that make those but the counters."""
    plateau = "    arrays |= export_plateau(state)" if lowers(training) else ""
    return fill(_EXPORT, arrays=arrays, plateau=plateau)


def import_state_text(training: Training, weights: str, put: str) -> str:
    """`expected_state` and `import_state`.

    Args:
        training: of several phases.
        weights: an expression for the paths of all weights.
        put: the statements that take over all arrays but the counters.
    """
    expected, plateau = "", ""
    if lowers(training):
        expected = "    arrays |= plateau_arrays(new_plateau(phase))"
        plateau = "    import_plateau(state, arrays)"
    return fill(_IMPORT, weights=weights, put=put, expected=expected, plateau=plateau)
