import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

/** Weight of the newest value in the smooth lines. */
const SMOOTHING = 0.1;

/** Distances of lines over the steps, which are whole numbers. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

/** Loss and accuracy of training as it goes: the loss of every step as a dot, and moving means of both as lines. */
export class Chart {
  readonly #place: HTMLElement;
  #plot: uPlot | undefined;
  #steps: number[] = [];
  #losses: number[] = [];
  #meanLosses: number[] = [];
  #meanTop1s: number[] = [];
  #drawing = 0;

  constructor(place: HTMLElement) {
    this.#place = place;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(place);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#build());
    this.#build();
  }

  clear(): void {
    [this.#steps, this.#losses, this.#meanLosses, this.#meanTop1s] = [[], [], [], []];
    this.#draw();
  }

  /** @returns The moving means after this step. */
  add(step: number, loss: number, top1: number): { readonly loss: number; readonly top1: number } {
    // As a plain mean at first, so that the first values do not weigh for long.
    const weight = Math.max(SMOOTHING, 1 / (this.#steps.length + 1));
    const mean = (before: number | undefined, value: number) => (before === undefined ? value : before + weight * (value - before));
    const means = { loss: mean(this.#meanLosses.at(-1), loss), top1: mean(this.#meanTop1s.at(-1), top1) };
    this.#steps.push(step);
    this.#losses.push(loss);
    this.#meanLosses.push(means.loss);
    this.#meanTop1s.push(means.top1);
    this.#drawing ||= requestAnimationFrame(() => this.#draw());
    return means;
  }

  #draw(): void {
    this.#drawing = 0;
    this.#plot?.setData(this.#data());
    const [loss, top1] = [this.#meanLosses.at(-1), this.#meanTop1s.at(-1)];
    const said = loss === undefined || top1 === undefined ? 'nothing yet' : `after ${this.#steps.length} steps the loss is about ${loss.toFixed(2)}, the accuracy about ${(100 * top1).toFixed(0)} %`;
    this.#place.setAttribute('aria-label', `Chart of loss and accuracy in training: ${said}`);
  }

  #data(): uPlot.AlignedData {
    return [this.#steps, this.#losses, this.#meanLosses, this.#meanTop1s];
  }

  #size(): { width: number; height: number } {
    const { clientWidth } = this.#place;
    return { width: Math.max(240, clientWidth), height: Math.max(220, Math.min(340, clientWidth * 0.5)) };
  }

  #build(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
    this.#plot?.destroy();
    this.#plot = new uPlot(
      {
        ...this.#size(),
        scales: {
          x: { time: false, range: (_, __, last) => [1, Math.max(last ?? 0, 10)] },
          loss: { range: (_, __, most) => [0, Math.max(2.5, most ?? 0)] },
          top1: { range: [0, 1] },
        },
        axes: [
          { ...axis, size: 28, incrs: WHOLE },
          { ...axis, scale: 'loss', size: 36, values: (_, values) => values.map((value) => value.toFixed(1)) },
          { ...axis, scale: 'top1', side: 1, size: 48, grid: { show: false }, values: (_, values) => values.map((value) => `${Math.round(100 * value)} %`) },
        ],
        legend: { show: false },
        cursor: { show: false },
        series: [
          {},
          { scale: 'loss', paths: () => null, points: { show: true, size: 4, width: 0, fill: colour('--dots') } },
          { scale: 'loss', stroke: colour('--accent'), width: 2, points: { show: false } },
          { scale: 'top1', stroke: colour('--good'), width: 2, dash: [6, 4], points: { show: false } },
        ],
      },
      this.#data(),
      this.#place,
    );
  }
}
