"""Golden values of a tiny AlexNet with every kind of layer: logits, all gradients, and ten losses of training in the form of 2012. Double precision."""

import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from layouts import border, filters, images, images_back
from philox import dropout_mask
from safetensors_file import write_safetensors

SEED, KEEP, MOMENTUM, DECAY, CLASSES = 2012, 0.5, 0.9, 0.0005, 5
RATES = [0.05] * 5 + [0.01] * 5
# Stride, padding and groups of the convolutions. The first is laid as in 2012: rounded up, so that the last filters hang over at right and bottom.
CONVOLUTIONS = [(2, [0, 1, 1, 0], 1), (1, [2] * 4, 2), (1, [1] * 4, 1), (1, [1] * 4, 2), (1, [1] * 4, 2)]
SHAPES = {
    "conv1.weight": [5, 5, 3, 6], "conv2.weight": [5, 5, 3, 8], "conv3.weight": [3, 3, 8, 12], "conv4.weight": [3, 3, 6, 8], "conv5.weight": [3, 3, 4, 8],
    "fc6.weight": [2 * 1 * 8, 16], "fc7.weight": [16, 12], "fc8.weight": [12, CLASSES],
}

random = np.random.default_rng(20120930)


def exact(values):
    """Numbers that single precision holds exactly."""
    return torch.tensor(values.astype(np.float32).astype(np.float64))


x = exact(random.normal(0, 1, [4, 36, 32, 3]))
targets = F.one_hot(torch.tensor([3, 0, 4, 1]), CLASSES).double()
parameters = {}
for name, shape in SHAPES.items():
    parameters[name] = exact(random.normal(0, (2 / np.prod(shape[:-1])) ** 0.5, shape))
    parameters[name.replace("weight", "bias")] = exact(random.uniform(-0.2, 0.5, shape[-1:]))
initial = {name: value.clone() for name, value in parameters.items()}


def lrn(h, size=5, alpha=0.2, beta=0.75, k=2.0, groups=2):
    """Each group by itself; PyTorch divides alpha by the size, too."""
    return torch.cat([F.local_response_norm(part, size, alpha, beta, k) for part in h.chunk(groups, dim=1)], dim=1)


def pool(h):
    return F.max_pool2d(h, 3, 2, ceil_mode=True)


def dropout(h, layer, step):
    return h * KEEP if step is None else h * torch.tensor(dropout_mask(SEED, layer, step, h.shape, KEEP))


def logits_of(x, p, step=None, rectify_first=False):
    """Evaluation, or training in a step."""

    def conv(h, i):
        stride, padding, groups = CONVOLUTIONS[i - 1]
        return F.conv2d(F.pad(h, border(padding)), filters(p[f"conv{i}.weight"]), p[f"conv{i}.bias"], stride, 0, 1, groups)

    h = conv(images(x), 1)
    h = pool(lrn(F.relu(h))) if rectify_first else F.relu(pool(lrn(h)))
    h = pool(lrn(F.relu(conv(h, 2))))
    h = F.relu(conv(h, 3))
    h = F.relu(conv(h, 4))
    h = F.relu(pool(conv(h, 5)))
    h = images_back(h).flatten(1)
    h = dropout(F.relu(h @ p["fc6.weight"] + p["fc6.bias"]), "drop6", step)
    h = dropout(F.relu(h @ p["fc7.weight"] + p["fc7.bias"]), "drop7", step)
    return h @ p["fc8.weight"] + p["fc8.bias"]


tensors = {"x": x, "targets": targets, **{f"parameter/{name}": value for name, value in initial.items()}}
tensors["logits"] = logits_of(x, initial)
tensors["logitsRectifiedFirst"] = logits_of(x, initial, rectify_first=True)

losses = []
velocities = {name: torch.zeros_like(value) for name, value in parameters.items()}
for step, rate in enumerate(RATES):
    leaves = {name: value.clone().requires_grad_() for name, value in parameters.items()}
    pixels = x.clone().requires_grad_()
    logits = logits_of(pixels, leaves, step)
    loss = F.cross_entropy(logits, targets)
    dx, *gradients = torch.autograd.grad(loss, [pixels, *leaves.values()])
    if step == 0:
        tensors["trainingLogits"], tensors["dx"] = logits.detach(), dx
        tensors.update({f"gradient/{name}": gradient for name, gradient in zip(leaves, gradients)})
    losses.append(loss.item())
    for name, gradient in zip(leaves, gradients):
        own_rate, decay = (2 * rate, 0) if name.endswith("bias") else (rate, DECAY)
        velocities[name] = MOMENTUM * velocities[name] - own_rate * (gradient + decay * parameters[name])
        parameters[name] = parameters[name] + velocities[name]
tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
tensors.update({f"trained/{name}": value for name, value in parameters.items()})

output = Path(sys.argv[1])
write_safetensors(output, {name: value.numpy() for name, value in tensors.items()}, {"torch": torch.__version__})
print(f"{output}: {sum(value.numel() for value in initial.values())} parameters, {output.stat().st_size} bytes")
print("losses", *(f"{loss:.5f}" for loss in losses))
