"""
Golden logits of the full alexnet-2012 and torchvision's alexnet for a photograph, with first values that export-full-networks.mjs drew. Double precision.
The former runs through the interpreter of designs, the latter is the model of torchvision in PyTorch's own modules.
"""

import json
import sys
from pathlib import Path

import torch
from torch import nn

from design import Interpreter
from layouts import filters, images
from safetensors_file import read_safetensors, write_safetensors


class AlexNet(nn.Module):
    """torchvision/models/alexnet.py at commit 00658a2"""

    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(64, 192, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(192, 384, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(384, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(256, 256, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(p=0.5),
            nn.Linear(256 * 6 * 6, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(p=0.5),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Linear(4096, num_classes),
        )

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


PLACES = {
    "conv1": "features.0", "conv2": "features.3", "conv3": "features.6", "conv4": "features.8", "conv5": "features.10",
    "fc6": "classifier.1", "fc7": "classifier.4", "fc8": "classifier.6",
}


def torchvision_weight(layer, weight):
    """Filters to [K, C, R, S], matrices to [outputs, inputs]; fc6 reads (channel, row, column) there and (row, column, channel) here."""
    if weight.dim() == 4:
        return filters(weight)
    if layer == "fc6":
        weight = weight.reshape(6, 6, 256, -1).permute(2, 0, 1, 3).flatten(0, 2)
    return weight.T


def torchvision_logits(x, parameters, classes):
    model = AlexNet(classes).double().eval()
    state = {}
    for layer, place in PLACES.items():
        state[f"{place}.weight"] = torchvision_weight(layer, parameters[f"{layer}.weight"])
        state[f"{place}.bias"] = parameters[f"{layer}.bias"]
    model.load_state_dict(state)
    return model(images(x))


folder, output = Path(sys.argv[1]), Path(sys.argv[2])
tensors, networks = {}, {}
for name in ("alexnet-2012", "torchvision"):
    arrays, metadata = read_safetensors(folder / f"{name}.safetensors")
    parameters = {key: torch.tensor(array, dtype=torch.float64) for key, array in arrays.items()}
    networks[name] = network = json.loads(metadata["network"])
    x = parameters.pop("x")
    with torch.no_grad():
        if name == "torchvision":
            logits = torchvision_logits(x, parameters, network["classes"])
        else:
            logits = Interpreter(network["design"], network["classes"], lambda key, *_: parameters[key]).logits(x)
    tensors[name] = logits.numpy()
    print(f"{name}: logits from {logits.min():.4f} to {logits.max():.4f}, root mean square {logits.square().mean().sqrt():.4f}")
write_safetensors(output, tensors, {"networks": json.dumps(networks), "torch": torch.__version__})
