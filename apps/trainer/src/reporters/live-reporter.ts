import { createLogUpdate } from 'log-update';
import { styleText } from 'node:util';
import { bar, count } from '../wording.js';
import type { Reporter } from './reporter.js';
import { RunMeter } from './run-meter.js';

/** Milliseconds between two pictures: what the eye can follow, and nothing that costs. */
const interval = 100;

/** Two lines at the bottom of a terminal that show where the run is; what is worth keeping scrolls above them. */
export function liveReporter(stream: NodeJS.WriteStream, colour: boolean): Reporter {
  const screen = createLogUpdate(stream);
  const meter = new RunMeter();
  const styled = (style: 'dim' | 'cyan', text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  let last = -Infinity;
  let first = '';
  const draw = (first: string) => screen(`${first}\n${meter.figures}`);
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
      first =
        event.type === 'step'
          ? `${styled('cyan', bar(meter.part, 24))} ${meter.place}  ${styled('dim', meter.timeLeft)}`
          : `${styled('cyan', bar(event.images / event.of, 24))} evaluating  ${count(event.images)}/${count(event.of)} images`;
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
