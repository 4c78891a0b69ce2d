import { openDevice, sizeOf, type Device } from '@convkit/tensor';

/** What stands for a tensor: how many numbers it has. */
interface Counted {
  readonly size: number;
}

/** See {@link openCountingDevice}. */
export interface CountingDevice {
  readonly device: Device;
  /** Bytes of tensors that were there after each one that was made. */
  readonly live: readonly number[];
}

/**
 * A device that computes nothing and counts the memory that the same calls would take on another. Whatever is read from it is zero.
 *
 * @param like The device that it stands for: `cpu` writes a result over a donated input of the same size, others beside it.
 */
export function openCountingDevice(like: Pick<Device, 'name' | 'limits'>): CountingDevice {
  const inPlace = like.name === 'cpu';
  const live: number[] = [];
  let bytes = 0;
  const make = (size: number): Counted => {
    bytes += 4 * size;
    live.push(bytes);
    return { size };
  };
  const device = openDevice<Counted>({
    name: like.name,
    limits: like.limits,
    upload: async ({ length }) => make(length),
    async launch({ plan, inputs, donated }) {
      const size = sizeOf(plan.output);
      return inputs.find((input, i) => inPlace && donated[i] && input.size === size) ?? make(size);
    },
    download: async (_, size) => new Float32Array(size),
    free({ size }) {
      bytes -= 4 * size;
    },
    describe: () => ({ mode: 'counting', kernels: 0, untuned: [], details: {} }),
    destroy: async () => {},
  });
  return { device, live };
}
