import { dense, heNormal, releaseAll, Sequential, softmaxCrossEntropy, tanh, uploadParameters } from '@convkit/layers';
import { sgd } from '@convkit/optim';
import { RandomStream, type Device, type DeviceTensor } from '@convkit/tensor';
import { element, Picture, slider } from './elements.js';
import { refresher, type LiveExample } from './live-example.js';

const POINTS = 96;
/** Pixels along a side of the map of what the net says. */
const MAP = 48;

const network = new Sequential([dense('fc1', { outputs: 12, weight: heNormal }), tanh('tanh1'), dense('fc2', { outputs: 12, weight: heNormal }), tanh('tanh2'), dense('fc3', { outputs: 2, weight: heNormal })]);

/** Points of two classes, one around the other, in the square from -1 to 1: coordinates `[POINTS, 2]` and one-hot targets. */
function twoRings(): { readonly x: Float32Array; readonly targets: Float32Array } {
  const draws = new RandomStream(3, 'rings').at();
  const [x, targets] = [new Float32Array(2 * POINTS), new Float32Array(2 * POINTS)];
  for (let i = 0; i < POINTS; i++) {
    const [radius, angle] = [(i % 2 === 0 ? 0.3 : 0.75) + 0.06 * draws.normal(), 2 * Math.PI * draws.uniform()];
    x.set([radius * Math.cos(angle), radius * Math.sin(angle)], 2 * i);
    targets[2 * i + (i % 2)] = 1;
  }
  return { x, targets };
}

/** A net of three dense layers that learns to tell the two rings apart, one update after the other. */
export class RingTrainer {
  readonly data = twoRings();
  readonly losses: number[] = [];
  readonly #device: Device;
  #parameters = new Map<string, DeviceTensor>();
  #state = new Map<string, DeviceTensor>();

  constructor(device: Device) {
    this.#device = device;
  }

  /** New weights and no velocity. */
  async restart(): Promise<void> {
    releaseAll([...this.#parameters.values(), ...this.#state.values()]);
    this.#parameters = await uploadParameters(this.#device, network.initialise([POINTS, 2], 5));
    this.#state = await sgd({ momentum: 0, decay: 0 }).initialState(this.#device, this.#parameters);
    this.losses.length = 0;
  }

  /** One update of all points. An optimiser has no state of its own, so a new one may go on with the velocities of another. */
  async step(rate: number, momentum: number): Promise<void> {
    const device = this.#device;
    using x = await device.upload([POINTS, 2], this.data.x, 'x');
    using targets = await device.upload([POINTS, 2], this.data.targets, 'targets');
    const { y, tape } = await network.forward(device, x, this.#parameters, { training: true, seed: 1, step: this.losses.length });
    using logits = y;
    using pass = await softmaxCrossEntropy(device, logits, targets);
    const { gradients } = await network.backward(tape, await pass.backward());
    await sgd({ momentum, decay: 0 }).step(device, this.#parameters, gradients, this.#state, rate);
    const { data } = await device.download(pass.losses);
    this.losses.push(data.reduce((sum, value) => sum + value, 0) / POINTS);
  }

  /** For every pixel of the map by how much the net takes it for the second class: -1 to 1. */
  async map(): Promise<Float32Array> {
    const places = Float32Array.from({ length: 2 * MAP * MAP }, (_, i) => (2 * ((i % 2 === 0 ? (i >> 1) % MAP : Math.floor((i >> 1) / MAP)) + 0.5)) / MAP - 1);
    using x = await this.#device.upload([MAP * MAP, 2], places, 'places');
    using y = await network.predict(this.#device, x, this.#parameters);
    const { data } = await this.#device.download(y);
    return Float32Array.from({ length: MAP * MAP }, (_, i) => Math.tanh((data[2 * i + 1] - data[2 * i]) / 2));
  }
}

/** The trainer with its map, its points and its curve, and buttons to drive it. */
export const descent: LiveExample = async (place, { device }) => {
  const trainer = new RingTrainer(device);
  const picture = new Picture('what the net says of every point');
  const curve = element('output');
  const rate = slider('Learning rate', { min: 0.01, max: 1, step: 0.01, value: 0.1 }, () => undefined);
  const momentum = slider('Momentum', { min: 0, max: 0.95, step: 0.05, value: 0.9 }, () => undefined);
  const steps = element('p', { role: 'status' });
  let running = false;
  const toggle = element('button', { type: 'button', click: () => void (running ? (running = false) : run()) }, 'train');
  const once = element('button', { type: 'button', click: () => void refresh(1) }, 'one step');
  const fresh = element('button', { type: 'button', click: () => void restart() }, 'new weights');

  let due = 0;
  let startAgain = true;
  const work = refresher(async () => {
    if (startAgain) {
      startAgain = false;
      due = 0;
      await trainer.restart();
    }
    for (; due > 0; due--) await trainer.step(rate.value(), momentum.value());
    await show();
  });
  const refresh = (count: number): Promise<void> => {
    due += count;
    return work();
  };
  const restart = (): Promise<void> => {
    startAgain = true;
    return work();
  };

  async function show(): Promise<void> {
    picture.draw(await trainer.map(), MAP, MAP, 1);
    const context = picture.canvas.getContext('2d');
    const { x, targets } = trainer.data;
    for (let i = 0; context && i < POINTS; i++) {
      context.fillStyle = targets[2 * i + 1] > 0 ? 'rgb(90 35 0)' : 'rgb(5 30 90)';
      context.fillRect(Math.floor(((x[2 * i] + 1) / 2) * MAP), Math.floor(((x[2 * i + 1] + 1) / 2) * MAP), 1, 1);
    }
    const { losses } = trainer;
    steps.textContent = losses.length === 0 ? 'Not trained yet.' : `Step ${losses.length}: loss ${losses[losses.length - 1].toFixed(3)}`;
    curve.innerHTML = `<svg viewBox="0 0 200 100" role="img" aria-label="The loss so far"><polyline points="${losses.map((value, i) => `${(200 * i) / Math.max(100, losses.length)},${100 - 100 * Math.min(1, value)}`).join(' ')}"/></svg>`;
  }

  async function run(): Promise<void> {
    running = true;
    toggle.textContent = 'pause';
    while (running && place.isConnected) {
      await refresh(2);
      await new Promise(requestAnimationFrame);
    }
    running = false;
    toggle.textContent = 'train';
  }

  place.replaceChildren(
    element('div', { class: 'controls' }, toggle, once, fresh, rate.field, momentum.field),
    element('div', { class: 'pictures' }, picture.figure, element('figure', {}, curve, element('figcaption', {}, 'the loss, step by step'))),
    steps,
  );
  await work();
};
