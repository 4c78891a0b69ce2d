import { chooseDevice, probeDevices } from '@convkit/kernels-gpu';
import { openOutput } from '../output.js';

/** What the command line may say. */
export interface DoctorFlags {
  readonly json?: boolean;
}

/** `alexnet doctor`: which devices there are. */
export async function doctorCommand({ json = false }: DoctorFlags): Promise<void> {
  const output = openOutput(json);
  const devices = await probeDevices();
  const auto = await chooseDevice();
  output.done({ type: 'done', devices, auto: auto.name }, []);
}
