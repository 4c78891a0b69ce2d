import type { LayersEvent, MistakesEvent, TrainingCommand } from '@convkit/training';
import { duration, percent } from './format.js';
import { MovingMean } from './moving-mean.js';
import { Series } from './series.js';
import type { DoneEvent, RunEvent, StartEvent } from './wire.js';

/** Lines of the log that are kept. */
const LOGGED = 1_000;

/** One line of the log. */
export interface LogEntry {
  /** From 0. */
  readonly id: number;
  readonly kind: 'start' | 'command' | 'warning' | 'checkpoint' | 'restored' | 'done';
  readonly step: number;
  readonly text: string;
  /** Whether those who watch should hear of it: all but checkpoints that nobody asked for. */
  readonly isNews: boolean;
}

/** All that the events of one run have told so far. */
export class RunHistory {
  readonly train = new Series(['loss', 'top1', 'lr', 'imagesPerSecond', 'dataSeconds']);
  readonly test = new Series(['loss', 'top1', 'top5']);
  /** By the name of the parameter. */
  readonly magnitudes = new Map<string, Series<'value' | 'increment'>>();
  readonly means = { loss: new MovingMean(this.train.column('loss')), top1: new MovingMean(this.train.column('top1')), imagesPerSecond: new MovingMean(this.train.column('imagesPerSecond')) };
  /** Of the newest start. */
  start: StartEvent | undefined;
  done: DoneEvent | undefined;
  mistakes: MistakesEvent | undefined;
  layers: LayersEvent | undefined;
  /** Step of the newest checkpoint. */
  checkpoint: number | undefined;
  paused = false;
  /** Whether the last command asked for a checkpoint that has not come yet. */
  #saving = false;
  /** Newest last. */
  readonly log: LogEntry[] = [];
  /** Events taken in so far. */
  #seen = 0;

  /** Updates done. */
  get step(): number {
    return Math.max(this.train.steps.last ?? 0, this.start?.step ?? 0);
  }

  /**
   * Takes in a message of the server.
   *
   * @param upTo How many events the run had with the last of these. Those that were there before are passed over: a server that was started again begins at the beginning.
   */
  take(events: readonly RunEvent[], upTo: number): void {
    const known = Math.max(0, this.#seen - (upTo - events.length));
    for (let i = known; i < events.length; i++) this.add(events[i]);
    this.#seen = Math.max(this.#seen, upTo);
  }

  /** Takes in the next event. */
  add(event: RunEvent): void {
    switch (event.type) {
      case 'start':
        this.#begin(event);
        return;
      case 'step':
        this.train.put(event.step, event);
        return;
      case 'evaluation':
        this.test.put(event.step, event);
        return;
      case 'magnitudes':
        for (const { name, ...sizes } of event.parameters) this.#magnitudesOf(name).put(event.step, sizes);
        return;
      case 'mistakes':
        this.mistakes = event;
        return;
      case 'layers':
        this.layers = event;
        return;
      case 'checkpoint':
        this.checkpoint = event.step;
        this.#tell('checkpoint', event.step, `Checkpoint ${event.path.split(/[/\\]/).at(-1)}`, this.#saving);
        this.#saving = false;
        return;
      case 'command':
        this.paused = event.command.type === 'pause' || (this.paused && event.command.type !== 'resume');
        this.#saving = event.command.type === 'checkpoint';
        this.#tell('command', event.step, describeCommand(event.command));
        return;
      case 'warning':
        this.#tell('warning', event.step, `${event.code}: ${event.message}`);
        return;
      case 'restored':
        this.#tell('restored', event.step, `The weights of step ${event.from}, which were the best, were put back`);
        return;
      case 'done':
        this.done = event;
        this.paused = false;
        this.#tell('done', event.steps, `${describeEnd(event)} after ${duration(event.seconds)}${event.testTop1 === null ? '' : `: ${percent(event.testTop1)} of the test images right`}`);
        return;
      case 'epoch':
    }
  }

  /** A run that was killed goes on from its last checkpoint: what came after that is lost. */
  #begin(event: StartEvent): void {
    [this.start, this.done, this.paused] = [event, undefined, false];
    for (const series of [this.train, this.test, ...this.magnitudes.values()]) series.dropFrom(event.step + 1);
    this.#tell('start', event.step, event.step === 0 ? `Started on ${event.device}` : `Went on from step ${event.step} on ${event.device}`);
  }

  #magnitudesOf(name: string): Series<'value' | 'increment'> {
    const found = this.magnitudes.get(name) ?? new Series(['value', 'increment']);
    this.magnitudes.set(name, found);
    return found;
  }

  #tell(kind: LogEntry['kind'], step: number, text: string, isNews = true): void {
    this.log.push({ id: (this.log.at(-1)?.id ?? -1) + 1, kind, step, text, isNews });
    if (this.log.length > LOGGED) this.log.shift();
  }
}

/** What was done, as a sentence. */
function describeCommand(command: TrainingCommand): string {
  switch (command.type) {
    case 'divide-rate':
      return `Learning rate divided by ${command.by}`;
    case 'checkpoint':
      return 'Checkpoint by command';
    case 'pause':
      return 'Paused';
    case 'resume':
      return 'Resumed';
    case 'stop':
      return 'Stopped by command';
  }
}

/** How a run ended. */
export function describeEnd({ reason }: DoneEvent): string {
  return { finished: 'Finished', stopped: 'Stopped', time: 'Ended by its time limit', 'early-stop': 'Stopped early' }[reason];
}
