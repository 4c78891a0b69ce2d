import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { channelsFirst, convolutions, dense, filtersFirst, keep, labels, loadWeights, normalisation, rowsChannelsFirst, update } from '../network.mjs';
import { NodeWorker } from '../node-worker.mjs';
import { cacheFolder, imageShape, runPeer } from '../peer.mjs';

/** Arrays are counted: handing one over gives it up, `.ref` keeps it. */
async function open({ threads }) {
  // Without a Worker, as in Node, jax-js computes on one thread; it makes as many as there are cores.
  if (threads > 1) {
    globalThis.Worker = NodeWorker;
    globalThis.navigator = { hardwareConcurrency: threads };
  }
  const { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy: np, random, tree, valueAndGrad } = await import('@jax-js/jax');
  await init('wasm');
  defaultDevice('wasm');

  const parameters = {};
  for (const [name, { shape, data }] of loadWeights(cacheFolder)) {
    if (shape.length === 4) {
      const [R, S, C, K] = shape;
      parameters[name] = np.array(filtersFirst(data, shape)).reshape([K, C, R, S]);
    } else {
      parameters[name] = np.array(name === 'fc6.weight' ? rowsChannelsFirst(data, shape) : data).reshape(shape);
    }
  }

  const conv = (p, name, x) => {
    const { stride, padding: [top, left, bottom, right], groups } = convolutions.find((layer) => layer.name === name);
    const y = lax.convGeneralDilated(x, p[`${name}.weight`].ref, [stride, stride], [[top, bottom], [left, right]], { featureGroupCount: groups });
    return y.add(p[`${name}.bias`].ref.reshape([-1, 1, 1]));
  };
  const norm = (x) => {
    const { size, alpha, beta, k, groups } = normalisation;
    const [N, C, H, W] = x.shape;
    const reach = (size - 1) / 2;
    const depth = C / groups;
    const halves = x.reshape([N * groups, depth, H, W]);
    const squares = np.pad(np.square(halves.ref), [[0, 0], [reach, reach], [0, 0], [0, 0]]);
    let sum = squares.ref.slice([], [0, depth]);
    for (let i = 1; i < size; i++) sum = sum.add((i === size - 1 ? squares : squares.ref).slice([], [i, i + depth]));
    return halves.mul(np.exp(np.log(sum.mul(alpha / size).add(k)).mul(-beta))).reshape([N, C, H, W]);
  };
  const pool = (x) => lax.reduceWindow(x, np.max, [3, 3], [2, 2]);

  const forward = (p, images, masks) => {
    let x = nn.relu(pool(norm(conv(p, 'conv1', images))));
    x = pool(norm(nn.relu(conv(p, 'conv2', x))));
    x = nn.relu(conv(p, 'conv3', x));
    x = nn.relu(conv(p, 'conv4', x));
    x = nn.relu(pool(conv(p, 'conv5', x)));
    x = x.reshape([x.shape[0], 9216]);
    for (const [i, { name }] of dense.entries()) {
      x = np.matmul(x, p[`${name}.weight`].ref).add(p[`${name}.bias`].ref);
      if (i < dense.length - 1) x = nn.relu(x).mul(masks === undefined ? keep : masks[i]);
    }
    tree.dispose(p);
    return x;
  };
  const predict = jit((p, images) => forward(p, images));

  const prepareForward = async (count, pixels) => {
    const images = np.array(channelsFirst(pixels, imageShape(count))).reshape([count, 3, 224, 224]);
    return () => predict(tree.ref(parameters), images.ref).data();
  };

  const loss = (p, images, targets, masks) => {
    const logits = forward(p, images, masks);
    return np.mean(np.sum(nn.logSoftmax(logits).mul(targets), -1)).mul(-1);
  };
  const step = jit((p, velocity, images, targets, masks) => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(p), images, targets, masks);
    const moved = tree.map((v, g, w) => v.mul(update.momentum).sub(g.add(w.mul(update.weightDecay)).mul(update.rate)), velocity, gradients, tree.ref(p));
    return [value, tree.map((w, v) => w.add(v), p, tree.ref(moved)), moved];
  });
  const prepareTraining = async (count) => {
    const images = random.uniform(random.key(1), [count, 3, 224, 224]).mul(208).sub(104);
    const targets = nn.oneHot(np.array(labels(count), { dtype: np.int32 }), 1000);
    let now = tree.ref(parameters);
    let velocity = tree.map((w) => np.zeros(w.shape), tree.ref(parameters));
    let at = 0;
    return async () => {
      const masks = [0, 1].map(() => random.bernoulli(random.key(at++), keep, [count, 4096]).astype(np.float32));
      const [value, next, moved] = step(now, velocity, images.ref, targets.ref, masks);
      [now, velocity] = [next, moved];
      await blockUntilReady([now, velocity]);
      return value.data();
    };
  };

  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../node_modules/@jax-js/jax/package.json'), 'utf8'));
  return {
    peer: 'jax-js',
    version,
    threads,
    note: 'wasm with SIMD; threads by a Worker made of Node\'s threads, without which it has one; few images, since it is slow; normalisation by five shifted squares',
    prepareForward,
    prepareTraining,
    limits: { forward: 2, training: 1 },
  };
}

await runPeer(open);
