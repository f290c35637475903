"""Stacks of cells, run by torch.nn, with the gradients of half the squared errors by autograd.

Every direction has as many units, every gate two biases b_x and b_h, every example is a column.
"""

from typing import Any

import numpy as np
from random_stacks import size_of
from stacks import GATES, Direction, cell_of, directions

KEYS = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}


class TorchStack:
    """The network of a problem, and what it makes of the inputs."""

    def __init__(self, problem: Any) -> None:
        import torch

        self.problem, self.cell = problem, cell_of(problem)
        self.layers = directions(problem)
        self.ways = [way for layer in self.layers for way in layer]
        xs = torch.tensor(problem["xs"], dtype=torch.float64)
        self.batched = xs.ndim == 3
        self.xs = (xs if self.batched else xs[:, :, None]).requires_grad_()
        self.steps, inputs, self.batch = self.xs.shape
        self.units = size_of(dict(self.ways[0].data))
        types = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}
        both = len(self.layers[0]) == 2
        net = types[self.cell](inputs, self.units, len(self.layers), bidirectional=both)
        self.net = net.double()
        self.net.load_state_dict(self.parameters())
        self.given = {
            letter: torch.tensor(
                [way.data[f"{letter}_prev"] for way in self.ways], dtype=torch.float64
            )
            .reshape(len(self.ways), self.units, self.batch)
            .requires_grad_()
            for letter in ("hc" if self.cell == "lstm" else "h")
        }
        self.lengths = torch.tensor(problem.get("lengths", [self.steps] * self.batch))
        self.runs = torch.arange(self.steps)[:, None] < self.lengths
        self.run()

    def gates(self, way: Direction) -> list[Any]:
        if self.cell == "rnn":
            return [way.data]
        return [way.data["gates"][gate] for gate in GATES[self.cell]]

    def parameters(self) -> dict[str, Any]:
        import torch

        found = {}
        for number, layer in enumerate(self.layers):
            for way in layer:
                ending = f"_l{number}" + "_reverse" * way.backwards
                for theirs, ours in KEYS.items():
                    blocks = [np.array(gate[ours]) for gate in self.gates(way)]
                    found[theirs + ending] = torch.tensor(np.concatenate(blocks))
        return found

    def run(self) -> None:
        from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

        first = [state.transpose(1, 2).contiguous() for state in self.given.values()]
        inputs = self.xs.transpose(1, 2)
        packed = pack_padded_sequence(inputs, self.lengths, enforce_sorted=False)
        output, last = self.net(packed, tuple(first) if self.cell == "lstm" else first[0])
        hs, _ = pad_packed_sequence(output, total_length=self.steps)
        self.hs = hs.transpose(1, 2)  # as the problem: step, unit, example
        self.last = last if self.cell == "lstm" else (last,)

    def vector(self, value: Any) -> Any:
        value = value.detach().numpy()
        return value if self.batched else value[:, 0]

    def states(self) -> dict[str, Any]:
        """All h of the last layer, and the last states of every direction.

        PyTorch has zeros after an example's last step; here its state stands still.
        """
        import torch

        found = {}
        count = len(self.layers[-1])
        top = self.hs.reshape(self.steps, count, self.units, self.batch)
        for k, way in enumerate(self.layers[-1]):
            still = self.given["h"][len(self.ways) - count + k]
            for t in range(self.steps)[:: -1 if way.backwards else 1]:
                still = torch.where(self.runs[t], top[t, k], still)
                found[f"h_{t + 1}{way.mark}"] = self.vector(still)
        for letter, states in zip(self.given, self.last, strict=True):
            for way, state in zip(self.ways, states, strict=True):
                time = 1 if way.backwards else self.steps
                found[f"{letter}_{time}{way.mark}"] = self.vector(state.T)
        return found

    def gradients(self) -> dict[str, Any]:
        """The loss and its gradients; dh_0 and dc_0 only of what runs forwards."""
        import torch

        targets = torch.tensor(self.problem["targets"], dtype=torch.float64)
        targets = targets.reshape(self.hs.shape)
        loss = (0.5 * (self.hs - targets) ** 2 * self.runs[:, None]).sum()
        parameters = dict(self.net.named_parameters())
        sources = [self.xs, *self.given.values(), *parameters.values()]
        dxs, *rest = torch.autograd.grad(loss, sources)
        found = {"loss": loss.item()}
        found |= {f"dx_{t}": self.vector(dx) for t, dx in enumerate(dxs, 1)}
        for letter, states in zip(self.given, rest, strict=False):
            for way, state in zip(self.ways, states, strict=True):
                if not way.backwards:
                    found[f"d{letter}_0{way.mark}"] = self.vector(state)
        for name, value in zip(parameters, rest[len(self.given) :], strict=True):
            found |= self.blocks(name, value)
        return found

    def blocks(self, name: str, value: Any) -> dict[str, Any]:
        """The gradients in a parameter such as weight_ih_l1_reverse, gate by gate."""
        key, _, ending = name.partition("_l")
        layer = int(ending.removesuffix("_reverse"))
        way = self.layers[layer][name.endswith("_reverse")]
        letters = GATES[self.cell]
        return {
            f"d{KEYS[key]}{'_' * bool(gate)}{gate}{way.mark}": block.numpy()
            for gate, block in zip(letters, value.chunk(len(letters)), strict=True)
        }


def torch_stack_answers(problem: Any) -> dict[str, Any]:
    """The states, and where there are targets the gradients, by their symbols."""
    stack = TorchStack(problem)
    return stack.states() | (stack.gradients() if "targets" in problem else {})
