/**
 * Ends a real training at random moments, again and again, and holds what is left to what is promised: every checkpoint reads whole, none that was told is lost, nothing half written stays,
 * and the training that went through it all tells the same steps and ends with the same weights, to the bit, as one that nobody disturbed.
 */
import { watch } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { RandomStream } from '@convkit/tensor';
import { decodeCheckpoint, hashParameters } from '@convkit/training';
import { live } from './support/life.mjs';
import { writeSmallFashionMnist } from './support/small-fashion-mnist.mjs';

/** @typedef {import('./support/life.mjs').Life} Life */
/** @typedef {import('./support/life.mjs').Event} Event */

const HELP = `node studies/kill.mjs [options]   (after npm run build)

  --kills N        how often (default: 200)
  --signal NAME    SIGKILL (default), which nobody can hear; or SIGTERM, after which the training must save and end well
  --steps N        updates of a training; when one is over, the next begins (default: 120)
  --batch N        images in an update (default: 4)
  --images N       images to learn, of Fashion-MNIST: an epoch (default: 160)
  --every N        updates from one checkpoint to the next (default: 1)
  --workers LIST   threads that make the batches, of one training after the other (default: 0,1)
  --seed N         decides the moments (default: 1)
  --node OPTIONS   for the Node of the trainings, such as --node=--no-harmony-sharedarraybuffer, without which there is no shared memory and one thread does everything
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    signal: { type: 'string', default: 'SIGKILL' },
    steps: { type: 'string', default: '120' },
    batch: { type: 'string', default: '4' },
    images: { type: 'string', default: '160' },
    every: { type: 'string', default: '1' },
    workers: { type: 'string', default: '0,1' },
    seed: { type: 'string', default: '1' },
    node: { type: 'string', default: '' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const signal = /** @type {const} */ (['SIGKILL', 'SIGTERM']).find((name) => name === values.signal);
if (values.help || signal === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const [kills, steps, batch, images, every, seed] = [values.kills, values.steps, values.batch, values.images, values.every, values.seed].map(Number);
const workers = values.workers.split(',');
const nodeOptions = values.node.split(' ').filter(Boolean);
const kept = 3;
const cwd = await mkdtemp(join(tmpdir(), 'convkit-kill-'));
const moments = new RandomStream(seed, 'kill');
const counts = { kills: 0, starting: 0, training: 0, saving: 0, trainings: 0, begunAnew: 0, corrupt: 0, lost: 0, strays: 0, otherSteps: 0, tornLines: 0, otherWeights: 0, endedBadly: 0 };
/** From the signal to the end of the process, in seconds. */
const farewells = /** @type {number[]} */ ([]);

await writeSmallFashionMnist(join(cwd, 'data'), images, 40);
const common = ['--data', 'idx:data', '--batch', String(batch), '--max-steps', String(steps), '--checkpoint-every', String(every), '--device', 'cpu', '--json'];
const began = Date.now();
/** Milliseconds that things took last, on a machine that others use too: from the start of a life to its first update, from one update to the next, a save. */
const pace = { start: 1000, step: 100, save: 10 };
const { life: undisturbed } = await liveUntilKilled(['train', ...common, '--out', 'undisturbed'], join(cwd, 'undisturbed/checkpoints'), 'no kill');
if (undisturbed.exitCode !== 0) throw new Error(undisturbed.stderr);
const expected = new Map(undisturbed.lines.map((line) => [placeOf(line), told(line)]));
const expectedSha = undisturbed.events.at(-1)?.weightsSha256;
const expectedBest = await bestOf('undisturbed');
console.log(`undisturbed: ${steps} updates in ${undisturbed.seconds.toFixed(0)} s, the first after ${(pace.start / 1000).toFixed(1)} s, a save ${pace.save.toFixed(1)} ms; weights ${expectedSha}`);

for (let training = 0; counts.kills < kills; training++) await trainThrough(`run-${training}`, workers[training % workers.length]);
await rm(cwd, { recursive: true });

const bad = counts.corrupt + counts.lost + counts.strays + counts.otherSteps + counts.tornLines + counts.otherWeights + counts.endedBadly;
console.log(JSON.stringify({ signal, ...counts, ...(signal === 'SIGTERM' ? { farewellSeconds: { median: farewells.sort((a, b) => a - b)[farewells.length >> 1], most: Math.max(...farewells) } } : {}), minutes: (Date.now() - began) / 60_000 }));
process.exit(bad === 0 ? 0 : 1);

/**
 * One training through as many deaths as it takes.
 *
 * @param {string} run
 * @param {string} threads
 */
async function trainThrough(run, threads) {
  counts.trainings++;
  const checkpoints = join(cwd, run, 'checkpoints');
  let acknowledged = 0;
  for (let whole = 0; ; ) {
    const args = whole === 0 ? [...common, '--out', run] : ['--resume', run, '--json'];
    if (whole === 0) await rm(join(cwd, run), { recursive: true, force: true });
    const born = Date.now();
    const { life, signalled } = await liveUntilKilled(['train', ...args, '--workers', threads], checkpoints, kindOfKill(), async () => {
      counts.strays += (await unfinishedOf(checkpoints, { before: born })).length;
    });
    for (const line of life.lines) expectTold(run, placeOf(line), told(line));
    for (const { type, message } of life.events) if (type === 'warning' && message?.startsWith('the run was over already') !== true) counts.corrupt++;
    acknowledged = life.events.reduce((newest, { type, step, path }) => (type === 'checkpoint' && path?.endsWith('best.safetensors') !== true ? Math.max(newest, step) : newest), acknowledged);
    const saving = (await unfinishedOf(checkpoints, { after: born })).length > 0;
    whole = await newestWhole(checkpoints);
    if (whole < acknowledged) counts.lost++;
    const done = life.events.at(-1);
    if (signalled) {
      const started = lastStepOf(life) !== undefined;
      counts[saving ? 'saving' : started ? 'training' : 'starting']++;
      if (whole === 0) counts.begunAnew++;
      if (signal === 'SIGTERM' && (life.exitCode !== 0 || done?.type !== 'done' || done.steps !== whole || lastStepOf(life) !== whole)) counts.endedBadly++;
      console.log(`${String(counts.kills).padStart(3)}  ${run}, ${threads} workers: ${started ? `after step ${lastStepOf(life)}` : 'before its first step'}${saving ? ', during a save' : ''}; newest whole checkpoint ${whole}`);
    } else if (life.exitCode !== 0) {
      counts.endedBadly++;
      console.log(`${run}: ${life.stderr}`);
      return;
    }
    if (done?.type === 'done' && done.reason === 'finished' && done.testTop1 !== null) {
      if (done.weightsSha256 !== expectedSha || (await bestOf(run)) !== expectedBest) counts.otherWeights++;
      await compareLog(run);
      counts.strays += (await unfinishedOf(checkpoints)).length;
      console.log(`${run}, ${threads} workers: finished, weights ${done.weightsSha256 === expectedSha ? 'equal' : 'DIFFERENT'}`);
      return;
    }
  }
}

/** Half of the kills while a checkpoint is written, of the others one in four before the first update (not by SIGTERM, which is heard only in training). */
function kindOfKill() {
  const draws = moments.at(counts.kills, 0);
  if (counts.kills >= kills) return 'no kill';
  return draws.uniform() < 0.5 ? 'saving' : draws.uniform() < 0.25 && signal === 'SIGKILL' ? 'starting' : 'training';
}

/**
 * A life that is ended at a random moment: before its first update, or after up to six updates or saves within the next one.
 *
 * @param {readonly string[]} args
 * @param {string} checkpoints
 * @param {'no kill' | 'starting' | 'training' | 'saving'} kind
 * @param {() => Promise<void>} [onTrainingStart]
 * @returns {Promise<{ life: Life, signalled: boolean }>}
 */
async function liveUntilKilled(args, checkpoints, kind, onTrainingStart) {
  const draws = moments.at(counts.kills, 1);
  const [before, part] = [draws.integer(6), draws.uniform()];
  const born = performance.now();
  let [updates, saves, lastUpdate, sent] = [0, 0, 0, 0];
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {import('node:fs').FSWatcher | undefined} */
  let watcher;
  /** @type {Promise<void> | undefined} */
  let started;
  const life = await live(args, {
    cwd,
    nodeOptions,
    onStart: (child) => kind === 'starting' && arm(child, pace.start),
    onEvent: ({ type }, child) => {
      if (type === 'start') started = onTrainingStart?.();
      if (type === 'step') {
        if (updates++ === 0) pace.start = performance.now() - born;
        else pace.step = performance.now() - lastUpdate;
        lastUpdate = performance.now();
        if (kind === 'training' && updates > before) arm(child, pace.step);
      }
      if (type === 'checkpoint' && saves++ === 0) watcher = watchSaves(checkpoints, () => kind === 'saving' && saves > before && arm(child, pace.save));
    },
  });
  clearTimeout(timer);
  watcher?.close();
  await started;
  // After the last update, what a stop leaves out is its judgement.
  const last = life.events.at(-1);
  const signalled = sent > 0 && (signal === 'SIGTERM' ? life.exitCode !== 0 || last?.reason === 'stopped' || last?.testTop1 === null : life.exitCode === null);
  if (signalled) {
    counts.kills++;
    farewells.push((performance.now() - sent) / 1000);
  }
  return { life, signalled };

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {number} within milliseconds
   */
  function arm(child, within) {
    timer ??= setTimeout(() => {
      if (child.kill(/** @type {'SIGKILL' | 'SIGTERM'} */ (signal))) sent = performance.now();
    }, within * part);
  }
}

/**
 * Tells when a save begins, and learns how long the file that it writes is there.
 *
 * @param {string} checkpoints
 * @param {() => void} onBegin
 */
function watchSaves(checkpoints, onBegin) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return watch(checkpoints, (kind, name) => {
    // Other changes are bytes that are written.
    if (kind !== 'rename' || name?.endsWith('.unfinished') !== true) return;
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, performance.now());
      onBegin();
    } else {
      seen.delete(name);
      pace.save = performance.now() - first;
    }
  });
}

/**
 * The step of the newest checkpoint, after reading every one; 0 when there is none.
 *
 * @param {string} checkpoints
 */
async function newestWhole(checkpoints) {
  const names = (await readdir(checkpoints).catch(() => [])).filter((name) => name.endsWith('.safetensors'));
  const numbered = names.filter((name) => name.startsWith('step-')).length;
  let newest = 0;
  for (const name of names) {
    try {
      const { progress } = await decodeCheckpoint(await readFile(join(checkpoints, name)), name);
      newest = Math.max(newest, progress.step);
    } catch (error) {
      counts.corrupt++;
      console.log(String(error));
    }
  }
  // Of those before the newest, one more than are kept is there when the end came between a save and its clearing up.
  if (newest >= kept * every && numbered !== kept && numbered !== kept + 1) counts.lost++;
  return newest;
}

/**
 * Step and weights of the best checkpoint.
 *
 * @param {string} run
 */
async function bestOf(run) {
  const { progress, parameters } = await decodeCheckpoint(await readFile(join(cwd, run, 'checkpoints/best.safetensors')), 'best.safetensors');
  return `${progress.step} ${await hashParameters(parameters)}`;
}

/**
 * Files half written, those that were last written to in a time.
 *
 * @param {string} checkpoints
 * @param {{ before?: number, after?: number }} [time] milliseconds since 1970
 */
async function unfinishedOf(checkpoints, { before = Infinity, after = 0 } = {}) {
  const names = (await readdir(checkpoints).catch(() => [])).filter((name) => name.endsWith('.unfinished'));
  const written = await Promise.all(names.map(async (name) => (await stat(join(checkpoints, name)).catch(() => undefined))?.mtimeMs ?? Infinity));
  return names.filter((_, i) => written[i] >= after && written[i] < before);
}

/**
 * What the log of the run says of each step, the last time it does, must be what the undisturbed run said.
 *
 * @param {string} run
 */
async function compareLog(run) {
  /** @type {Map<string | undefined, string>} */
  const last = new Map();
  const text = await readFile(join(cwd, run, 'events.jsonl'), 'utf8');
  for (const line of text.trimEnd().split('\n')) {
    try {
      last.set(placeOf(line), told(line));
    } catch {
      counts.tornLines++;
    }
  }
  for (const place of expected.keys()) expectTold(run, place, last.get(place));
}

/**
 * @param {string} run
 * @param {string | undefined} place
 * @param {string | undefined} line
 */
function expectTold(run, place, line) {
  if (place === undefined || line === expected.get(place)) return;
  counts.otherSteps++;
  console.log(`${run}: ${place} is ${line ?? 'missing'}`);
}

/** @param {Life} life @returns {number | undefined} */
function lastStepOf({ events }) {
  return events.filter(({ type }) => type === 'step').at(-1)?.step;
}

/** What a line tells of, if it must be the same in every life of a run. @param {string} line */
function placeOf(line) {
  const { type, step } = /** @type {Event} */ (JSON.parse(line));
  return ['step', 'epoch', 'evaluation', 'mistakes', 'magnitudes'].includes(type) ? `${type} ${step}` : undefined;
}

/** The line without how long things took. @param {string} line */
function told(line) {
  const { imagesPerSecond: _, dataSeconds: __, ...rest } = /** @type {Record<string, unknown>} */ (JSON.parse(line));
  return JSON.stringify(rest);
}
