import { chooseDevice } from '@convkit/kernels-cpu';
import { openOutput } from '../output.js';

/** What the command line may say. */
export interface DoctorFlags {
  readonly json?: boolean;
}

/** A device and whether it is there. */
interface Finding {
  readonly name: string;
  readonly available: boolean;
  /** Why not; null when it is. */
  readonly reason: string | null;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** `alexnet doctor`: which devices this machine has, and which of them `auto` takes. */
export async function doctorCommand({ json = false }: DoctorFlags): Promise<void> {
  const { name: auto, reason: why, probes } = await chooseDevice();
  const devices: Finding[] = [
    ...probes.map(({ name, available, reason, details }) => ({ name, available, reason: reason?.replace(`${name}: `, '') ?? null, details })),
    { name: 'host', available: true, reason: null, details: { use: 'the reference: right and slow' } },
  ];
  openOutput(json).done({ type: 'done', devices, auto, why, node: process.versions.node, platform: `${process.platform} ${process.arch}` }, [
    `Node ${process.versions.node} on ${process.platform} ${process.arch}`,
    ...devices.map(describe),
    `--device auto takes ${auto}. ${why}`,
  ]);
}

function describe({ name, available, reason, details }: Finding): string {
  const about = Object.entries(details).map(([key, value]) => `${key} ${typeof value === 'number' ? value.toLocaleString('en-US') : String(value)}`);
  return `  ${name.padEnd(14)}${(available ? 'yes' : 'no').padEnd(5)}${reason ?? about.join(', ')}`.trimEnd();
}
