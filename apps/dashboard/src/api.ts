import type { TrainingCommand } from '@convkit/training';
import type { Activations, RunCard, RunInfo } from './wire.js';

/** The server said no, in words for people. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export async function fetchRuns(): Promise<readonly RunInfo[]> {
  return ((await (await ask('api/runs')).json()) as { runs: readonly RunInfo[] }).runs;
}

export async function fetchCard(run: string): Promise<RunCard> {
  return (await (await ask(`api/runs/${run}/card`)).json()) as RunCard;
}

/** The first kernels as the newest checkpoint has them. */
export async function fetchKernels(run: string): Promise<{ readonly picture: ImageBitmap; readonly step: number }> {
  const response = await ask(`api/runs/${run}/kernels.png`);
  return { picture: await createImageBitmap(await response.blob()), step: Number(response.headers.get('x-step')) };
}

export async function fetchActivations(run: string, image: number): Promise<Activations> {
  return (await (await ask(`api/runs/${run}/activations/${image}`)).json()) as Activations;
}

export async function sendCommand(run: string, command: TrainingCommand): Promise<void> {
  await ask(`api/runs/${run}/commands`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(command) });
}

/** Where a test image lies. */
export function imageAddress(run: string, image: number): string {
  return `api/runs/${run}/images/${image}.png`;
}

export function eventsAddress(run: string): string {
  return `api/runs/${run}/events`;
}

async function ask(address: string, options?: RequestInit): Promise<Response> {
  const response = await fetch(address, options);
  if (!response.ok) throw new Refused(response.status, (await response.text()).trim() || `The server answers ${response.status}.`);
  return response;
}
