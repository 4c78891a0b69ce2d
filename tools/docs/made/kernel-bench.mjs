import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Part of a step's time below which a kernel gets no row of its own. */
const LEAST = 0.01;

/**
 * @typedef {{ readonly kernel: string, readonly shapes: readonly (readonly number[])[], readonly times: number, readonly ms: number, readonly ofPeak: number | null, readonly gigabytesPerSecond: number }} Row
 * @typedef {{ readonly date: string, readonly model: string, readonly batch: number, readonly threads: number, readonly processor: string, readonly node: string }} Head
 */

/**
 * What `npm run bench -- --json` wrote into `docs/results/kernels.jsonl`: the kernels of a training step, by the part of its time that they take.
 *
 * @param {string} root
 */
export function kernelBench(root) {
  /** @type {readonly unknown[]} */
  const lines = readFileSync(join(root, 'docs/results/kernels.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const { date, model, batch, threads, processor, node } = /** @type {Head} */ (lines[0]);
  // The first kernel is the square product by which libraries are compared, no part of the step.
  const [, ...step] = /** @type {readonly Row[]} */ (lines.slice(1, -1));
  const total = step.reduce((sum, { ms, times }) => sum + ms * times, 0);
  const shown = step.filter(({ ms, times }) => ms * times >= LEAST * total).sort((a, b) => b.ms * b.times - a.ms * a.times);
  const rest = 1 - shown.reduce((sum, { ms, times }) => sum + (ms * times) / total, 0);
  return [
    `\`${model}\`, batch ${batch}, ${threads} threads of an ${processor.replace(/ Processor$/, '')}, Node ${node.slice(1)}, ${date.slice(0, 10)}:`,
    [
      '| kernel | inputs | launches | part of the step | part of the peak | GB/s |',
      '| --- | --- | --- | --- | --- | --- |',
      ...shown.map(({ kernel, shapes, times, ms, ofPeak, gigabytesPerSecond }) => {
        const cells = [`\`${kernel}\``, shapes.map((shape) => shape.join('x')).join(', '), String(times), percent((ms * times) / total), ofPeak === null ? '–' : percent(ofPeak), gigabytesPerSecond.toFixed(1)];
        return `| ${cells.join(' | ')} |`;
      }),
      `| ${step.length - shown.length} more, each below ${percent(LEAST)} | | | ${percent(rest)} | | |`,
    ].join('\n'),
  ].join('\n\n');
}

/** @param {number} part */
function percent(part) {
  return `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
}
