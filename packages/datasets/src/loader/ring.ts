import { oneHot } from '@convkit/data-aug';
import { canShareMemory, ConvkitError, OptionError, sizeOf, Tensor } from '@convkit/tensor';
import type { LoaderOptions } from './loader-options.js';
import { connect, type Connection } from './loader-worker.js';
import type { RowsAnswer, WorkerMessage } from './messages.js';
import { unpackError } from './pack-error.js';
import { assertWhole, type Batches } from './row-source.js';

/** Pieces in the hands of a worker: one that it works on, and one that waits so that it need not. */
const DEPTH = 2;

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

/** The batches in memory and the workers that write them: all of `openLoader` but its checks. */
export class Ring {
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
    if (this.#over !== undefined) return;
    while (this.#free.length > 0) {
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
    if (this.#over !== undefined) return;
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
    // Every worker dies in the end.
    if (this.#over !== undefined) return;
    const why = cause instanceof Error ? cause.message : String(cause);
    this.#end(new ConvkitError({ code: 'WORKER_DIED', message: `loader: a worker died: ${why}`, help: 'open a new loader; batches are the same from any place on.', cause }));
  }

  #end(why: Error): void {
    this.#over = why;
    for (const making of [...this.#given, ...this.#ahead.values()]) if (!making.settled) making.fail(why);
    for (const { connection } of this.#hands) connection.hold(false);
  }
}
