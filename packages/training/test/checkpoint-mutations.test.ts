import { FormatError, RandomStream, Tensor, sha256 } from '@convkit/tensor';
import { decodeCheckpoint, encodeCheckpoint } from '@convkit/training';
import { expect, it } from 'vitest';

/** Where the digits of the checksum stand. */
const digest = 8 + '{"__metadata__":{"sha256":"'.length;

it('10,000 mutated checkpoints are each refused with a typed error or read, without touching a prototype', { timeout: 300_000 }, async () => {
  const source = await encodeCheckpoint({
    about: { model: 'tiny' },
    progress: { step: 12, epoch: 2, batch: 2, seed: 7, sums: { loss: 0.5, top1: 3, top5: 7, images: 8 }, evaluations: [{ step: 10, epoch: 2, loss: NaN, top1: 0 }], divisions: [{ step: 7, by: 10 }] },
    parameters: new Map([['fc.weight', Tensor.from([2, 2], [1, 2, 3, 4])]]),
    optimiserState: new Map([['fc.weight', Tensor.from([2, 2], [5, 6, 7, 8])]]),
  });
  const headerEnd = 8 + Number(new DataView(source.buffer, source.byteOffset).getBigUint64(0, true));
  const text = new TextEncoder();
  const stream = new RandomStream(1, 'mutations');
  const counts = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    const draws = stream.at(i);
    let file = source.slice();
    for (let change = draws.integer(3); change >= 0; change--) {
      // Mostly in the state, which stands between the checksum and the tensors.
      const at = draws.uniform() < 0.9 ? digest + 64 + draws.integer(headerEnd - digest - 64) : draws.integer(file.length);
      const kind = draws.integer(4);
      if (kind === 0) file[Math.min(at, file.length - 1)] = draws.integer(256);
      else if (kind === 1) file[Math.min(at, file.length - 1)] = '{}[]",:0123456789\\e-n '.charCodeAt(draws.integer(22));
      else if (kind === 2) file = file.slice(0, Math.max(1, at));
      else {
        const added = text.encode(['{', '\\"__proto__\\":', '-1', 'null', '9e999', ',', '[]'][draws.integer(7)]);
        const longer = new Uint8Array(file.length + added.length);
        longer.set(file.subarray(0, at));
        longer.set(added, Math.min(at, file.length));
        longer.set(file.subarray(at), Math.min(at, file.length) + added.length);
        file = longer;
      }
    }
    // Most with length and checksum made right again, so that what lies behind them is reached.
    if (i % 4 !== 0 && file.length > digest + 64) {
      new DataView(file.buffer).setBigUint64(0, BigInt(Math.max(0, file.lastIndexOf('}'.charCodeAt(0)) + 1 - 8)), true);
      file.set(text.encode(await sha256(file.subarray(digest + 64))), digest);
    }
    let outcome = 'read';
    try {
      const { progress, parameters, optimiserState } = await decodeCheckpoint(file, 'm');
      const values = [...parameters.values(), ...optimiserState.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
      if (!Number.isSafeInteger(progress.step) || values > file.length) throw new Error(`file ${i} gives what it does not hold`);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      outcome = error.code;
    }
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  // The mutations reach every layer: the header, the layout of the tensors, the checksum, and the state behind it.
  expect([...counts.keys()]).toEqual(expect.arrayContaining(['read', 'FILE_CHECKSUM', 'FILE_STATE', 'FILE_HEADER', 'FILE_LAYOUT', 'FILE_TRUNCATED']));
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>).step).toBeUndefined();
});
