import { readSafetensors, writeSafetensors } from '@convkit/model-io';
import { FormatError, OptionError, Tensor } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '@convkit/training';

const evaluations = [
  { step: 5, epoch: 1, loss: 0.1 + 0.7, top1: 1 / 3 },
  { step: 10, epoch: 2, loss: NaN, top1: 0 },
];

const checkpoint: Checkpoint = {
  about: { model: 'tiny', classes: ['top', 'bottom'], nested: { a: [1, null, true] } },
  progress: { step: 12, epoch: 2, batch: 2, seed: 2 ** 53 - 1, sums: { loss: 0.1 + 0.2, top1: 3, top5: 7, images: 8 }, evaluations, divisions: [{ step: 7, by: 10 }] },
  parameters: new Map([['fc.weight', Tensor.from([2, 2], [1, 2, 3, 4])], ['fc.bias', Tensor.from([2], [-0, 6])]]),
  optimiserState: new Map([['fc.weight', Tensor.from([2, 2], [5, 6, 7, 8])]]),
};

async function codeOf(bytes: Uint8Array): Promise<string> {
  const error: unknown = await decodeCheckpoint(bytes, 'torn.safetensors').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FormatError);
  expect((error as FormatError).summary).toMatch(/^torn\.safetensors: /);
  return (error as FormatError).code;
}

/** A file that is whole as far as its checksum goes. */
async function withState(change: (state: { format: number; about: Record<string, unknown>; progress: Record<string, unknown> }) => unknown): Promise<Uint8Array> {
  const { tensors, metadata } = readSafetensors(await encodeCheckpoint(checkpoint));
  const state = JSON.stringify(change(JSON.parse(metadata.get('state') as string) as never));
  const bytes = writeSafetensors(tensors, new Map([['sha256', '0'.repeat(64)], ['state', state]]));
  const at = 8 + '{"__metadata__":{"sha256":"'.length;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes.slice(at + 64)));
  bytes.set(new TextEncoder().encode(Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')), at);
  return bytes;
}

describe('a checkpoint file', () => {
  it('gives back everything to the bit', async () => {
    const read = await decodeCheckpoint(await encodeCheckpoint(checkpoint), 'file');
    expect(read).toEqual({ ...checkpoint, parameters: new Map([...checkpoint.parameters].sort()) });
  });

  it('is a safetensors file whose weights stand under their own names', async () => {
    const { tensors, metadata } = readSafetensors(await encodeCheckpoint(checkpoint));
    expect([...tensors.keys()]).toEqual(['fc.bias', 'fc.weight', 'optimiser/fc.weight']);
    expect([...metadata.keys()]).toEqual(['sha256', 'state']);
    expect(JSON.parse(metadata.get('state') as string)).toEqual({ format: 3, about: checkpoint.about, progress: { ...checkpoint.progress, evaluations: [evaluations[0], { ...evaluations[1], loss: null }] } });
  });

  it('has equal bytes for equal content', async () => {
    expect(await encodeCheckpoint(checkpoint)).toEqual(await encodeCheckpoint(structuredCloneOf(checkpoint)));
  });

  it('is refused when any one byte is changed', async () => {
    const bytes = await encodeCheckpoint(checkpoint);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] ^= 1;
      expect(await codeOf(changed)).toMatch(/^FILE_/);
    }
  });

  it('is refused when it is cut anywhere', async () => {
    const bytes = await encodeCheckpoint(checkpoint);
    for (let length = 0; length < bytes.length; length++) expect(await codeOf(bytes.slice(0, length))).toMatch(/^FILE_/);
  });

  it('is refused when it is another kind of file', async () => {
    expect(await codeOf(writeSafetensors(checkpoint.parameters))).toBe('FILE_STATE');
    expect(await codeOf(new TextEncoder().encode('no safetensors'))).toBe('FILE_LIMIT');
  });

  it('is refused when its state is of another version or not whole, though the checksum fits', async () => {
    expect(await decodeCheckpoint(await withState((state) => state), 'file')).toMatchObject({ progress: checkpoint.progress });
    expect(await codeOf(await withState((state) => ({ ...state, format: 4 })))).toBe('FILE_VERSION');
    expect(await codeOf(await withState((state) => ({ ...state, format: 0 })))).toBe('FILE_VERSION');
    const changes: ((state: { format: number; about: Record<string, unknown>; progress: Record<string, unknown> }) => unknown)[] = [
      () => null,
      () => [],
      () => 'text',
      (state) => ({ ...state, format: '1' }),
      (state) => ({ ...state, about: undefined }),
      (state) => ({ ...state, about: [] }),
      (state) => ({ ...state, progress: 7 }),
      (state) => ({ ...state, progress: { ...state.progress, step: -1 } }),
      (state) => ({ ...state, progress: { ...state.progress, epoch: 1.5 } }),
      (state) => ({ ...state, progress: { ...state.progress, seed: null } }),
      (state) => ({ ...state, progress: { ...state.progress, sums: {} } }),
      (state) => ({ ...state, progress: { ...state.progress, sums: { loss: 1, correct: 3, images: 8 } } }),
      (state) => ({ ...state, progress: { ...state.progress, evaluations: undefined } }),
      (state) => ({ ...state, progress: { ...state.progress, evaluations: {} } }),
      (state) => ({ ...state, progress: { ...state.progress, evaluations: [7] } }),
      (state) => ({ ...state, progress: { ...state.progress, evaluations: [{ step: 5, epoch: 1, loss: 'small', top1: 1 }] } }),
      (state) => ({ ...state, progress: { ...state.progress, divisions: undefined } }),
      (state) => ({ ...state, progress: { ...state.progress, divisions: [10] } }),
      (state) => ({ ...state, progress: { ...state.progress, divisions: [{ step: 5, by: 1 }] } }),
    ];
    for (const change of changes) expect(await codeOf(await withState(change))).toBe('FILE_STATE');
  });

  it('may be of layout 2, which had no divisions of the rates', async () => {
    const { divisions: _, ...progress } = checkpoint.progress;
    const old = await withState((state) => ({ ...state, format: 2, progress }));
    expect((await decodeCheckpoint(old, 'file')).progress).toEqual({ ...progress, divisions: [] });
  });

  it('may be of layout 1, which had no judgements and did not count the top-5 of an epoch', async () => {
    const { evaluations: _, divisions: __, ...progress } = checkpoint.progress;
    const old = await withState((state) => ({ ...state, format: 1, progress: { ...progress, sums: { loss: 0.5, correct: 3, images: 8 } } }));
    const read = await decodeCheckpoint(old, 'file');
    expect(read.progress).toEqual({ ...progress, sums: { loss: 0.5, top1: 3, top5: NaN, images: 8 }, evaluations: [], divisions: [] });
    expect(read.parameters).toEqual(new Map([...checkpoint.parameters].sort()));
    expect((await decodeCheckpoint(await encodeCheckpoint(read), 'file')).progress).toEqual(read.progress);
  });

  it('cannot hold a parameter that looks like the optimiser', async () => {
    const parameters = new Map([['optimiser/fc.weight', Tensor.zeros([1])]]);
    await expect(encodeCheckpoint({ ...checkpoint, parameters })).rejects.toThrow(OptionError);
  });
});

function structuredCloneOf({ about, progress, parameters, optimiserState }: Checkpoint): Checkpoint {
  return { about, progress, parameters: new Map([...parameters].reverse()), optimiserState };
}
