"""Golden values of torch.optim: SGD with a changing rate, and ReduceLROnPlateau. Double precision."""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

MOMENTUM, DECAY, STEPS = 0.9, 0.05, 12
RATES = [0.1] * 5 + [0.01] * 4 + [0.2] * 3
SIZES = {"fc.weight": 6, "fc.bias": 3}

random = np.random.default_rng(20120930)


def exact(*size):
    """Numbers that single precision holds exactly."""
    return random.normal(0, 1, size).astype(np.float32).astype(np.float64)


def sgd():
    """Biases at twice the rate and without decay."""
    initial = {name: exact(size) for name, size in SIZES.items()}
    gradients = {name: exact(STEPS, size) for name, size in SIZES.items()}
    parameters = {name: torch.tensor(values, requires_grad=True) for name, values in initial.items()}
    weight, bias = parameters.values()
    optimiser = torch.optim.SGD([{"params": [weight], "weight_decay": DECAY}, {"params": [bias], "weight_decay": 0}], lr=1, momentum=MOMENTUM)
    path = {name: [] for name in SIZES}
    for step, rate in enumerate(RATES):
        optimiser.param_groups[0]["lr"], optimiser.param_groups[1]["lr"] = rate, 2 * rate
        for name, parameter in parameters.items():
            parameter.grad = torch.tensor(gradients[name][step])
        optimiser.step()
        for name, parameter in parameters.items():
            path[name].append(parameter.tolist())
    velocities = {name: optimiser.state[parameter]["momentum_buffer"].tolist() for name, parameter in parameters.items()}
    listed = lambda tensors: {name: values.tolist() for name, values in tensors.items()}
    return {"momentum": MOMENTUM, "decay": DECAY, "rates": RATES, "initial": listed(initial), "gradients": listed(gradients), "parameters": path, "velocities": velocities}


def plateau(metric, values, **options):
    """The rate after each of the values."""
    optimiser = torch.optim.SGD([torch.zeros(1)], lr=0.1)
    scheduler = ReduceLROnPlateau(
        optimiser, "max" if metric == "top1" else "min", options.get("factor", 0.1), options["patience"], options.get("threshold", 0), "abs", 0, options.get("least", 0), 0
    )
    rates = []
    for value in values:
        scheduler.step(value)
        rates.append(optimiser.param_groups[0]["lr"])
    return {"options": {"rate": 0.1, "metric": metric, **options}, "values": values, "rates": rates}


# Steps of a sixteenth, so that equal values and differences of exactly the threshold come up.
uneven = (np.round(random.uniform(0, 1, 40) * 16) / 16).tolist()
rising = (np.minimum(np.arange(40) / 64, 0.25) + np.round(random.uniform(0, 1, 40) * 2) / 16).tolist()
plateaus = [
    plateau("top1", rising, patience=0),
    plateau("top1", rising, patience=3, factor=0.5),
    plateau("top1", rising, patience=2, threshold=0.0625, factor=0.5),
    plateau("loss", uneven, patience=1, factor=0.25, least=0.001),
    plateau("loss", [1 - value for value in rising], patience=4),
    plateau("loss", [1 - value for value in rising], patience=2, threshold=0.0625, factor=0.5),
]

Path(sys.argv[1]).write_text(json.dumps({"sgd": sgd(), "plateaus": plateaus}) + "\n")
