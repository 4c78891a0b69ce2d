import { OptionError, canShareMemory, countCores, openDevice, type Device } from '@convkit/tensor';
import { Arena } from './arena.js';
import { CpuEngine } from './cpu-engine.js';
import { allocateMemory } from './device-memory.js';
import { loadModule } from './load-module.js';
import { HEAP, SCRATCH_BYTES } from './memory-map.js';
import { SoloTeam } from './solo-team.js';
import { WorkerTeam } from './worker-team.js';

/** Options of {@link openCpuDevice}. */
export interface CpuDeviceOptions {
  /** Threads: all cores by default. Results are the same to the bit for any number. Where memory cannot be shared there is one. */
  readonly threads?: number;
  /** Multiplies and adds in one instruction, where the runtime has it (Node 22 and browsers of its age): faster, and other bits than without. Default false. */
  readonly relaxedSimd?: boolean;
  /** Memory for tensors that is never exceeded, in bytes. Default: what WebAssembly can address, 4 GiB. */
  readonly maxBytes?: number;
}

const MOST_THREADS = 64;

const engines = new WeakMap<Device, CpuEngine>();

/** The engine of a device that {@link openCpuDevice} has opened. @throws OptionError `OPTION_INVALID` for any other device */
export function engineOf(device: Device): CpuEngine {
  const engine = engines.get(device);
  if (engine === undefined) throw new OptionError({ code: 'OPTION_INVALID', message: `"${device.name}" is no device of kernels-cpu.`, help: 'open it by openCpuDevice().' });
  return engine;
}

/**
 * Opens the device `cpu`: tuned WebAssembly SIMD code for every kernel of a training step, on all cores. Kernels it has no code for run by their bodies, and `report().untuned` names them.
 *
 * Threads need shared memory, which a browser gives to cross-origin isolated pages only; elsewhere the calling thread computes, between turns of its event loop.
 * Node exits by itself while a device is idle, destroyed or not.
 *
 * @throws DeviceError `DEVICE_UNAVAILABLE` when the runtime lacks WebAssembly SIMD, or relaxed SIMD if that is asked for.
 * @throws OptionError `OPTION_INVALID`
 *
 * @example
 * ```ts
 * import { openCpuDevice } from '@convkit/kernels-cpu';
 * import { denseForward } from '@convkit/kernels-gpu';
 *
 * const device = await openCpuDevice({ threads: 2 });
 * using x = await device.upload([1, 2], Float32Array.of(1, 2), 'x');
 * using weight = await device.upload([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6), 'weight');
 * using bias = await device.upload([3], Float32Array.of(0, 0, 1), 'bias');
 * using y = await device.run(denseForward, [x, weight, bias], {});
 * console.log((await device.download(y)).data); // Float32Array(3) [ 9, 12, 16 ]
 * await device.destroy();
 * ```
 */
export async function openCpuDevice(options: CpuDeviceOptions = {}): Promise<Device> {
  const { relaxedSimd = false, maxBytes = Infinity } = options;
  const shared = canShareMemory();
  const threads = shared ? (options.threads ?? defaultThreads()) : 1;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new OptionError({ code: 'OPTION_INVALID', message: `threads is ${threads}, which is no whole number from 1 to ${MOST_THREADS}.`, help: 'leave threads out to use all cores.' });
  }
  if (!(maxBytes > 0)) throw new OptionError({ code: 'OPTION_INVALID', message: `maxBytes is ${maxBytes}, but must be above 0.`, help: 'leave maxBytes out to set no limit.' });
  const module = await loadModule(shared, relaxedSimd);
  const start = HEAP + threads * SCRATCH_BYTES;
  const { memory, maximum, growTo } = allocateMemory(start, shared);
  const team = shared ? new WorkerTeam(module, memory, threads) : new SoloTeam(module, memory);
  const arena = new Arena(start, Math.min(maximum, start + maxBytes), growTo);
  const engine = new CpuEngine(team, memory, arena, relaxedSimd);
  const device = openDevice(engine);
  engines.set(device, engine);
  return device;
}

/** How many threads a device has that is told nothing. */
export function defaultThreads(): number {
  return canShareMemory() ? Math.min(countCores(), MOST_THREADS) : 1;
}
