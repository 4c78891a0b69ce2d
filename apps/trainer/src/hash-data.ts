import type { DatasetSplits } from '@convkit/datasets';
import { lieInMemory } from './data.js';
import type { RunDescription } from './run-description.js';

/** `Dataset.hash` of both parts where that costs no reading: of data in memory, and of shards, whose index has it. Otherwise why it was not taken. */
export async function hashData(description: string, { train, test }: DatasetSplits): Promise<NonNullable<RunDescription['dataHash']>> {
  if (!lieInMemory(description) && !description.startsWith('shards:')) return { notTaken: 'all images would have to be read before the run' };
  return { train: await train.hash(), test: await test.hash() };
}
