import { deviceNames, type DeviceRequest } from '@convkit/kernels-cpu';

/** Everything a run needs to be repeated. */
export interface Settings {
  readonly device: DeviceRequest;
  readonly steps: number;
  /** Images in an update. */
  readonly batch: number;
  readonly seed: number;
  /** How many of the test images judge the result. */
  readonly testImages: number;
}

/** Least, largest and first value of the numbers. */
export const ranges = {
  steps: { least: 1, most: 100_000, first: 400 },
  batch: { least: 1, most: 1_024, first: 32 },
  seed: { least: 0, most: 2 ** 31 - 1, first: 1 },
  testImages: { least: 1, most: 10_000, first: 1_000 },
} as const;

/** The settings in an address such as `?device=webgpu&steps=20`; what is missing or makes no sense is what it would be without it. */
export function settingsOf(query: URLSearchParams): Settings {
  const number = (name: keyof typeof ranges) => {
    const { least, most, first } = ranges[name];
    const value = Number(query.get(name) ?? first);
    return Number.isInteger(value) && value >= least && value <= most ? value : first;
  };
  return {
    device: deviceNames.find((name) => name === query.get('device')) ?? 'auto',
    steps: number('steps'),
    batch: number('batch'),
    seed: number('seed'),
    testImages: number('testImages'),
  };
}
