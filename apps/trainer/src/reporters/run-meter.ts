import type { RunEvent, StartEvent, RunDoneEvent } from '../run-events.js';
import type { CommandEvent, EpochEvent, EvaluationEvent, StepEvent } from '@convkit/training';
import { limitLines } from '../limits/run-limits.js';
import { commandName, count, duration, number, percent } from '../wording.js';

/** Steps over which the shown loss and accuracy are averaged: those of one batch jump too much to be read. */
const window = 50;
/** The loss below which a few batches count as learnt by heart: right classes have a probability of 0.9 then. */
const byHeart = 0.1;

/** What a run has come to, in the words of the terminal. */
export class RunMeter {
  readonly #recent: StepEvent[] = [];
  #start: StartEvent | undefined;
  #epoch: EpochEvent | undefined;

  /** @returns A line worth keeping on the screen, if the event is worth one. */
  read(event: RunEvent): string | undefined {
    switch (event.type) {
      case 'start':
        this.#start = event;
        return this.#headline(event);
      case 'step':
        this.#recent.push(event);
        if (this.#recent.length > window) this.#recent.shift();
        return undefined;
      case 'epoch':
        this.#epoch = event;
        return undefined;
      case 'evaluation':
        return this.#judgement(event);
      case 'command':
        return obeyed(event);
      case 'restored':
        return `step ${count(event.step)}: the best weights are put back, those after step ${count(event.from)}`;
      case 'warning':
        return `warning: ${event.message}`;
      case 'done':
        return this.#ending(event);
      default:
        return undefined;
    }
  }

  /** Part of the run that is over, of 1. */
  get part(): number {
    const steps = this.#start?.steps ?? 0;
    return steps === 0 ? 0 : this.#step / steps;
  }

  /** `epoch 3/8  step 1,204/3,744  4:12 left`, of which what does not fit is left out; evaluations are not counted in the time. */
  place(width = Infinity): string {
    if (this.#start === undefined) return '';
    const { steps, stepsPerEpoch, batch } = this.#start;
    const epochs = Math.ceil(steps / stepsPerEpoch);
    const epoch = Math.min(Math.floor(Math.max(0, this.#step - 1) / stepsPerEpoch) + 1, epochs);
    const left = this.#recent.length === 0 ? [] : [[`${duration(((steps - this.#step) * batch) / this.#imagesPerSecond)} left`, 3] as const];
    return fitted([[`epoch ${epoch}/${epochs}`, 1], [`step ${count(this.#step)}/${count(steps)}`, 2], ...left], width);
  }

  /** `loss 0.4121  top-1 84.8 %  top-5 99.1 %  1,204 images/s  data 0.4 %  rate 0.01`, of which what does not fit is left out. `data` is the part of the time in which updates waited for their batches. */
  figures(width = Infinity): string {
    const last = this.#recent.at(-1);
    if (last === undefined) return '';
    const mean = (of: (step: StepEvent) => number) => this.#recent.reduce((sum, step) => sum + of(step), 0) / this.#recent.length;
    return fitted(
      [
        [`loss ${mean(({ loss }) => loss).toFixed(4)}`, 6],
        [`top-1 ${percent(mean(({ top1 }) => top1))}`, 5],
        [`top-5 ${percent(mean(({ top5 }) => top5))}`, 4],
        [`${count(this.#imagesPerSecond)} images/s`, 3],
        [`data ${percent(this.#dataShare)}`, 2],
        [`rate ${number(last.lr)}`, 1],
      ],
      width,
    );
  }

  get #step(): number {
    return this.#recent.at(-1)?.step ?? this.#start?.step ?? 0;
  }

  /** Images over time, that is the harmonic mean of the steps. */
  get #imagesPerSecond(): number {
    return this.#recent.length / this.#recent.reduce((sum, { imagesPerSecond }) => sum + 1 / imagesPerSecond, 0);
  }

  get #dataShare(): number {
    const batch = this.#start?.batch ?? 0;
    const seconds = this.#recent.reduce((sum, { imagesPerSecond }) => sum + batch / imagesPerSecond, 0);
    return seconds === 0 ? 0 : this.#recent.reduce((sum, { dataSeconds }) => sum + dataSeconds, 0) / seconds;
  }

  #headline({ run, recipe, changes, model, data, device, step, parameters, trainImages, testImages, batch, seed, workers, limits = {} }: StartEvent): string {
    return [
      `${model} (${count(parameters)} parameters) on ${data} (${count(trainImages)} images to learn, ${count(testImages)} to judge)`,
      ...limitLines(limits).map((line) => `a part of the data: ${line}`),
      ...(recipe === model && changes.length === 0 ? [] : [`recipe ${recipe}${changes.length === 0 ? '' : `, but ${changes.join('; ')}`}`]),
      `device ${device}, batch ${batch}, seed ${seed}${workers === 0 ? '' : `, ${workers} ${workers === 1 ? 'worker makes' : 'workers make'} the batches`}${step > 0 ? `, going on after step ${count(step)}` : ''}; run folder ${run}`,
    ].join('\n');
  }

  #judgement({ step, loss, top1, top5, images }: EvaluationEvent): string {
    const trained = this.#epoch?.step === step ? `epoch ${this.#epoch.epoch + 1}: training loss ${this.#epoch.loss.toFixed(4)}, top-1 ${percent(this.#epoch.top1)}; ` : `step ${count(step)}: `;
    return `${trained}${this.#overfits ? 'the same images: ' : 'test '}loss ${loss.toFixed(4)}, top-1 ${percent(top1)}, top-5 ${percent(top5)} of ${count(images)} images`;
  }

  #ending(done: RunDoneEvent): string {
    const { reason, steps, trainLoss, testTop1, run, seconds, imagesPerSecond } = done;
    const command = commandName();
    const judged = testTop1 === null ? '' : `, ${this.#overfits ? 'on the same images' : 'test'} top-1 ${percent(testTop1)}`;
    return [
      `${reason}: ${count(steps)} steps in ${duration(seconds)}, ${count(imagesPerSecond)} images/s, training loss ${number(trainLoss)}${judged}`,
      ...this.#verdict(done),
      'what next:',
      ...(reason === 'stopped' || reason === 'time' ? [`  ${command} train --resume ${run}`] : []),
      `  ${command} eval --checkpoint ${run} --views 10`,
      `  ${command} predict --checkpoint ${run} IMAGE...`,
    ].join('\n');
  }

  get #overfits(): boolean {
    return this.#start?.limits?.overfitBatches !== undefined;
  }

  /** What a run that overfits has shown. */
  #verdict({ testLoss, testTop1 }: RunDoneEvent): readonly string[] {
    if (!this.#overfits || testLoss === null || testTop1 === null) return [];
    return testLoss < byHeart && testTop1 === 1
      ? [`learnt by heart: a loss of ${number(testLoss)} is nearly 0, and every image is right: the network can learn`]
      : [`not learnt by heart: a loss of ${number(testLoss)} is not below ${byHeart}. More steps or another rate may help; if none do, look at the network, the labels and the images`];
  }
}

/** What a command did. */
function obeyed({ step, command }: CommandEvent): string {
  const at = `step ${count(step)}: `;
  switch (command.type) {
    case 'stop':
      return `${at}stopping`;
    case 'checkpoint':
      return `${at}saving a checkpoint`;
    case 'pause':
      return `${at}paused`;
    case 'resume':
      return `${at}going on`;
    case 'divide-rate':
      return `${at}all rates are divided by ${number(command.by)} from now on`;
  }
}

/** Parts in a line of at most so many characters; where they are too many, the least important ones are left out. */
function fitted(parts: readonly (readonly [text: string, importance: number])[], width: number): string {
  const line = parts.map(([text]) => text).join('  ');
  if (line.length <= width || parts.length === 0) return line;
  const least = Math.min(...parts.map(([, importance]) => importance));
  return fitted(parts.filter(([, importance]) => importance !== least), width);
}
