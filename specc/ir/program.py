"""One training of one model on one data set."""

from ..catalog.construct import Model
from ..catalog.types import Shape
from .data import Data
from .network import LayerNode, Network
from .training import Phase, Training

__all__ = ["IR_VERSION", "RNG_VERSION", "Program"]


#: Raised when the meaning of the JSON changes; `reading.MIGRATIONS` then reads older ones.
IR_VERSION = 1
#: Raised when a seed would give other random numbers; a run goes on only with its own.
RNG_VERSION = 1


class Program(Model):
    """One training of one model on one data set, or a model alone."""

    ir_version: int = IR_VERSION
    rng_version: int = RNG_VERSION
    network: Network
    data: Data | None = None
    training: Training | None = None

    def fields(self) -> dict[str, Shape]:
        """The shape of an example of each array that a batch of training holds.

        Inputs come first, then targets, then weights of examples.
        """
        network, training = self.network, self.training
        found = {item.name: network.edge(item.name).shape for item in network.inputs}
        edges = network.ends
        for item in training.objectives if training else ():
            shape = network.edge(edges[item.output]).shape
            if item.loss.target == "classes":
                shape = shape[:-1]
            found.setdefault(item.target, shape)
        if training is not None and training.sample_weight is not None:
            found[training.sample_weight] = ()
        return found

    def frozen(self, phase: Phase | None = None) -> tuple[str, ...]:
        """The paths of the weights that a phase leaves as they are; None: that all do."""
        every = self.training.phases if self.training else ()
        phases = every if phase is None else (phase,)
        listed = [set(item.frozen) for item in phases]
        return tuple(
            weight.path
            for weight in self.network.weights()
            if not weight.trainable
            or (listed and all(weight.path in paths for paths in listed))
        )

    def at_rest(self, phase: Phase | None = None) -> tuple[str, ...]:
        """Those buffers that stand for layers without weights which rest in a phase."""
        return tuple(
            buffer.path
            for node in self.network.layers
            if not node.weights and self.rests(node, phase)
            for buffer in node.buffers
        )

    def rests(self, node: LayerNode, phase: Phase | None = None) -> bool:
        """Whether a phase freezes a layer as a whole; None: whether all phases do.

        Its running statistics then stay, and it computes with them.
        """
        every = self.training.phases if self.training else ()
        if not node.weights:
            paths = {buffer.path for buffer in node.buffers}
            phases = every if phase is None else (phase,)
            found = [paths <= set(item.frozen) for item in phases]
            return bool(paths) and bool(found) and all(found)
        frozen = set(self.frozen(phase))
        return all(weight.path in frozen for weight in node.weights)

    @property
    def title(self) -> str:
        """The names of its training and, where it is another, of its model."""
        model = self.network.name
        if self.training is None or self.training.name == model:
            return model
        return f"{self.training.name} ({model})"
