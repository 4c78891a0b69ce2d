"""Golden values of every kernel: results and gradients by PyTorch's autograd, in double precision, of inputs that are exact in single precision."""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from layouts import border, filters, images, images_back
from safetensors_file import write_safetensors

random = np.random.default_rng(20120930)
tensors, cases = {}, []


def uniform(shape, low=-1.0, high=1.0):
    return torch.tensor(random.uniform(low, high, shape).astype(np.float32).astype(np.float64))


def stepped(shape, step):
    """Multiples of a step, so that many are equal."""
    return torch.round(uniform(shape) / step) * step


def mask(shape, keep):
    return torch.tensor((random.random(shape) < keep).astype(np.float64))


def record(operation, title, attributes, inputs, outputs, wanted):
    """Adds a case: its inputs, its outputs, and gradients by the wanted inputs of the sum of outputs[0] times a random dy."""
    values = {**inputs, **outputs}
    if wanted:
        y = next(iter(outputs.values()))
        values["dy"] = uniform(y.shape)
        for name, gradient in zip(wanted, torch.autograd.grad(y, [inputs[name] for name in wanted], values["dy"])):
            values["d" + name] = gradient
    key = f"{operation}: {title}"
    for name, value in values.items():
        tensors[f"{key}/{name}"] = value.detach().numpy()
    cases.append({"operation": operation, "title": title, "attributes": attributes})


def leaf(x):
    return x.requires_grad_()


def conv2d(title, x, weight, stride, padding, groups):
    x, weight, bias = leaf(uniform(x)), leaf(uniform(weight)), leaf(uniform(weight[3:]))
    y = images_back(F.conv2d(F.pad(images(x), border(padding)), filters(weight), bias, stride, 0, 1, groups))
    record("conv2d", title, {"stride": stride, "padding": padding, "groups": groups}, {"x": x, "weight": weight, "bias": bias}, {"y": y}, ["x", "weight", "bias"])


conv2d("one pixel", [1, 1, 1, 3], [1, 1, 3, 2], [1, 1], [0, 0, 0, 0], 1)
conv2d("odd sizes", [3, 5, 7, 3], [3, 3, 3, 5], [1, 1], [1, 1, 1, 1], 1)
conv2d("uneven filter, stride and padding", [2, 7, 6, 3], [3, 2, 3, 5], [2, 3], [1, 0, 2, 3], 1)
conv2d("two groups", [2, 5, 5, 6], [5, 5, 3, 10], [1, 1], [2, 2, 2, 2], 2)
conv2d("three groups, strided", [1, 8, 7, 9], [3, 2, 3, 6], [2, 2], [0, 1, 1, 0], 3)
conv2d("one group a channel", [2, 4, 5, 5], [3, 3, 1, 5], [1, 1], [1, 1, 1, 1], 5)
conv2d("a stride beyond the filter", [1, 11, 9, 2], [2, 1, 2, 3], [3, 4], [0, 0, 0, 0], 1)
conv2d("first layer of 2012: 11x11, stride 4, hanging over right and bottom", [1, 20, 20, 3], [11, 11, 3, 4], [4, 4], [0, 3, 3, 0], 1)


def dense(title, x, outputs):
    x = leaf(uniform(x))
    weight, bias = leaf(uniform([x[0].numel(), outputs])), leaf(uniform([outputs]))
    record("dense", title, {}, {"x": x, "weight": weight, "bias": bias}, {"y": x.flatten(1) @ weight + bias}, ["x", "weight", "bias"])


dense("one number", [1, 1], 1)
dense("odd sizes", [5, 13], 7)
dense("images, flattened by row, column and channel", [3, 3, 2, 5], 11)


def relu(title, x):
    record("relu", title, {}, {"x": x}, {"y": F.relu(x)}, ["x"])


relu("odd sizes", leaf(uniform([3, 5, 7, 3])))
relu("zeros among them", leaf(stepped([2, 3, 3, 5], 0.5)))


def lrn(title, shape, size, alpha, beta, k, groups=1):
    """PyTorch divides its alpha by the size; ours is the effective one. Each group is normalised by itself."""
    x = leaf(uniform(shape, -3, 3))
    y = images_back(torch.cat([F.local_response_norm(part, size, alpha * size, beta, k) for part in images(x).chunk(groups, dim=1)], dim=1))
    record("lrn", title, {"size": size, "alpha": alpha, "beta": beta, "k": k, "groups": groups}, {"x": x}, {"y": y}, ["x"])


lrn("as coded in 2012: 1e-4 / 5", [2, 3, 5, 11], 5, 2e-5, 0.75, 2.0)
lrn("as written in 2012: 1e-4", [2, 3, 5, 11], 5, 1e-4, 0.75, 2.0)
lrn("a window of 3, a strong alpha", [3, 3, 3, 7], 3, 0.3, 0.75, 1.0)
lrn("a window of 5, a strong alpha, another exponent", [1, 5, 3, 9], 5, 0.2, 0.6, 1.5)
lrn("a window wider than the channels", [2, 3, 2, 3], 9, 0.1, 0.5, 1.0)
lrn("three groups", [2, 3, 5, 12], 5, 0.3, 0.75, 2.0, 3)


def max_pool(title, x, window, stride, padding):
    """Outside is minus infinity, so that windows are clipped."""
    y = images_back(F.max_pool2d(F.pad(images(x), border(padding), value=-torch.inf), window, stride))
    record("maxPool", title, {"window": window, "stride": stride, "padding": padding}, {"x": x}, {"y": y}, ["x"])


def max_pool_ceil(title, x, window, stride, overhang):
    """PyTorch's own rule of rounding up; `overhang` is what the windows hang over at right and bottom."""
    y = images_back(F.max_pool2d(images(x), window, stride, ceil_mode=True))
    record("maxPool", title, {"window": window, "stride": stride, "padding": [0, overhang[1], overhang[0], 0]}, {"x": x}, {"y": y}, ["x"])


max_pool("overlapping, 3 by 2", leaf(uniform([2, 7, 9, 3])), [3, 3], [2, 2], [0, 0, 0, 0])
max_pool("uneven window, stride and padding", leaf(uniform([2, 6, 7, 5])), [3, 2], [1, 3], [2, 0, 1, 1])
max_pool("equal values", leaf(stepped([2, 7, 7, 3], 0.5)), [3, 3], [2, 2], [0, 0, 0, 0])
max_pool("all equal", leaf(torch.zeros([1, 5, 5, 2], dtype=torch.float64)), [3, 3], [2, 2], [1, 1, 1, 1])
max_pool_ceil("rounding up, one pixel over", leaf(uniform([2, 6, 6, 3])), [3, 3], [2, 2], [1, 1])
max_pool_ceil("rounding up, rows only", leaf(uniform([1, 8, 7, 3])), [3, 3], [2, 2], [1, 0])
max_pool_ceil("rounding up, equal values", leaf(stepped([2, 8, 6, 3], 0.5)), [3, 3], [2, 2], [1, 1])


def dropout(title, shape, keep, scale):
    x, kept = leaf(uniform(shape)), mask(shape, keep)
    record("dropout", title, {"scale": scale}, {"x": x, "mask": kept}, {"y": x * kept * scale}, ["x"])


dropout("as in 2012: no rescaling", [5, 13], 0.5, 1.0)
dropout("rescaled in training", [3, 3, 5, 7], 0.8, 1.25)


def cross_entropy(title, logits, targets):
    """Loss of each row, its gradient for the mean over rows, and for one-hot targets the place of the label."""
    losses = F.cross_entropy(logits, targets, reduction="none")
    (dlogits,) = torch.autograd.grad(losses.mean(), [logits], retain_graph=True)
    outputs = {"losses": losses, "lse": logits.logsumexp(1), "probabilities": F.softmax(logits, 1), "dlogits": dlogits}
    if bool(((targets == 0) | (targets == 1)).all()):
        label = (logits * targets).sum(1, keepdim=True)
        outputs["ranks"] = ((logits >= label).sum(1) - 1).double()
    record("crossEntropy", title, {"factor": 1 / len(logits)}, {"logits": logits, "targets": targets}, outputs, [])


def one_hot(rows, classes):
    return F.one_hot(torch.tensor(random.integers(0, classes, rows)), classes).double()


def soft(rows, classes):
    return F.softmax(uniform([rows, classes], -2, 2), 1).float().double()


cross_entropy("one-hot targets", leaf(uniform([7, 11], -5, 5)), one_hot(7, 11))
cross_entropy("soft targets", leaf(uniform([5, 9], -5, 5)), soft(5, 9))
cross_entropy("large logits", leaf(uniform([5, 13], -80, 80)), one_hot(5, 13))
cross_entropy("equal logits", leaf(stepped([9, 5], 1.0)), one_hot(9, 5))


def locally_connected(title, x, weight, stride, padding):
    """Filters of every place's own: the places are unfolded, then each meets its filters."""
    P, Q, R, S, _, K = weight
    x, weight, bias = leaf(uniform(x)), leaf(uniform(weight)), leaf(uniform([P, Q, K]))
    patches = F.pad(images(x), border(padding)).unfold(2, R, stride[0]).unfold(3, S, stride[1])
    y = torch.einsum("ncpqrs,pqrsck->npqk", patches, weight) + bias
    record("locallyConnected", title, {"stride": stride, "padding": padding}, {"x": x, "weight": weight, "bias": bias}, {"y": y}, ["x", "weight", "bias"])


locally_connected("one pixel", [1, 1, 1, 3], [1, 1, 1, 1, 3, 2], [1, 1], [0, 0, 0, 0])
locally_connected("odd sizes", [3, 3, 5, 3], [3, 5, 3, 3, 3, 5], [1, 1], [1, 1, 1, 1])
locally_connected("uneven filter, stride and padding", [2, 7, 6, 3], [4, 3, 3, 2, 3, 5], [2, 3], [1, 0, 2, 2])
locally_connected("a stride beyond the filter", [2, 7, 9, 2], [2, 3, 2, 1, 2, 3], [4, 4], [0, 0, 0, 0])


def concat_channels(title, others, a, b):
    a, b = leaf(uniform([*others, a])), leaf(uniform([*others, b]))
    record("concatChannels", title, {}, {"a": a, "b": b}, {"y": torch.cat([a, b], dim=-1)}, ["a", "b"])


concat_channels("images", [2, 3, 3], 5, 4)
concat_channels("features", [5], 3, 7)


def slice_channels(title, x, start, end):
    x = leaf(uniform(x))
    record("sliceChannels", title, {"from": start, "to": end}, {"x": x}, {"y": x[..., start:end]}, ["x"])


slice_channels("images, the middle", [2, 3, 3, 7], 2, 5)
slice_channels("features, one channel", [5, 4], 1, 2)


def avg_pool(title, x, window, stride, padding, ceil=False, overhang=(0, 0)):
    """`padding` in rows and columns, as PyTorch takes it; `overhang` is what windows hang over at bottom and right when it rounds up. The mean is over what exists."""
    x = leaf(uniform(x))
    y = images_back(F.avg_pool2d(images(x), window, stride, padding, ceil_mode=ceil, count_include_pad=False))
    (rows, columns), (below, right) = padding, overhang
    record("avgPool", title, {"window": window, "stride": stride, "padding": [rows, columns + right, rows + below, columns]}, {"x": x}, {"y": y}, ["x"])


avg_pool("overlapping, 3 by 2", [2, 7, 9, 3], [3, 3], [2, 2], [0, 0])
avg_pool("uneven window, stride and padding", [2, 6, 7, 5], [3, 2], [1, 3], [1, 1])
avg_pool("rounding up, one pixel over, as in the CIFAR nets of 2012", [2, 8, 8, 3], [3, 3], [2, 2], [0, 0], True, [1, 1])
avg_pool("rounding up, rows only, padded", [1, 8, 7, 3], [3, 3], [2, 2], [1, 1], True, [1, 0])


def lrn_within_channel(title, shape, size, alpha, beta, k):
    """PyTorch has none; the sum over the window is an average pooling that counts its zeros, times the pixels."""
    x = leaf(uniform(shape, -3, 3))
    squares = F.avg_pool2d(images(x) ** 2, size, 1, size // 2, count_include_pad=True) * size**2
    y = images_back(images(x) * (k + alpha * squares) ** -beta)
    record("lrnWithinChannel", title, {"size": size, "alpha": alpha, "beta": beta, "k": k}, {"x": x}, {"y": y}, ["x"])


lrn_within_channel("layer 2 of 2012: 1e-3 / 25", [2, 7, 5, 3], 5, 4e-5, 0.75, 1.0)
lrn_within_channel("CIFAR nets of 2012: 5e-5 / 9", [2, 5, 6, 5], 3, 5e-5 / 9, 0.75, 1.0)
lrn_within_channel("a window of 3, a strong alpha", [3, 4, 7, 3], 3, 0.3, 0.75, 1.0)
lrn_within_channel("a window wider than the image, another exponent", [2, 3, 2, 5], 7, 0.2, 0.6, 1.5)


def curve(operation, function, title, x):
    record(operation, title, {}, {"x": x}, {"y": function(x)}, ["x"])


for operation, function in (("tanh", torch.tanh), ("sigmoid", torch.sigmoid)):
    curve(operation, function, "odd sizes", leaf(uniform([3, 5, 7, 3], -4, 4)))
    curve(operation, function, "near zero", leaf(uniform([5, 7], -0.01, 0.01)))
    curve(operation, function, "large numbers", leaf(uniform([5, 7], -1000, 1000)))

output = Path(sys.argv[1])
write_safetensors(output, tensors, {"cases": json.dumps(cases), "torch": torch.__version__})
print(f"{output}: {len(cases)} cases, {output.stat().st_size} bytes")
