import { oneHot } from '@convkit/data-aug';
import { canShareMemory, ConvkitError, OptionError, sizeOf, Tensor } from '@convkit/tensor';
import { connect, type Connection, type LoaderWorker } from './loader-worker.js';
import type { RowsAnswer, WorkerMessage } from './messages.js';
import { unpackError } from './pack-error.js';
import { assertWhole, type Batches, type RowSource } from './row-source.js';

/** What {@link openLoader} needs. */
export interface LoaderOptions {
  /** What the batches are, as the row sources of the workers have it; a {@link RowSource} will do. */
  readonly source: Omit<RowSource, 'rows'>;
  /** Starts a worker whose script calls {@link serveRows}: only the application knows where that lies. */
  readonly start: () => LoaderWorker;
  /** Workers, at least 1. Their number changes no batch. */
  readonly workers: number;
  /** What the workers make their row sources of: plain data, sent to each. */
  readonly description?: unknown;
  /** Batches in memory, at least 3: two that the caller may read, the others in the making. Default 4. */
  readonly slots?: number;
  /** Rows that a worker makes at a time, at least 1. Default 8. */
  readonly pieceRows?: number;
  /** Is told what workers `tell`. */
  readonly onTold?: (message: unknown) => void;
}

/** Batches that workers make ahead. */
export interface Loader extends Batches {
  /**
   * The batch at a place, as {@link batchesOf} would make it. Meant to be asked for one after the other; another place begins anew there, and the place of the last one gives that again.
   * Its images lie in the loader's own memory: they stay as they are until the next but one is asked for.
   *
   * @throws OptionError `OPTION_INVALID` for a place that is none; what a worker threw while it made the batch;
   * ConvkitError `WORKER_DIED`, `LOADER_CLOSED`, `BATCH_GIVEN_UP` (two more were asked for before it was there).
   */
  batch: Batches['batch'];
  /** Ends the workers. Nothing keeps Node alive afterwards. */
  close(): Promise<void>;
}

/** Pieces in the hands of a worker: one that it works on, and one that waits so that it need not. */
const DEPTH = 2;

/**
 * Has batches made by workers while the caller uses those before. They write into a ring of batches in shared memory, or, where there is none, into buffers that go to and fro.
 * All memory is that of the ring. Close it in the end.
 *
 * @throws OptionError `OPTION_INVALID` for counts out of range.
 *
 * @example
 * ```ts
 * import { Worker } from 'node:worker_threads';
 * import { openLoader } from '@convkit/datasets';
 *
 * // Usually a file of the application that imports serveRows: new Worker(new URL('./loader-worker.js', import.meta.url)).
 * const script = `
 *   import { parentPort } from 'node:worker_threads';
 *   parentPort.on('message', ({ type, id, first, last, into }) => {
 *     if (type === 'rows') parentPort.postMessage({ type, id, made: Array.from(into.fill(first), () => 0) });
 *   });`;
 * const start = () => new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
 * const loader = openLoader({ source: { batchesPerEpoch: 3, batch: 4, rowShape: [1], classes: 1 }, start, workers: 2, pieceRows: 2 });
 * console.log((await loader.batch(0, 0)).x.data.join()); // 0,0,2,2
 * await loader.close();
 * ```
 */
export function openLoader(options: LoaderOptions): Loader {
  const { source, workers, slots = 4, pieceRows = 8 } = options;
  for (const [name, value, least] of [['workers', workers, 1], ['slots', slots, 3], ['pieceRows', pieceRows, 1], ['batchesPerEpoch', source.batchesPerEpoch, 1]] as const) {
    assertWhole('openLoader', name, value, least);
  }
  const ring = new Ring({ ...options, slots, pieceRows });
  return { batchesPerEpoch: source.batchesPerEpoch, batch: (epoch, index) => ring.batch(epoch, index), close: () => ring.close() };
}

type Made = Awaited<ReturnType<Batches['batch']>>;

/** Memory of a batch. */
interface Slot {
  readonly x: Tensor;
  /** Pieces that workers write at the moment. */
  writers: number;
}

/** A batch from its first row to its last use. */
class Making {
  slot: Slot | undefined;
  /** Nobody wants it any more. */
  dropped = false;
  settled = false;
  readonly labels: number[];
  readonly whole: Promise<Made>;
  #resolve: (made: Made) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(
    readonly step: number,
    public rowsLeft: number,
  ) {
    this.labels = new Array<number>(rowsLeft).fill(0);
    this.whole = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Its error is for whoever asks for it.
    this.whole.catch(() => undefined);
  }

  finish(made: Made): void {
    this.settled = true;
    this.#resolve(made);
  }

  fail(error: unknown): void {
    this.settled = true;
    this.#reject(error);
  }
}

interface Piece {
  readonly making: Making;
  readonly first: number;
  readonly last: number;
}

interface Hand {
  readonly connection: Connection;
  /** Where memory cannot be shared, those that are here. */
  readonly buffers: ArrayBuffer[];
  readonly pieces: Map<number, Piece>;
}

/** Every choice made. */
type RingOptions = LoaderOptions & { readonly slots: number; readonly pieceRows: number };

class Ring {
  readonly #options: RingOptions;
  readonly #rowSize: number;
  readonly #shared = canShareMemory();
  readonly #hands: readonly Hand[];
  /** Slots that nobody reads or writes. */
  readonly #free: Slot[];
  /** Batches ahead of the last one asked for, by step. */
  readonly #ahead = new Map<number, Making>();
  /** The last two asked for. */
  readonly #given: Making[] = [];
  #queue: Piece[] = [];
  /** The next batch to begin. */
  #next = 0;
  #pieces = 0;
  /** Why no batch can be made any more. */
  #over: Error | undefined;

  constructor(options: RingOptions) {
    this.#options = options;
    const { source: { batch, rowShape }, slots, pieceRows, workers, start, description } = options;
    this.#rowSize = sizeOf(rowShape);
    const bytes = (rows: number) => 4 * rows * this.#rowSize;
    this.#free = Array.from({ length: slots }, () => {
      const memory = this.#shared ? new SharedArrayBuffer(bytes(batch)) : new ArrayBuffer(bytes(batch));
      return { x: new Tensor([batch, ...rowShape], new Float32Array(memory)), writers: 0 };
    });
    this.#hands = Array.from({ length: workers }, () => {
      const hand: Hand = {
        connection: connect(start(), (message) => this.#hear(hand, message), (cause) => this.#die(cause)),
        buffers: this.#shared ? [] : Array.from({ length: DEPTH }, () => new ArrayBuffer(bytes(pieceRows))),
        pieces: new Map(),
      };
      hand.connection.post({ type: 'open', description }, []);
      return hand;
    });
  }

  async batch(epoch: number, index: number): Promise<Made> {
    const { batchesPerEpoch } = this.#options.source;
    assertWhole('loader', 'epoch', epoch, 0);
    assertWhole('loader', 'index', index, 0);
    if (index >= batchesPerEpoch) throw new OptionError({ code: 'OPTION_INVALID', message: `loader: batch ${index} was asked for, but an epoch has ${batchesPerEpoch}.` });
    const step = epoch * batchesPerEpoch + index;
    const last = this.#given.at(-1);
    if (last?.step === step) return last.whole;
    if (step !== (last?.step ?? -1) + 1) this.#jump(step);
    const making = this.#ahead.get(step) ?? this.#plan(step);
    this.#ahead.delete(step);
    this.#given.push(making);
    if (this.#given.length > 2) this.#drop(this.#given.shift() as Making);
    this.#work();
    return making.whole;
  }

  async close(): Promise<void> {
    this.#end(new ConvkitError({ code: 'LOADER_CLOSED', message: 'loader: it was closed.' }));
    this.#ahead.clear();
    await Promise.all(this.#hands.map(({ connection }) => connection.end()));
  }

  #plan(step: number): Making {
    const making = new Making(step, this.#options.source.batch);
    if (this.#over !== undefined) making.fail(this.#over);
    this.#ahead.set(step, making);
    return making;
  }

  #jump(step: number): void {
    for (const making of this.#ahead.values()) this.#drop(making);
    this.#ahead.clear();
    // One that was asked for and not begun would never be.
    const last = this.#given.at(-1);
    if (last !== undefined && last.slot === undefined) this.#drop(last);
    this.#next = step;
  }

  #drop(making: Making): void {
    making.dropped = true;
    this.#queue = this.#queue.filter((piece) => piece.making !== making);
    if (making.slot === undefined && making.step === this.#next) this.#next++;
    if (!making.settled) {
      making.fail(
        new ConvkitError({
          code: 'BATCH_GIVEN_UP',
          message: `loader: batch ${making.step} was given up, for two more were asked for before it was there.`,
          help: 'wait for a batch before asking for the next but one.',
        }),
      );
    }
    this.#reclaim(making);
  }

  /** A dropped batch's memory is free once no worker writes to it. */
  #reclaim({ dropped, slot }: Making): void {
    if (dropped && slot?.writers === 0) this.#free.push(slot);
  }

  /** Begins what there is memory for, and hands out what there are hands for. */
  #work(): void {
    const { batch } = this.#options.source;
    const { pieceRows } = this.#options;
    while (this.#over === undefined && this.#free.length > 0) {
      const making = this.#given.find(({ step, slot, dropped }) => step === this.#next && slot === undefined && !dropped) ?? this.#plan(this.#next);
      making.slot = this.#free.pop();
      this.#next++;
      for (let first = 0; first < batch; first += pieceRows) this.#queue.push({ making, first, last: Math.min(batch, first + pieceRows) });
    }
    while (this.#queue.length > 0) {
      const hand = this.#hands.reduce((least, each) => (each.pieces.size < least.pieces.size ? each : least));
      if (hand.pieces.size >= DEPTH) break;
      this.#send(hand, this.#queue.shift() as Piece);
    }
    const waits = this.#given.some(({ settled }) => !settled);
    for (const { connection } of this.#hands) connection.hold(waits);
  }

  #send(hand: Hand, piece: Piece): void {
    const { making: { step, slot }, first, last } = piece;
    const { batchesPerEpoch } = this.#options.source;
    const { x, writers } = slot as Slot;
    (slot as Slot).writers = writers + 1;
    const id = this.#pieces++;
    hand.pieces.set(id, piece);
    const place = { epoch: Math.floor(step / batchesPerEpoch), index: step % batchesPerEpoch, first, last };
    if (this.#shared) return hand.connection.post({ type: 'rows', id, ...place, into: this.#rowsOf(x, piece) }, []);
    const buffer = hand.buffers.pop() as ArrayBuffer;
    // A short piece at the end of a batch gets a buffer of its own size.
    const into = buffer.byteLength === 4 * (last - first) * this.#rowSize ? buffer : new ArrayBuffer(4 * (last - first) * this.#rowSize);
    hand.connection.post({ type: 'rows', id, ...place, into }, [into]);
  }

  #rowsOf(x: Tensor, { first, last }: Piece): Float32Array {
    return x.data.subarray(first * this.#rowSize, last * this.#rowSize);
  }

  #hear(hand: Hand, message: WorkerMessage): void {
    if (message.type === 'told') return this.#options.onTold?.(message.message);
    const piece = hand.pieces.get(message.id) as Piece;
    hand.pieces.delete(message.id);
    const slot = piece.making.slot as Slot;
    slot.writers--;
    if (piece.making.dropped) this.#reclaim(piece.making);
    else if (!piece.making.settled) this.#take(piece, slot.x, message);
    if (message.buffer !== undefined) hand.buffers.push(message.buffer);
    this.#work();
  }

  #take(piece: Piece, x: Tensor, { made, buffer }: RowsAnswer): void {
    const { making, first, last } = piece;
    if ('message' in made) return making.fail(unpackError(made));
    if (buffer !== undefined) this.#rowsOf(x, piece).set(new Float32Array(buffer));
    for (const [i, label] of made.entries()) making.labels[first + i] = label;
    making.rowsLeft -= last - first;
    if (making.rowsLeft > 0) return;
    try {
      making.finish({ x, targets: oneHot(making.labels, this.#options.source.classes) });
    } catch (error) {
      making.fail(error);
    }
  }

  #die(cause: unknown): void {
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#end(new ConvkitError({ code: 'WORKER_DIED', message: `loader: a worker died: ${why}`, help: 'open a new loader; batches are the same from any place on.', cause }));
  }

  #end(why: Error): void {
    this.#over ??= why;
    for (const making of [...this.#given, ...this.#ahead.values()]) if (!making.settled) making.fail(this.#over);
    for (const { connection } of this.#hands) connection.hold(false);
  }
}
