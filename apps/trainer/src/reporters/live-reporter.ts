import { createLogUpdate } from 'log-update';
import { styleText } from 'node:util';
import { bar, count } from '../wording.js';
import type { Reporter } from './reporter.js';
import { RunMeter } from './run-meter.js';

/** Milliseconds between two pictures: what the eye can follow, and nothing that costs. */
const interval = 250;

/** Two lines at the bottom of a terminal, never wider than it, that show where the run is; what is worth keeping scrolls above them. */
export function liveReporter(stream: NodeJS.WriteStream, colour: boolean): Reporter {
  const screen = createLogUpdate(stream);
  const meter = new RunMeter();
  let last = -Infinity;
  let first = '';
  const width = () => stream.columns ?? 80;
  /** A line with as much of a bar before it as there is room for. */
  const withBar = (part: number, text: string) => {
    const room = Math.min(24, width() - text.length - 1);
    if (room < 4) return text;
    const drawn = bar(part, room);
    return `${colour ? styleText('cyan', drawn, { validateStream: false }) : drawn} ${text}`;
  };
  const draw = (first: string) => screen(`${first}\n${meter.figures(width())}`);
  const keep = (text: string) => {
    screen.clear();
    stream.write(`${text}\n`);
    if (first !== '') draw(first);
  };
  return {
    interactive: true,
    report(event) {
      const line = meter.read(event);
      if (event.type === 'done') first = '';
      if (line !== undefined) keep(line);
      if ((event.type !== 'step' && event.type !== 'evaluating') || performance.now() - last < interval) return;
      last = performance.now();
      first = event.type === 'step' ? withBar(meter.part, meter.place(width())) : withBar(event.images / event.of, `evaluating  ${count(event.images)}/${count(event.of)} images`);
      draw(first);
    },
    note: keep,
    dashboard: (url) => keep(`dashboard: ${url}`),
    close() {
      if (first !== '') screen.clear();
      screen.done();
    },
  };
}
