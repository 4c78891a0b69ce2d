"""
Golden values of a scaled copy of every network: logits in evaluation and in training, all gradients, ten losses of training in the form of its recipe, with dropout.
Reads what export-networks.mjs prints; double precision.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from design import Interpreter, masks_of
from philox import between
from safetensors_file import write_safetensors


def draw(seed, name, shape, low, high):
    """Numbers that single precision holds exactly, and that the test draws again."""
    return torch.tensor(between(seed, f"golden {name}", shape, low, high))


def golden(case, shaken=None):
    """All golden tensors. `shaken`: a generator that moves every first value as much as rounding does."""
    seed, optimiser, classes = case["seed"], case["optimiser"], case["classes"]
    x = draw(seed, "x", case["input"], -(3**0.5), 3**0.5)
    targets = F.one_hot(torch.arange(len(x)) % classes, classes).double()
    parameters = {}

    def first(name, shape, fan_in):
        if name.endswith("bias"):
            parameters[name] = draw(seed, name, shape, -0.2, 1)
        else:
            parameters[name] = draw(seed, name, shape, -((6 / fan_in) ** 0.5), (6 / fan_in) ** 0.5)
        if shaken is not None:
            parameters[name] = parameters[name] * torch.tensor(1 + ROUNDING * shaken.standard_normal(shape))
        return parameters[name]

    def decay(name):
        layer, kind = name.split(".")[-2:]
        if kind == "bias":
            return optimiser["decay"] if optimiser["decayBiases"] else 0
        return optimiser.get("decayOf", {}).get(layer, optimiser["decay"])

    tensors = {"logits": Interpreter(case["design"], classes, first).logits(x)}
    losses = []
    velocities = {name: torch.zeros_like(value) for name, value in parameters.items()}
    for step, rate in enumerate(case["rates"]):
        leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}
        pixels = x.clone().requires_grad_()
        logits = Interpreter(case["design"], classes, lambda name, *_: leaves[name], masks_of(seed, step)).logits(pixels)
        loss = F.cross_entropy(logits, targets)
        dx, *gradients = torch.autograd.grad(loss, [pixels, *leaves.values()])
        if step == 0:
            tensors["trainingLogits"], tensors["dx"] = logits.detach(), dx
            tensors.update({f"gradient/{name}": gradient for name, gradient in zip(leaves, gradients)})
        losses.append(loss.item())
        for name, gradient in zip(leaves, gradients):
            own = rate * (case["biasRateFactor"] if name.endswith("bias") else 1)
            slope = gradient + decay(name) * parameters[name]
            if optimiser["form"] == "2012":
                velocities[name] = optimiser["momentum"] * velocities[name] - own * slope
                parameters[name] = parameters[name] + velocities[name]
            else:
                velocities[name] = optimiser["momentum"] * velocities[name] + slope
                parameters[name] = parameters[name] - own * velocities[name]
    tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
    return tensors


def sensitivity(case, losses):
    """
    How far the losses move, at most, when the first values do as much as rounding moves them, as a part of the losses' root mean square. Somewhere two values under a pooling window, or a value and the threshold of ReLU,
    may lie so close that rounding decides where the gradient goes; such a case would test the seed, not the network.
    """
    moved = [golden(case, np.random.default_rng(trial))["losses"] - losses for trial in range(8)]
    return (torch.stack(moved).abs().max() / losses.square().mean().sqrt()).item()


ROUNDING = 2.0**-24
folder = Path(sys.argv[1])
for case in json.load(sys.stdin):
    tensors = golden(case)
    moved = sensitivity(case, tensors["losses"])
    if moved > 1e-5:
        sys.exit(f"{case['name']}: rounding moves the losses by {moved:.0e}. Choose another seed in cases.ts.")
    file = folder / f"{case['name']}.safetensors"
    write_safetensors(file, {name: value.numpy() for name, value in tensors.items()}, {"case": json.dumps(case), "torch": torch.__version__})
    print(f"{file.name}: {file.stat().st_size} bytes, rounding moves losses by {moved:.0e}, losses", *(f"{loss:.3f}" for loss in tensors["losses"]))
