import { FormatError } from '@convkit/tensor';
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.js';

/** Where checkpoints are kept: a folder, a browser's storage, a map. */
export interface CheckpointStore {
  /** Keeps the bytes under a name. When it resolves they are safe; when it fails, or the process dies, what was there before still is. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** What was written under the name; rejects when there is nothing. */
  read(name: string): Promise<Uint8Array>;
  /** The names of all that is kept, in any order. */
  list(): Promise<readonly string[]>;
  /** Forgets what was written under the name. */
  remove(name: string): Promise<void>;
}

/** A store that lives as long as the program does. */
export function memoryCheckpointStore(): CheckpointStore {
  const files = new Map<string, Uint8Array>();
  return {
    write: async (name, bytes) => void files.set(name, new Uint8Array(bytes)),
    read: async (name) => {
      const bytes = files.get(name);
      if (bytes === undefined) throw new FormatError({ code: 'FILE_MISSING', message: `${name}: there is no such checkpoint.` });
      return new Uint8Array(bytes);
    },
    list: async () => [...files.keys()],
    remove: async (name) => void files.delete(name),
  };
}

/**
 * Writes a checkpoint under the name of its step and then removes the oldest beyond `keep`.
 *
 * @param keep How many stay; more than one, so that a torn file has one before it. Default 3.
 * @returns The name, such as `step-00000300.safetensors`.
 * @throws what the store throws; nothing was removed then.
 */
export async function saveCheckpoint(store: CheckpointStore, checkpoint: Checkpoint, keep = 3): Promise<string> {
  const name = `step-${String(checkpoint.progress.step).padStart(8, '0')}.safetensors`;
  await store.write(name, await encodeCheckpoint(checkpoint));
  for (const old of (await checkpointNames(store)).slice(keep)) if (old !== name) await store.remove(old);
  return name;
}

/** The name of the checkpoint of the best judgement. */
const bestName = 'best.safetensors';

/** Writes the checkpoint of the best judgement so far, in the place of the one before it. @returns Its name, `best.safetensors`. @throws what the store throws; the one before is still there then. */
export async function saveBestCheckpoint(store: CheckpointStore, checkpoint: Checkpoint): Promise<string> {
  await store.write(bestName, await encodeCheckpoint(checkpoint));
  return bestName;
}

/** The checkpoint of the best judgement. @throws FormatError when there is none or it is not whole; what the store throws */
export async function bestCheckpoint(store: CheckpointStore): Promise<Checkpoint> {
  return decodeCheckpoint(await store.read(bestName), bestName);
}

/** What {@link latestCheckpoint} found. */
export interface LatestCheckpoint {
  /** The newest good one; undefined when there is none. */
  readonly found:
    | {
        /** Its name in the store. */
        readonly name: string;
        /** What it holds. */
        readonly checkpoint: Checkpoint;
      }
    | undefined;
  /** Newer ones that could not be read, newest first. */
  readonly skipped: readonly {
    /** Its name in the store. */
    readonly name: string;
    /** What is wrong with it. */
    readonly error: FormatError;
  }[];
}

/** Finds the newest checkpoint that is whole; torn ones are passed over and told. @throws what the store throws */
export async function latestCheckpoint(store: CheckpointStore): Promise<LatestCheckpoint> {
  const skipped: { name: string; error: FormatError }[] = [];
  for (const name of await checkpointNames(store)) {
    try {
      return { found: { name, checkpoint: await decodeCheckpoint(await store.read(name), name) }, skipped };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      skipped.push({ name, error });
    }
  }
  return { found: undefined, skipped };
}

/** Newest first. Whatever else lies in the store is none of ours. */
async function checkpointNames(store: CheckpointStore): Promise<string[]> {
  return (await store.list()).filter((name) => /^step-\d{8,}\.safetensors$/.test(name)).sort((a, b) => stepOf(b) - stepOf(a));
}

function stepOf(name: string): number {
  return Number(name.slice('step-'.length, -'.safetensors'.length));
}
