/** Compares convkit with its peers on `alexnet-2012`: checked first, then timed in turn, several times round. See README.md, or `--help`. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareCache } from './network.mjs';
import { cacheFolder, median, reasonOf } from './peer.mjs';
import { report } from './report.mjs';

/** In the order of the table. convkit comes first: the ratios are to it, and the others' logits are held against it. Slow ones are measured in the first round only. */
const peers = [
  { name: 'convkit', script: 'convkit.mjs' },
  { name: 'onnxruntime-web', script: 'onnxruntime-web.mjs', needs: 'onnxruntime-web' },
  { name: 'onnxruntime-node', script: 'onnxruntime-node.mjs', needs: 'onnxruntime-node' },
  { name: 'tfjs-wasm', script: 'tfjs-wasm.mjs', needs: '@tensorflow/tfjs-backend-wasm' },
  { name: 'tfjs-cpu', script: 'tfjs-cpu.mjs', needs: '@tensorflow/tfjs', slow: true },
  { name: 'jax-js', script: 'jax-js.mjs', needs: '@jax-js/jax', slow: true },
  { name: 'pytorch', script: 'pytorch.py', arguments: ['--dense', 'linear'] },
  { name: 'pytorch-conv', script: 'pytorch.py', arguments: ['--dense', 'conv'] },
];

/** Largest difference of logits, relative to the largest logit, that passes for the same network. */
const tolerance = 1e-3;
const figures = ['forwardImagesPerSecond', 'latencyMs', 'trainImagesPerSecond'];

const help = `Usage: node bench/peers/run.mjs [options]

Compares convkit with other libraries on one network, the same weights and the same number of threads, in one run. First all
logits are held against each other; then every peer is measured in turn, several times round, each time in a process of its own.

  --model NAME      only alexnet-2012 (default)
  --batch N         images in forward and training (default 32); slow peers take fewer, and say so
  --threads T       threads of each peer (default 2)
  --rounds R        how often each peer is measured; the median counts (default 3); slow peers are measured once
  --only A,B        only these: ${peers.map(({ name }) => name).join(', ')}
  --python PATH     the Python that has PyTorch (default /usr/bin/python3)
  --timeout S       seconds after which a peer is given up (default 400)
  --json FILE       write everything that was measured
  --markdown FILE   write the tables as Markdown
  --help            this text
`;

class UsageError extends Error {}

function readOptions() {
  const text = (fallback) => ({ type: 'string', default: fallback });
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        model: text('alexnet-2012'), batch: text('32'), threads: text('2'), rounds: text('3'), only: { type: 'string' }, python: text('/usr/bin/python3'),
        timeout: text('400'), json: { type: 'string' }, markdown: { type: 'string' }, help: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    throw new UsageError(error.message, { cause: error });
  }
  const whole = (name) => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${name} is "${values[name]}", which is no whole number of at least 1.`);
    return value;
  };
  if (values.model !== 'alexnet-2012') throw new UsageError(`--model is "${values.model}"; the peers know alexnet-2012 only.`);
  const only = values.only?.split(',') ?? peers.map(({ name }) => name);
  const unknown = only.find((name) => !peers.some((peer) => peer.name === name));
  if (unknown !== undefined) throw new UsageError(`--only names "${unknown}"; there are ${peers.map(({ name }) => name).join(', ')}.`);
  return { ...values, only, batch: whole('batch'), threads: whole('threads'), rounds: whole('rounds'), timeout: whole('timeout') };
}

/** Runs a peer's script; the result is its line. @throws Error with the reason it gave */
function runScript(peer, options, extra = []) {
  const script = join(import.meta.dirname, 'peers', peer.script);
  const command = peer.script.endsWith('.py') ? options.python : process.execPath;
  const { promise, resolve, reject } = deferred();
  const child = spawn(command, [script, '--batch', String(options.batch), '--threads', String(options.threads), ...(peer.arguments ?? []), ...extra], {
    // A group of its own, so that what a peer starts can be ended with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It had ended by itself.
    }
  };
  const interrupted = () => {
    end();
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, options.timeout * 1000);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => { stdout += data; });
  child.stderr.on('data', (data) => { stderr += data; });
  child.on('error', reject);
  child.on('close', (code) => {
    clearTimeout(timer);
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    const line = stdout.trim().split('\n').at(-1);
    if (late) reject(new Error(`no result after ${options.timeout} s`));
    else if (code !== 0 || !line.startsWith('{')) reject(new Error(reasonOf(stderr, code)));
    else resolve(JSON.parse(line));
  });
  return promise;
}

function deferred() {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Largest difference of two lists of logits, relative to the largest logit. */
function difference(a, b) {
  if (a.length !== b.length) return Infinity;
  const largest = b.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  let most = 0;
  // Written so that a NaN is a difference.
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i] - b[i]) <= most)) most = Math.abs(a[i] - b[i]);
  return most / largest;
}

const say = (text) => process.stderr.write(`${text}\n`);

/** Logits of all peers, held against the first that has any. Returns who may be measured and who is left out. */
async function check(chosen, options) {
  const leftOut = [];
  const passed = [];
  let reference;
  const folder = join(cacheFolder, 'logits');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const peer of chosen) {
    if (peer.needs !== undefined && !existsSync(join(import.meta.dirname, 'node_modules', peer.needs))) {
      leftOut.push({ peer: peer.name, reason: `the package ${peer.needs} is not installed: npm i in bench/peers` });
      continue;
    }
    say(`check ${peer.name}`);
    const file = join(folder, `${peer.name}.bin`);
    try {
      const line = await runScript(peer, options, ['--check', file]);
      const { buffer, byteOffset, byteLength } = readFileSync(file);
      const logits = new Float32Array(buffer, byteOffset, byteLength / 4);
      if (logits.length !== 2000 || logits.every((v) => v === logits[0])) throw new Error('its logits are not those of two images');
      reference ??= { name: peer.name, logits };
      const error = difference(logits, reference.logits);
      if (!(error <= tolerance)) throw new Error(`its logits differ from those of ${reference.name} by ${error.toExponential(1)} of the largest, more than ${tolerance}`);
      const checked = reference.name === peer.name ? '2000 logits; the others are held against them' : `2000 logits, ${error.toExponential(1)} from ${reference.name}`;
      passed.push({ ...peer, check: line.note.startsWith('device') ? `${checked} (${line.note})` : checked });
    } catch (error) {
      leftOut.push({ peer: peer.name, reason: error.message });
    }
  }
  return { passed, leftOut };
}

async function measure(checked, options) {
  const results = checked.map((peer) => ({ peer, lines: [], reason: undefined }));
  for (let round = 1; round <= options.rounds; round++) {
    for (const result of results) {
      if (result.reason !== undefined || (result.peer.slow && round > 1)) continue;
      say(`round ${round} of ${options.rounds}: ${result.peer.name}`);
      try {
        result.lines.push(await runScript(result.peer, options));
      } catch (error) {
        result.reason = error.message;
      }
    }
  }
  return results;
}

/** Median over the rounds of a figure, and of its ratio to convkit in the same round, with the least and the greatest: above 1, convkit is better. */
function summarise({ peer, lines }, convkit) {
  const row = { ...lines.at(-1), check: peer.check, ratios: {}, rounds: lines };
  for (const figure of figures) {
    if (lines[0][figure] === undefined) continue;
    row[figure] = median(lines.map((line) => line[figure]));
    if (convkit === undefined) continue;
    const ratios = lines.map((line, round) => {
      const ours = convkit.lines[round][figure];
      return figure === 'latencyMs' ? line[figure] / ours : ours / line[figure];
    });
    row.ratios[figure] = { median: median(ratios), least: Math.min(...ratios), greatest: Math.max(...ratios) };
  }
  return row;
}

async function main() {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  if (!existsSync(join(cacheFolder, 'alexnet-2012.onnx'))) say('drawing weights');
  prepareCache(cacheFolder);
  const { passed, leftOut } = await check(peers.filter(({ name }) => options.only.includes(name)), options);
  const results = await measure(passed, options);
  const whole = results.filter(({ reason }) => reason === undefined);
  leftOut.push(...results.filter(({ reason }) => reason !== undefined).map(({ peer, reason }) => ({ peer: peer.name, reason })));
  const convkit = whole.find(({ peer }) => peer.name === 'convkit');
  const { model: processor } = cpus()[0];
  const outcome = {
    command: `node ${relative(process.cwd(), process.argv[1])} ${process.argv.slice(2).join(' ')}`.trim(),
    date: new Date().toISOString().slice(0, 10),
    machine: { processor, cores: cpus().length, system: `${process.platform} ${release()}`, node: process.version },
    model: options.model,
    batch: options.batch,
    threads: options.threads,
    rounds: options.rounds,
    peers: whole.map((result) => summarise(result, convkit)),
    leftOut,
  };
  const text = report(outcome);
  process.stdout.write(text);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(outcome, null, 2)}\n`);
  if (options.markdown !== undefined) writeFileSync(options.markdown, text);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  say(`${error.message}\nnode bench/peers/run.mjs --help`);
  process.exitCode = 2;
}
