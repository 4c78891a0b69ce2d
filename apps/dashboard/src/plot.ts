import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Column } from './column.js';
import { bucketPlaces, decimate } from './decimate.js';
import { cancelDraw, drawSoon } from './frame-queue.js';

/** A part of an axis. */
export type Range = readonly [from: number, to: number];

/** One curve. */
export interface Line {
  /** Unlike that of all others of the chart. */
  readonly key: string;
  readonly label: string;
  /** Place in the palette, from 0. */
  readonly colour: number;
  /** `faint`: behind the others, and the vertical axis does not heed it. `dots`: few values, each to be seen. */
  readonly look: 'line' | 'faint' | 'dots';
  readonly steps: Column;
  readonly values: Column;
  /** Steps that are one unit of the horizontal axis. */
  readonly stepsPerUnit: number;
}

/** How the vertical axis is. */
export interface Scale {
  readonly format: (value: number) => string;
  /** Powers of ten at equal distances; values that are not positive are left out. */
  readonly log?: boolean;
  /** Both ends, where they do not follow the values; a scale that is not logarithmic begins at 0. */
  readonly range?: Range;
}

/** What a chart tells of the pointer. */
export interface PlotListener {
  /** The place under the pointer on the horizontal axis, over this or another chart. */
  point(x: number | undefined): void;
  /** The part that was marked by dragging. */
  mark(part: Range): void;
}

/** Colours of the palette in style.css. */
export const COLOURS = 8;

/** A chart of curves on a canvas. */
export class Plot {
  readonly #place: HTMLElement;
  readonly #scale: Scale;
  readonly #listener: PlotListener;
  // Told rather than asked for: to ask makes the browser lay out the page in the middle of a drawing.
  readonly #resize = new ResizeObserver(([{ contentRect: { width, height } }]) => {
    [this.#width, this.#height] = [Math.round(width), Math.round(height)];
    this.#redraw();
  });
  readonly #dark = matchMedia('(prefers-color-scheme: dark)');
  #width = 0;
  #height = 0;
  #plot: uPlot | undefined;
  /** What the plot was built for. */
  #built = '';
  #lines: readonly Line[] = [];
  #x: Range = [0, 1];
  #y: Range = [0, 1];

  constructor(place: HTMLElement, scale: Scale, listener: PlotListener) {
    [this.#place, this.#scale, this.#listener] = [place, scale, listener];
    this.#resize.observe(place);
    this.#dark.addEventListener('change', this.#redraw);
  }

  /** Shows these curves over this part of the horizontal axis, in one of the next frames. */
  show(lines: readonly Line[], x: Range): void {
    [this.#lines, this.#x] = [lines, x];
    this.#redraw();
  }

  destroy(): void {
    cancelDraw(this);
    this.#resize.disconnect();
    this.#dark.removeEventListener('change', this.#redraw);
    this.#plot?.destroy();
  }

  readonly #redraw = (): void => drawSoon(this, () => this.#draw());

  #draw(): void {
    const [width, height] = [this.#width, this.#height];
    if (width === 0 || height === 0) return;
    const data = this.#decimated(width);
    this.#y = this.#rangeOf(data);
    const form = JSON.stringify([this.#dark.matches, this.#lines.map(({ key, colour, look }) => [key, colour, look])]);
    if (form === this.#built) {
      if (this.#plot?.width !== width || this.#plot.height !== height) this.#plot?.setSize({ width, height });
      this.#plot?.setData(data);
      return;
    }
    this.#plot?.destroy();
    this.#plot = new uPlot({ ...this.#options(), width, height }, data, this.#place);
    this.#built = form;
  }

  #decimated(width: number): uPlot.AlignedData {
    const [from, to] = this.#x;
    const { log } = this.#scale;
    const curves = this.#lines.map(({ steps, values, stepsPerUnit }) => {
      const curve = decimate(steps.values, values.values, from * stepsPerUnit, to * stepsPerUnit, width);
      return log ? curve.map((value) => (value !== null && value > 0 ? value : null)) : curve;
    });
    return [bucketPlaces(from, to, width), ...curves];
  }

  #rangeOf([, ...curves]: uPlot.AlignedData): Range {
    const { range, log } = this.#scale;
    if (range) return range;
    let [least, most] = [Infinity, -Infinity];
    this.#lines.forEach(({ look }, i) => {
      if (look === 'faint') return;
      for (const value of curves[i]) if (value !== null && value !== undefined) [least, most] = [Math.min(least, value), Math.max(most, value)];
    });
    if (most === -Infinity) return log ? [0.1, 1] : [0, 1];
    if (!log) return [0, most > 0 ? 1.08 * most : 1];
    const [low, high] = [stepBelow(least), 1 / stepBelow(1 / most)];
    return [low, high > low ? high : 2 * low];
  }

  #options(): Omit<uPlot.Options, 'width' | 'height'> {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour('--soft'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    const { format, log } = this.#scale;
    return {
      scales: { x: { time: false, range: () => [...this.#x] as [number, number] }, y: { distr: log ? 3 : 1, range: () => [...this.#y] as [number, number] } },
      axes: [
        { ...axis, size: 26, gap: 4, space: 64, grid: { show: false }, values: (_, places) => places.map((place) => (place >= 1e4 ? `${place / 1e3}k` : String(place))) },
        { ...axis, size: 56, gap: 6, space: 32, values: (_, places: readonly (number | null)[]) => places.map((place) => (place === null ? '' : format(place))) },
      ],
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false }, sync: { key: 'steps', setSeries: false } },
      series: [
        {},
        ...this.#lines.map(({ look, colour: place }): uPlot.Series => {
          const stroke = colour(`--series-${place % COLOURS}`);
          if (look === 'dots') return { stroke, width: 1.5, dash: [5, 4], spanGaps: true, points: { show: true, size: 7, width: 1.5, stroke, fill: colour('--panel') } };
          return { stroke, width: look === 'faint' ? 1 : 2, alpha: look === 'faint' ? 0.28 : 1, spanGaps: true, points: { show: false } };
        }),
      ],
      hooks: {
        setCursor: [(plot) => this.#listener.point((plot.cursor.left ?? -1) < 0 ? undefined : plot.posToVal(plot.cursor.left ?? 0, 'x'))],
        setSelect: [
          (plot) => {
            const { left, width } = plot.select;
            if (width < 4) return;
            this.#listener.mark([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
      },
    };
  }
}

/** The nearest 1, 2 or 5 times a power of ten that is not above `value`. */
function stepBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([5, 2].find((step) => step * power <= value) ?? 1);
}
