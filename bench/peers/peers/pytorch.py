"""The network on PyTorch; `--dense conv` computes the dense layers as convolutions, which oneDNN runs instead of the BLAS that PyTorch was built with."""
import argparse
import json
import os
import statistics
import time
from pathlib import Path

arguments = argparse.ArgumentParser()
arguments.add_argument('--batch', type=int, default=32)
arguments.add_argument('--threads', type=int, default=2)
arguments.add_argument('--check')
arguments.add_argument('--dense', choices=['linear', 'conv'], default='linear')
options = arguments.parse_args()
# Read when torch is loaded.
os.environ['OMP_NUM_THREADS'] = str(options.threads)

import numpy  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional  # noqa: E402

torch.set_num_threads(options.threads)
torch.manual_seed(1)

cache = Path(__file__).resolve().parent.parent / '.cache'
network = json.loads((cache / 'parameters.json').read_text())
dense_as_conv = options.dense == 'conv'


def load_parameters():
    """Parameters by name in PyTorch's layouts: [K, C, R, S] and [outputs, inputs], or [outputs, channels, rows, columns] for dense layers as convolutions."""
    numbers = numpy.fromfile(cache / 'weights.bin', dtype='<f4')
    parameters, at = {}, 0
    for spec in network['parameters']:
        name, shape = spec['name'], spec['shape']
        length = int(numpy.prod(shape))
        values = torch.from_numpy(numbers[at:at + length].reshape(shape).copy())
        at += length
        if len(shape) == 4:
            values = values.permute(3, 2, 0, 1)
        elif name == 'fc6.weight':
            values = values.reshape(6, 6, 256, -1).permute(3, 2, 0, 1)
            values = values if dense_as_conv else values.reshape(-1, 9216)
        elif len(shape) == 2:
            values = values.t()
            values = values[:, :, None, None] if dense_as_conv else values
        parameters[name] = values.contiguous().requires_grad_(True)
    return parameters


parameters = load_parameters()
convolutions = {layer['name']: layer for layer in network['convolutions']}


def conv(name, x):
    layer = convolutions[name]
    top, left, bottom, right = layer['padding']
    padding = top
    if (top, left) != (bottom, right):
        x, padding = functional.pad(x, (left, right, top, bottom)), 0
    return functional.conv2d(x, parameters[f'{name}.weight'], parameters[f'{name}.bias'], stride=layer['stride'], padding=padding, groups=layer['groups'])


def norm(x):
    """Two groups of channels are, without a copy, twice as many images of half the channels."""
    rule = network['normalisation']
    n, c, h, w = x.shape
    halves = x.reshape(n * rule['groups'], c // rule['groups'], h, w)
    return functional.local_response_norm(halves, rule['size'], alpha=rule['alpha'], beta=rule['beta'], k=rule['k']).view(n, c, h, w)


def pool(x):
    return functional.max_pool2d(x, 3, 2)


def drop(x, training):
    """Masks in training, multiplies in evaluation, as in 2012; PyTorch's own also divides by what it keeps."""
    return functional.dropout(x, 1 - network['keep']) * network['keep'] if training else x * network['keep']


def dense(name, x):
    weight, bias = parameters[f'{name}.weight'], parameters[f'{name}.bias']
    return functional.conv2d(x, weight, bias) if dense_as_conv else functional.linear(x, weight, bias)


def forward(x, training=False):
    x = torch.relu(pool(norm(conv('conv1', x))))
    x = pool(norm(torch.relu(conv('conv2', x))))
    x = torch.relu(conv('conv3', x))
    x = torch.relu(conv('conv4', x))
    x = torch.relu(pool(conv('conv5', x)))
    x = x if dense_as_conv else x.flatten(1)
    for name in ['fc6', 'fc7']:
        x = drop(torch.relu(dense(name, x)), training)
    return dense('fc8', x).flatten(1)


def predict(x):
    with torch.inference_mode():
        return forward(x)


def timed(run, least, most, seconds):
    """Median milliseconds after one call that does not count."""
    run()
    times, start = [], time.perf_counter()
    while len(times) < least or (len(times) < most and time.perf_counter() - start < seconds):
        before = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - before))
    return statistics.median(times)


def main():
    name = 'pytorch-conv' if dense_as_conv else 'pytorch'
    note = 'dense layers as convolutions, so that oneDNN runs them and not the BLAS of this build' if dense_as_conv else 'dense layers by the BLAS of this build'
    line = {'peer': name, 'version': torch.__version__, 'threads': torch.get_num_threads(), 'note': note}
    if options.check:
        images = torch.from_numpy(numpy.fromfile(cache / 'images.bin', dtype='<f4').reshape(2, 224, 224, 3)).permute(0, 3, 1, 2).contiguous()
        predict(images).numpy().tofile(options.check)
        print(json.dumps(line))
        return

    images = torch.rand(options.batch, 3, 224, 224) * 208 - 104
    labels = torch.arange(options.batch) * 37 % 1000
    many = timed(lambda: predict(images), 2, 10, 3)
    one = images[:1].clone()
    latency = timed(lambda: predict(one), 3, 20, 10)

    rule = network['update']
    optimiser = torch.optim.SGD(parameters.values(), lr=rule['rate'], momentum=rule['momentum'], weight_decay=rule['weightDecay'])

    def step():
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(forward(images, training=True), labels).backward()
        optimiser.step()

    training = timed(step, 1, 3, 5)
    if options.threads > 1:
        torch.set_num_threads(1)
        alone = timed(lambda: predict(images), 1, 1, 0)
        line['note'] += f'; {options.threads} threads are {alone / many:.2f} times one, forward'
    line |= {
        'forwardBatch': options.batch,
        'forwardImagesPerSecond': 1000 * options.batch / many,
        'latencyMs': latency,
        'trainBatch': options.batch,
        'trainImagesPerSecond': 1000 * options.batch / training,
    }
    print(json.dumps(line))


main()
