"""Interprets a NetworkDesign of @convkit/alexnet, as JSON, with PyTorch. Images are [N, C, H, W] inside; parameters have this project's names and layouts."""

import torch
import torch.nn.functional as F

from layouts import border, filters, images, images_back
from philox import dropout_mask


def pair(value):
    return value if isinstance(value, list) else [value, value]


def laid(h, layer, size):
    """The border [top, right, bottom, left] and the stride of windows over h: packages/layers/src/window.ts."""
    given = layer.get("padding", 0)
    top, right, bottom, left = given if isinstance(given, list) else [given] * 4
    stride = pair(layer.get("stride", 1))

    def end(length, before, after, step):
        span = before + length + after - size
        steps = -(-span // step) if layer.get("rounding") == "ceil" else span // step
        return max(after, after + steps * step - span)

    return [top, end(h.shape[3], left, right, stride[1]), end(h.shape[2], top, bottom, stride[0]), left], stride


class Interpreter:
    """
    parameter(name, shape, fan_in) gives the values of a parameter. mask(layer, shape, keep) gives dropout masks in training; None: evaluation.
    """

    def __init__(self, design, classes, parameter, mask=None):
        self.design, self.classes, self.parameter, self.mask = design, classes, parameter, mask

    def logits(self, x):
        """x: [N, H, W, C]"""
        return (self.apart if self.design["columns"] == "apart" else self.together)(images(x))

    def together(self, h):
        for name in self.design["order"]:
            h = self.run(name, self.design["layers"][name], h)
        return h

    def apart(self, x):
        """
        Two columns, a and b, with half of the outputs each. What has groups or no parameters stays within its column; any other layer reads both columns, in a stage of its own.
        The head reads both and belongs to none.
        """
        named = [(name, self.design["layers"][name]) for name in self.design["order"]]
        head = next(i for i, (_, layer) in enumerate(named) if layer.get("outputs") == "classes")
        a, b, stage = x, x, 0
        for name, layer in named[:head]:
            convolves = layer["type"] == "conv2d"
            if stage == 0:
                stage = 1
            elif layer["type"] in ("dense", "locallyConnected") or (convolves and layer.get("groups", 1) == 1):
                stage += 1
                ab, ba = torch.cat([a, b], dim=1), torch.cat([b, a], dim=1)
                a, b = ab, ba if layer.get("swapped") else ab
            own = {**layer, "groups": 1}
            if "outputs" in layer:
                own["outputs"] = layer["outputs"] // 2
            a, b = (self.run(name + letter, own, h, f"columns{stage}.") for letter, h in (("a", a), ("b", b)))
        h = torch.cat([a, b], dim=1)
        for name, layer in named[head:]:
            h = self.run(name, layer, h)
        return h

    def run(self, name, layer, h, stage=""):
        return getattr(self, layer["type"])(name, layer, h, stage + name)

    def conv2d(self, _, layer, h, path):
        size, groups = layer["kernelSize"], layer.get("groups", 1)
        inputs, outputs = h.shape[1] // groups, layer["outputs"]
        weight = self.parameter(f"{path}.weight", [size, size, inputs, outputs], size * size * inputs)
        bias = self.parameter(f"{path}.bias", [outputs], size * size * inputs)
        padding, stride = laid(h, layer, size)
        return F.conv2d(F.pad(h, border(padding)), filters(weight), bias, stride, 0, 1, groups)

    def locallyConnected(self, _, layer, h, path):
        size, channels, outputs = layer["kernelSize"], h.shape[1], layer["outputs"]
        padding, (down, right) = laid(h, layer, size)
        patches = F.pad(h, border(padding)).unfold(2, size, down).unfold(3, size, right)
        places = list(patches.shape[2:4])
        weight = self.parameter(f"{path}.weight", [*places, size, size, channels, outputs], size * size * channels)
        bias = self.parameter(f"{path}.bias", [*places, outputs], size * size * channels)
        return images(torch.einsum("ncpqrs,pqrsck->npqk", patches, weight) + bias)

    def dense(self, _, layer, h, path):
        if h.dim() == 4:
            h = images_back(h).flatten(1)
        inputs, outputs = h.shape[1], self.classes if layer["outputs"] == "classes" else layer["outputs"]
        return h @ self.parameter(f"{path}.weight", [inputs, outputs], inputs) + self.parameter(f"{path}.bias", [outputs], inputs)

    def lrn(self, _, layer, h, path):
        """PyTorch divides alpha by the size."""
        size = layer["size"]
        alpha = layer["alpha"] if layer["divideAlphaBySize"] else layer["alpha"] * size
        return torch.cat([F.local_response_norm(part, size, alpha, layer["beta"], layer["k"]) for part in h.chunk(layer.get("groups", 1), dim=1)], dim=1)

    def lrnWithinChannel(self, _, layer, h, path):
        """The mean is over all of the window, with zeros outside."""
        size = layer["size"]
        mean = F.avg_pool2d(h**2, size, 1, size // 2, count_include_pad=True)
        return h * (layer["k"] + layer["alpha"] * (1 if layer["divideAlphaBySize"] else size**2) * mean) ** -layer["beta"]

    def maxPool(self, _, layer, h, path):
        padding, stride = laid(h, layer, layer["window"])
        return F.max_pool2d(F.pad(h, border(padding), value=-torch.inf), layer["window"], stride)

    def avgPool(self, _, layer, h, path):
        """The mean over the pixels that exist."""
        padding, stride = laid(h, layer, layer["window"])
        total, there = (F.avg_pool2d(F.pad(part, border(padding)), layer["window"], stride, divisor_override=1) for part in (h, torch.ones_like(h)))
        return total / there

    def relu(self, _, layer, h, path):
        return F.relu(h)

    def tanh(self, _, layer, h, path):
        return torch.tanh(h)

    def sigmoid(self, _, layer, h, path):
        return torch.sigmoid(h)

    def dropout(self, name, layer, h, path):
        """The masks of images are drawn in this project's layout."""
        keep, rescales = layer["keep"], layer["scaling"] == "train"
        if self.mask is None:
            return h if rescales else h * keep
        shape = images_back(h).shape if h.dim() == 4 else h.shape
        mask = torch.tensor(self.mask(name, list(shape), keep))
        return h * (images(mask) if h.dim() == 4 else mask) * (1 / keep if rescales else 1)


def masks_of(seed, step):
    """The dropout masks of a step of training."""
    return lambda layer, shape, keep: dropout_mask(seed, layer, step, shape, keep)
