import './style.css';
import { deviceNames } from '@convkit/kernels-cpu';
import { Chart } from './chart.js';
import type { Finished, Reply, Report, Request } from './messages.js';
import type { Guess } from './run.js';
import { ranges, settingsOf, type Settings } from './settings.js';

/** Where the page stands, for programs that drive it. */
interface PageState {
  state: 'probing' | 'ready' | 'running' | 'finished' | 'failed';
  /** Of every step so far. */
  losses: number[];
  /** As soon as the device is open, and once more at the end. */
  report: Report | undefined;
  weightsSha256: string | undefined;
  testTop1: number | undefined;
  error: string | undefined;
}

declare global {
  interface Window {
    convkit: PageState;
  }
}

const nothing = { losses: [], report: undefined, weightsSha256: undefined, testTop1: undefined, error: undefined };
const page: PageState = { state: 'probing', ...nothing };
window.convkit = page;

/** What `DeviceProbe.details` means. */
const facets: Record<string, (value: string | number | boolean) => string> = {
  adapter: String,
  maxBufferBytes: (bytes) => `buffers of up to ${Math.floor(Number(bytes) / 2 ** 20)} MiB`,
  maxTextureSide: (side) => `textures of up to ${side} pixels a side`,
  threads: (count) => (count === true ? 'with threads' : typeof count === 'number' && count > 1 ? `${count} threads` : 'one thread'),
  sharedMemory: (shared) => (shared ? 'in one memory' : 'in a memory of its own'),
};

const query = new URLSearchParams(location.search);
const form = element('settings', HTMLFormElement);
const [startButton, stopButton] = [element('start', HTMLButtonElement), element('stop', HTMLButtonElement)];
const [status, progress] = [element('status', HTMLElement), element('progress', HTMLProgressElement)];
const [device, steps, batch, seed] = [field('device', HTMLSelectElement), field('steps', HTMLInputElement), field('batch', HTMLInputElement), field('seed', HTMLInputElement)];
const chart = new Chart(element('chart', HTMLElement));
const worker = new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' });
/** Steps of the run. */
let total = 0;
/** When its first step ended, which compiles the kernels; in milliseconds. */
let began = 0;

fillForm(settingsOf(query));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  start();
});
stopButton.addEventListener('click', () => {
  stopButton.disabled = true;
  say('Stopping after this step');
  ask({ type: 'stop' });
});
worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => hear(data));
worker.addEventListener('error', ({ message }) => fail(message || 'The training thread could not start.', 'reload the page; this browser may be too old for module workers.'));
ask({ type: 'probe' });

function ask(request: Request): void {
  worker.postMessage(request);
}

function hear(reply: Reply): void {
  switch (reply.type) {
    case 'devices':
      showDevices(reply);
      page.state = 'ready';
      startButton.disabled = false;
      say('Ready');
      if (query.has('autostart')) start();
      return;
    case 'loading':
      progress.value = reply.bytes / reply.of;
      say(`Loading 70,000 pictures, ${Math.round(reply.of / 1e6)} MB`);
      return;
    case 'preparing':
      progress.removeAttribute('value');
      say('Unpacking the pictures');
      return;
    case 'opened':
      page.report = reply.report;
      show('mode', describe(reply.report));
      say('Compiling the kernels in the first step');
      return;
    case 'step':
      showStep(reply.step, reply.loss, reply.top1, reply.imagesPerSecond);
      return;
    case 'evaluating':
      progress.value = reply.images / reply.of;
      say(`Judging it by ${reply.of} pictures it has not seen`);
      return;
    case 'finished':
      finish(reply);
      return;
    case 'failed':
      fail(reply.message, reply.help);
  }
}

function start(): void {
  Object.assign(page, nothing, { state: 'running', losses: [] });
  chart.clear();
  for (const id of ['step', 'loss', 'top1', 'speed', 'left', 'mode']) show(id, '–');
  progress.removeAttribute('value');
  [startButton.disabled, stopButton.disabled] = [true, false];
  say('Starting');
  const settings = readForm();
  total = settings.steps;
  ask({ type: 'start', settings });
}

function showStep(step: number, loss: number, top1: number, imagesPerSecond: number): void {
  page.losses.push(loss);
  const means = chart.add(step, loss, top1);
  if (step === 1) began = performance.now();
  progress.value = step / total;
  if (!stopButton.disabled) say('Training');
  show('step', `${step} of ${total}`);
  show('loss', means.loss.toFixed(3));
  show('top1', percent(means.top1));
  show('speed', imagesPerSecond.toFixed(0));
  if (step > 1) show('left', duration(((performance.now() - began) / (step - 1)) * (total - step)));
}

function finish(reply: Finished): void {
  const { report, weightsSha256, testTop1 } = reply;
  Object.assign(page, { state: 'finished', report, weightsSha256, testTop1 });
  idle(1);
  show('left', '–');
  show('mode', describe(report));
  show('speed', reply.imagesPerSecond.toFixed(0));
  const judged = testTop1 === undefined ? '' : ` It names ${percent(testTop1)} of ${reply.testImages} new pictures rightly.`;
  say(`${reply.reason === 'stopped' ? 'Stopped' : 'Done'} after ${reply.steps} steps at ${reply.imagesPerSecond.toFixed(0)} images a second.${judged}`);
  showGuesses(reply.guesses);
}

function fail(message: string, help: string | undefined): void {
  Object.assign(page, { state: 'failed', error: message });
  idle(0);
  say(`${/[.!?]$/.test(message) ? message : `${message}.`} What helps: ${help ?? 'reload the page, or take another device.'}`, true);
}

function idle(done: number): void {
  progress.value = done;
  [startButton.disabled, stopButton.disabled] = [false, true];
}

/** Writes the status; the same text again would be read aloud again. */
function say(text: string, failed = false): void {
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle('failed', failed);
}

function describe({ name, mode, details }: Report): string {
  const threads = typeof details.threads === 'number' ? [`${details.threads} ${details.threads === 1 ? 'thread' : 'threads'}`] : [];
  return [name, ...(name.endsWith(mode) ? [] : [mode]), ...threads].join(', ');
}

function showDevices({ probes, auto, isolated }: Extract<Reply, { type: 'devices' }>): void {
  for (const option of device.options) {
    if (option.value === 'auto') option.textContent = `auto (${auto})`;
    // It stays a choice: a run on it says why it fails.
    if (probes.some(({ name, available }) => name === option.value && !available)) option.textContent = `${option.value} (not here)`;
  }
  const lines = probes.map(({ name, available, reason, software, details }) => {
    const facts = [...(software ? ['a program that imitates a GPU'] : []), ...Object.entries(details).map(([key, value]) => facets[key]?.(value) ?? `${key} ${value}`)];
    return available ? `${name}${facts.length > 0 ? ': ' : ''}${facts.join(', ')}` : (reason ?? name);
  });
  element('devices', HTMLElement).replaceChildren(...lines.map((line) => withText('li', line)));
  element('not-isolated', HTMLElement).hidden = isolated;
}

function showGuesses(guesses: readonly Guess[]): void {
  const right = guesses.filter(({ guess, truth }) => guess === truth).length;
  show('verdict', `${right} of these ${guesses.length} are right.`);
  element('guesses', HTMLElement).replaceChildren(
    ...guesses.map((each) => {
      const item = document.createElement('li');
      const isRight = each.guess === each.truth;
      const verdict = withText('strong', `${isRight ? '✓' : '✗'} ${each.guess}`);
      verdict.className = isRight ? 'right' : 'wrong';
      item.append(picture(each), verdict, withText('span', `${percent(each.probability)} sure`), ...(isRight ? [] : [withText('span', `it is: ${each.truth}`)]));
      return item;
    }),
  );
}

function picture({ width, height, pixels, truth }: Guess): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `Picture: ${truth}`);
  const colours = new Uint8ClampedArray(width * height * 4);
  pixels.forEach((grey, i) => colours.set([grey, grey, grey, 255], i * 4));
  canvas.getContext('2d')?.putImageData(new ImageData(colours, width, height), 0, 0);
  return canvas;
}

function fillForm(settings: Settings): void {
  device.replaceChildren(...deviceNames.map((name) => new Option(name === 'host' ? 'host (the slow reference)' : name, name)));
  device.value = settings.device;
  for (const input of [steps, batch, seed]) {
    const name = input.name as 'steps' | 'batch' | 'seed';
    const { least, most } = ranges[name];
    Object.assign(input, { min: String(least), max: String(most), value: String(settings[name]) });
  }
}

function readForm(): Settings {
  const { testImages } = settingsOf(query);
  const typed = { device: device.value, steps: steps.value, batch: batch.value, seed: seed.value, testImages: String(testImages) };
  return settingsOf(new URLSearchParams(typed));
}

function show(id: string, text: string): void {
  element(id, HTMLElement).textContent = text;
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`;
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function withText(tag: 'li' | 'span' | 'strong', text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  return checked(document.getElementById(id), kind, id);
}

function field<T extends HTMLElement>(name: string, kind: new () => T): T {
  return checked(form.elements.namedItem(name), kind, name);
}

function checked<T extends HTMLElement>(found: unknown, kind: new () => T, name: string): T {
  if (!(found instanceof kind)) throw new Error(`The page has no "${name}".`);
  return found;
}
