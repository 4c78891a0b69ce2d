import { recordDevice, type Device } from '@convkit/tensor';

/** A device whose n-th upload or launch (counted from 0) fails, and which knows the most tensors that were live at once. */
export interface WatchedDevice extends Device {
  peakTensors(): number;
  /** Uploads and launches so far. */
  count(): number;
  /** Labels that were live when a kernel was last launched. */
  liveAt(kernel: string): readonly string[];
}

/** Wraps a device. @param failAt Which upload or launch throws; none by default. A failing launch still uses up what was donated to it, as on a real device. */
export function watch(device: Device, failAt = Infinity): WatchedDevice {
  const inner = recordDevice(device);
  const live = new Map<string, readonly string[]>();
  let peak = 0;
  let count = 0;
  const done = <T>(value: T): T => {
    peak = Math.max(peak, inner.report().tensors);
    return value;
  };
  const upload: Device['upload'] = async (shape, data, label) => {
    if (count++ === failAt) throw new Error('out of memory');
    return done(await inner.upload(shape, data, label));
  };
  const run: Device['run'] = async (kernel, inputs, attributes, options) => {
    if (count++ === failAt) {
      for (const tensor of options?.donate ?? []) tensor.release();
      throw new Error('out of memory');
    }
    live.set(kernel.name, inner.report().live().map(({ label }) => label));
    return done(await inner.run(kernel, inputs, attributes, options));
  };
  return {
    name: inner.name,
    limits: inner.limits,
    upload,
    run,
    download: inner.download.bind(inner),
    reshape: inner.reshape.bind(inner),
    release: inner.release.bind(inner),
    owns: inner.owns.bind(inner),
    report: inner.report.bind(inner),
    destroy: inner.destroy.bind(inner),
    peakTensors: () => peak,
    count: () => count,
    liveAt: (kernel) => live.get(kernel) ?? [],
  };
}
