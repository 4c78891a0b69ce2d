import { dirname, resolve } from 'node:path';
import type { RandomDraws } from '@convkit/tensor';
import type { Files } from '../../src/file-checkpoint-store.js';

/** Bytes that a disk writes whole or not at all. */
const block = 512;

/** A file or a folder, as programs see it and as it would be after a loss of power. */
interface Node {
  readonly folder: boolean;
  data: Uint8Array;
  synced: Uint8Array;
}

/** A change of a folder's entries that no sync has made durable: what stands under the paths from then on. */
type Change = readonly (readonly [path: string, node: Node | undefined])[];

/**
 * A disk in memory that promises no more than POSIX does. What was synced stays: the bytes of a file by its own sync, the entries of a folder by that of the folder.
 * Of all else a loss of power leaves what it likes: of the bytes any blocks, of the entries any changes, in any order.
 */
export class ForgetfulDisk {
  /** Calls so far; a write counts by blocks. */
  operations = 0;
  readonly #losesPowerAt: number;
  readonly #syncs: boolean;
  #entries = new Map<string, Node>([['/', folderNode()]]);
  #durable = new Map(this.#entries);
  #changes: Change[] = [];

  /**
   * @param losesPowerAt The operation in which everything ends: it and all after it fail.
   * @param syncs False for a disk that says it has synced and has not.
   */
  constructor(losesPowerAt = Infinity, syncs = true) {
    this.#losesPowerAt = losesPowerAt;
    this.#syncs = syncs;
  }

  get lostPower(): boolean {
    return this.operations >= this.#losesPowerAt;
  }

  /** What a new start finds. */
  afterPowerLoss(draws: RandomDraws): ForgetfulDisk {
    const entries = new Map(this.#durable);
    for (const change of this.#changes) if (draws.uniform() < 0.5) apply(change, entries);
    const found = new ForgetfulDisk();
    for (const [path, node] of entries) {
      if (!reachable(path, entries)) continue;
      const data = node.folder ? node.data : remains(node, draws);
      found.#entries.set(path, { folder: node.folder, data, synced: data });
    }
    found.#durable = new Map(found.#entries);
    return found;
  }

  readonly files = {
    mkdir: async (path: string): Promise<string | undefined> => {
      this.#count();
      const missing: string[] = [];
      for (let at = resolve(path); !this.#entries.has(at); at = dirname(at)) missing.unshift(at);
      for (const each of missing) this.#change([[each, folderNode()]]);
      return missing[0];
    },
    open: async (path: string, flags: 'r' | 'w') => {
      this.#count();
      const full = resolve(path);
      if (flags === 'r') return this.#handle(full, this.#nodeAt(full));
      this.#nodeAt(dirname(full));
      const node = this.#entries.get(full) ?? { folder: false, data: new Uint8Array(), synced: new Uint8Array() };
      if (!this.#entries.has(full)) this.#change([[full, node]]);
      node.data = new Uint8Array();
      return this.#handle(full, node);
    },
    readdir: async (path: string): Promise<string[]> => {
      this.#count();
      const full = resolve(path);
      this.#nodeAt(full);
      return [...this.#entries.keys()].filter((entry) => entry !== '/' && dirname(entry) === full).map((entry) => entry.slice(full.length).replace(/^\//, ''));
    },
    readFile: async (path: string): Promise<Uint8Array> => {
      this.#count();
      return this.#nodeAt(resolve(path)).data.slice();
    },
    rename: async (from: string, to: string): Promise<void> => {
      this.#count();
      this.#change([[resolve(from), undefined], [resolve(to), this.#nodeAt(resolve(from))]]);
    },
    rm: async (path: string): Promise<void> => {
      this.#count();
      if (this.#entries.has(resolve(path))) this.#change([[resolve(path), undefined]]);
    },
  } as unknown as Files;

  #handle(path: string, node: Node) {
    return {
      writeFile: async (bytes: Uint8Array) => {
        for (let at = 0; at < bytes.length; at += block) {
          this.#count();
          node.data = new Uint8Array(Buffer.concat([node.data, bytes.subarray(at, at + block)]));
        }
      },
      sync: async () => {
        this.#count();
        if (!this.#syncs) return;
        if (!node.folder) node.synced = node.data;
        else this.#makeDurable(path);
      },
      close: async () => undefined,
    };
  }

  #makeDurable(folder: string): void {
    const inFolder = (change: Change): boolean => change.some(([path]) => dirname(path) === folder);
    for (const change of this.#changes.filter(inFolder)) apply(change, this.#durable);
    this.#changes = this.#changes.filter((change) => !inFolder(change));
  }

  #change(change: Change): void {
    apply(change, this.#entries);
    this.#changes.push(change);
  }

  #nodeAt(path: string): Node {
    const node = this.#entries.get(path);
    if (node === undefined) throw Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
    return node;
  }

  #count(): void {
    this.operations++;
    if (this.lostPower) throw Object.assign(new Error('EIO: the power is gone'), { code: 'EIO' });
  }
}

function folderNode(): Node {
  return { folder: true, data: new Uint8Array(), synced: new Uint8Array() };
}

function apply(change: Change, entries: Map<string, Node>): void {
  for (const [path, node] of change) {
    if (node === undefined) entries.delete(path);
    else entries.set(path, node);
  }
}

/** Whether all folders above a path are there. */
function reachable(path: string, entries: ReadonlyMap<string, Node>): boolean {
  return path === '/' || (entries.get(dirname(path))?.folder === true && reachable(dirname(path), entries));
}

/** The bytes that were synced, or some of the later ones: a length that was reached, and of its blocks those that were written, zeros elsewhere. */
function remains({ data, synced }: Node, draws: RandomDraws): Uint8Array {
  if (data === synced) return synced;
  const blocks = draws.integer(Math.ceil(data.length / block) + 1);
  const left = new Uint8Array(Math.min(blocks * block, data.length));
  for (let at = 0; at < left.length; at += block) if (draws.uniform() < 0.5) left.set(data.subarray(at, Math.min(at + block, left.length)), at);
  return left;
}
