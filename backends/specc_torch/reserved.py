"""Names that emitted programs and torch.nn.Module have already."""

from __future__ import annotations

from specc.emit.names import BUILTINS

__all__ = ["IN_METHODS", "IN_MODELS", "IN_PROGRAMS"]

_ATTRIBUTES = """
T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
get_submodule half ipu load_state_dict modules mtia named_buffers named_children
named_modules named_parameters parameters register_backward_hook register_buffer
register_forward_hook register_forward_pre_hook register_full_backward_hook
register_full_backward_pre_hook register_load_state_dict_post_hook
register_load_state_dict_pre_hook register_module register_parameter
register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""

_PROGRAM = """
Any BATCH_SIZE BUFFERS EPOCHS F FROZEN INPUTS INPUT_TYPES PHASES PRECISION RATES
RESTING REUSED SAMPLE_WEIGHT SEED SHUFFLE SLOTS Self State TARGETS Tensor WEIGHTS
add_penalty_gradients apply_constraints argparse begin_phase build_model clip_gradients
compute_gradients
compute_loss dataclass draw_masks evaluate_step expected_state export_state
export_weights field gradients import_state import_weights init_state initial_weights
learning_rate load_weights main math model_inputs new_optimizer new_plateau new_stopping nn np
penalty phase_ended predict prepare_update rate_at save_file torch train train_epoch
train_step trained_parameters weights_of
"""

#: What a module in the model cannot be called: every torch.nn.Module has these attributes
#: (those with a leading underscore are never names), and ours has `logits` and `resting`.
IN_MODELS = frozenset(_ATTRIBUTES.split()) | {"logits", "resting"}

#: What the model's class cannot be called, besides runtime pieces and what they import.
IN_PROGRAMS = frozenset(_PROGRAM.split()) | BUILTINS

#: What the values in the model's methods cannot be called.
IN_METHODS = frozenset({"F", "Tensor", "math", "nn", "self", "torch"})
