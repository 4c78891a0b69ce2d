import { expect, it } from 'vitest';
import { ThreadTeam, type TeamKernel } from '../../src/gpujs/thread-team.js';

/** `run(start, end, seed)` and `run_simd` of a module without gpu.js: both add one to the cells, or trap at a cell. */
function kernelOf(id: number, memory: WebAssembly.Memory, cells: number, row: number, trapAt = -1): TeamKernel {
  return { id, module: new WebAssembly.Module(moduleBytes(trapAt)), memory, math: [], cells, row };
}

/**
 *     (func (param $i i32) (param $end i32) (param $seed i32)
 *       loop
 *         local.get $i  i32.const TRAP  i32.eq  if unreachable end
 *         i32[$i * 4] += 1;  $i += 1;  br_if loop ($i < $end)
 *       end)
 */
function moduleBytes(trapAt: number): Uint8Array<ArrayBuffer> {
  const body = [
    ...[0x00, 0x03, 0x40],
    ...[0x20, 0x00, 0x41, ...signed(trapAt), 0x46, 0x04, 0x40, 0x00, 0x0b],
    ...[0x20, 0x00, 0x41, 0x04, 0x6c, 0x20, 0x00, 0x41, 0x04, 0x6c, 0x28, 0x02, 0x00, 0x41, 0x01, 0x6a, 0x36, 0x02, 0x00],
    ...[0x20, 0x00, 0x41, 0x01, 0x6a, 0x22, 0x00, 0x20, 0x01, 0x48, 0x0d, 0x00, 0x0b, 0x0b],
  ];
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const section = (id: number, content: readonly number[]) => [id, content.length, ...content];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0]),
    ...section(2, [1, ...name('env'), ...name('memory'), 2, 3, 1, 1]),
    ...section(3, [1, 0]),
    ...section(7, [2, ...name('run'), 0, 0, ...name('run_simd'), 0, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

/** A number of up to 14 bits as WebAssembly writes it. */
function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 0x7f] : [(value & 0x7f) | 0x80, (value >> 7) & 0x7f];
}

const sharedPage = () => new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
const counts = (memory: WebAssembly.Memory, cells: number) => new Set(new Int32Array(memory.buffer, 0, cells));

it.each([1, 2, 3, 5])('computes every cell once, %d threads, whatever the rows', async (size) => {
  const team = new ThreadTeam(size);
  let id = 0;
  for (const [cells, row] of [[1, Infinity], [4, Infinity], [257, Infinity], [4_096, Infinity], [6_006, 3], [8_190, 13], [16_000, Infinity]]) {
    const memory = sharedPage();
    const kernel = kernelOf(++id, memory, cells, row);
    for (let launch = 1; launch <= 50; launch++) await team.run(kernel);
    expect(counts(memory, cells), `${cells} cells in rows of ${row}`).toEqual(new Set([50]));
    expect(new Int32Array(memory.buffer)[cells] ?? 0).toBe(0);
  }
  team.destroy();
});

it('tells what failed on a thread, and works on', async () => {
  const team = new ThreadTeam(2);
  const memory = sharedPage();
  const good = kernelOf(1, memory, 4_000, Infinity);
  for (const trapAt of [0, 1_999, 3_999]) {
    for (let again = 0; again < 20; again++) {
      await expect(team.run(kernelOf(10 + trapAt, memory, 4_000, Infinity, trapAt))).rejects.toThrow('unreachable');
      new Int32Array(memory.buffer).fill(0);
      await team.run(good);
      expect(counts(memory, 4_000)).toEqual(new Set([1]));
    }
  }
  team.destroy();
});

it('forgets kernels, and learns others under way', async () => {
  const team = new ThreadTeam(2);
  const memory = sharedPage();
  for (let id = 1; id <= 100; id++) {
    await team.run(kernelOf(id, memory, 1_000, Infinity));
    team.drop(id);
  }
  expect(counts(memory, 1_000)).toEqual(new Set([100]));
  team.destroy();
  await expect(team.run(kernelOf(1, memory, 1_000, Infinity))).rejects.toMatchObject({ code: 'DEVICE_LOST' });
});
