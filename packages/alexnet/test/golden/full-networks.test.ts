import { readFile } from 'node:fs/promises';
import { buildNetwork } from '@convkit/alexnet';
import { releaseAll, uploadParameters } from '@convkit/layers';
import { readSafetensors } from '@convkit/model-io';
import { expect, vi } from 'vitest';
import { itWithShared } from '../../../datasets/test/support/shared-data.js';
import { cpuDevice } from '../../../kernels-cpu/test/support/cpu-device.js';
import { expectClose } from '../../../kernels-gpu/test/support/expect-close.js';
import { NdArray } from '../../../kernels-gpu/test/support/nd-array.js';
import { archive, classes, fullNetwork, fullNetworks, photograph, seed } from './full-networks.js';

/** Of each number, or of the root mean square of all where that is larger. */
const TOLERANCE = 1e-4;

const { tensors, metadata } = readSafetensors(new Uint8Array(await readFile(new URL('full-networks.safetensors', import.meta.url))), { file: 'full-networks.safetensors' });
const descriptions = JSON.parse(metadata.get('networks') ?? '') as Record<string, unknown>;

// 61 million first values are drawn, one after the other.
vi.setConfig({ testTimeout: 300_000 });

for (const name of fullNetworks) {
  itWithShared(archive, `${name} at full size gives a photograph the logits of PyTorch`, async (path) => {
    const { design, parameters: first, x: view, pixels } = await fullNetwork(name, path);
    expect({ name, design, classes, seed, photograph, pixels }, 'what the golden file was made of').toEqual(descriptions[name]);

    const device = await cpuDevice.open();
    try {
      const parameters = await uploadParameters(device, first);
      using x = await device.upload(view.shape, view.data, 'x');
      using logits = await buildNetwork(design, { classes }).predict(device, x, parameters);
      const expected = tensors.get(name);
      if (expected === undefined) throw new Error(`full-networks.safetensors has no ${name}`);
      expectClose(await device.download(logits), NdArray.of(expected), TOLERANCE);
      releaseAll(parameters.values());
      expect(device.report().mode).toBe(cpuDevice.mode);
    } finally {
      await device.destroy();
    }
  });
}
