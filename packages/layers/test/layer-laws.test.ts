import { RandomStream, sameShape, sizeOf, type Device, type DeviceTensor, type Shape } from '@convkit/tensor';
import { describe, expect, it } from 'vitest';
import { testDevices } from '../../kernels-cpu/test/support/devices.js';
import { expectClose } from '../../kernels-gpu/test/support/expect-close.js';
import { NdArray } from '../../kernels-gpu/test/support/nd-array.js';
import { numericGradientOf } from './support/numeric-gradient-of.js';
import * as exported from '@convkit/layers';
import { Sequential, releaseAll, type ForwardMode } from '@convkit/layers';
import { asContract, openDoubleDevice } from './support/double-device.js';
import { layerLaws, type LawCase } from './support/layer-laws.js';

/** Everything the package exports that makes no layer. */
const others = [
  'Sequential', 'Tape', 'addGradients', 'constant', 'downloadParameters', 'formatSummary', 'gaussian', 'heNormal', 'releaseAll', 'softmaxCrossEntropy', 'summarise', 'uniform', 'uploadParameters', 'zeros',
];

const cases = Object.entries(layerLaws).flatMap(([kind, { cases }]) =>
  cases.flatMap((entry) => (entry.modes ?? [{ training: false }]).map((mode) => ({ ...entry, kind, mode, name: `${kind}, ${entry.title}${mode.training ? ', in training' : ''}` }))),
);

it('every exported layer has laws, and every law an exported layer of that kind', () => {
  expect(Object.keys(exported).sort()).toEqual([...Object.keys(layerLaws), ...others].sort());
  for (const [kind, { cases }] of Object.entries(layerLaws)) for (const { layer } of cases) expect(layer.kind).toBe(kind);
});

describe.each(cases)('$name', ({ layer, x: xShape, mode, kink }) => {
  const net = new Sequential([layer]);
  const numbers = numbersFor(layer.name, xShape, net.parameterSpecs(xShape), layer.outputShape(xShape), kink);

  it('keeps its inputs away from kinks', () => {
    const x = [...numbers.x].sort((a, b) => a - b);
    if (kink === 'at zero') expect(Math.min(...x.map(Math.abs))).toBeGreaterThan(1e-3);
    if (kink === 'where inputs are equal') expect(Math.min(...x.slice(1).map((value, i) => value - x[i]))).toBeGreaterThan(1e-3);
    expect(new Set(x).size).toBeGreaterThan(1);
  });

  it('tells the shapes it makes', async () => {
    const device = openDoubleDevice();
    const { x, parameters } = await upload(device, numbers);
    const own = Object.fromEntries([...parameters].map(([name, tensor]) => [name.slice(layer.name.length + 1), tensor]));
    const { y, scratch, tapes = [] } = await layer.forward({ device, x, donateX: false, parameters: own, mode, wantTape: true });
    expect(y.shape).toEqual(layer.outputShape(xShape));
    expect(scratch.map(({ shape }) => shape)).toEqual(layer.kind === 'dropout' && !mode.training ? [] : layer.scratchShapes(xShape));
    const dy = await device.upload(y.shape, asContract(numbers.dy), 'dy');
    const { dx, gradients } = await layer.backward({ device, dy, x, y, scratch, tapes, parameters: own, wantDx: true });
    expect(dx?.shape).toEqual(xShape);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(own).sort());
    for (const [name, gradient] of Object.entries(gradients)) expect(gradient.shape).toEqual(own[name].shape);
  });

  // Central differences in double precision, step 1e-5: truncation about 1e-10, rounding about 1e-11.
  it.each([Infinity, 4])('has the gradients that finite differences show, with sums of at most %s terms a thread', async (maxTerms) => {
    const device = openDoubleDevice(maxTerms);
    const pass = await runBoth(device, net, numbers, mode);
    for (const name of ['x', ...numbers.parameters.keys()]) {
      const numeric = await numericGradientOf(async (moved) => {
        const { x, parameters } = await upload(device, replace(numbers, name, moved));
        const { y, tape } = await net.forward(device, x, parameters, mode);
        const { data } = await device.download(y);
        tape.release();
        releaseAll([x, y, ...parameters.values()]);
        return data.reduce((sum, value, i) => sum + value * numbers.dy[i], 0);
      }, name === 'x' ? numbers.x : valuesOf(numbers, name));
      expectClose(pass[name], new NdArray(pass[name].shape, numeric), 1e-8);
    }
    expect(device.report().live()).toEqual([]);
  });

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])('hands on what it makes and leaves nothing behind (input donated: %s, gradient by it wanted: %s)', async (mayDonate, wantDx) => {
    const device = openDoubleDevice(4);
    const { x, parameters } = await upload(device, numbers);
    const own = Object.fromEntries([...parameters].map(([name, tensor]) => [name.slice(layer.name.length + 1), tensor]));
    // An input that backward reads is never donated.
    const donateX = mayDonate && !layer.keeps.includes('x');
    const { y, scratch, tapes = [] } = await layer.forward({ device, x, donateX, parameters: own, mode, wantTape: true });
    const inside = tapes.flatMap((tape) => tape.held());
    if (!donateX) expect(x.released).toBe(false);
    expect(liveOn(device)).toEqual(namesOf([x, y, ...scratch, ...inside, ...parameters.values()]));
    const dy = await device.upload(y.shape, asContract(numbers.dy), 'dy');
    const { dx, gradients } = await layer.backward({ device, dy, x, y, scratch, tapes, parameters: own, wantDx });
    expect(dx === undefined).toBe(!wantDx);
    expect([...parameters.values(), y].some(({ released }) => released)).toBe(false);
    expect(liveOn(device)).toEqual(namesOf([x, y, dy, ...scratch, ...parameters.values(), ...Object.values(gradients), ...(dx === undefined ? [] : [dx])]));
    releaseAll([x, y, dy, ...scratch, ...parameters.values(), ...Object.values(gradients), ...(dx === undefined ? [] : [dx])]);
    expect(device.report().live()).toEqual([]);
  });
});

describe.each(testDevices)('on $name', ({ open, mode: deviceMode }) => {
  it.each(cases)('$name: equals the reference and repeats to the bit', async ({ layer, x: xShape, mode, kink }) => {
    const device = await open();
    const net = new Sequential([layer]);
    const numbers = numbersFor(layer.name, xShape, net.parameterSpecs(xShape), layer.outputShape(xShape), kink);
    const reference = await runBoth(openDoubleDevice(), net, numbers, mode);
    const first = await runBoth(device, net, numbers, mode);
    const second = await runBoth(device, net, numbers, mode);
    for (const [name, expected] of Object.entries(reference)) {
      expectClose(first[name], expected, 1e-4);
      expect(second[name].data).toEqual(first[name].data);
    }
    const { x, parameters } = await upload(device, numbers);
    const evaluations = [await net.predict(device, x, parameters), await net.predict(device, x, parameters)];
    const [one, two] = await Promise.all(evaluations.map((y) => device.download(y)));
    expect(one.data).toEqual(two.data);
    releaseAll([x, ...parameters.values(), ...evaluations]);
    expect(device.report().live()).toEqual([]);
    expect(device.report().mode).toBe(deviceMode);
    await device.destroy();
  });
});

describe('refusals', () => {
  const refusals = Object.values(layerLaws).flatMap(({ refusals }) => refusals);
  it.each(refusals)('$layer.name refuses $x', ({ layer, x, text }) => {
    expect(() => layer.outputShape(x)).toThrow(expect.objectContaining({ name: 'ShapeError', message: text }));
  });

  it('are pinned for every layer that does not take every shape', () => {
    for (const [kind, { cases, refusals }] of Object.entries(layerLaws)) {
      const takesAll = [[], [5], [2, 5], [1, 2, 2, 2], [1, 2, 3, 4, 5]].every((shape) => takes(cases[0], shape));
      expect(`${kind}: ${refusals.length > 0}`).toBe(`${kind}: ${!takesAll}`);
    }
  });
});

describe('an option that nobody reads', () => {
  it.each(Object.entries(layerLaws).filter(([, { withOptions }]) => withOptions !== undefined))('is refused by %s', (kind, { withOptions }) => {
    expect(withOptions?.({})).toMatchObject({ name: `${kind}1`, kind });
    expect(() => withOptions?.({ pad: 1 })).toThrow(expect.objectContaining({ name: 'OptionError', code: 'OPTION_INVALID', summary: `${kind}1 (${kind}): there is no option "pad".` }));
  });

  it('is told beside those there are', () => {
    expect(() => layerLaws.conv2d.withOptions?.({ pad: 1 })).toThrow('help: there are outputs, kernelSize, groups, stride, padding, rounding, weight, bias.');
  });

  it('is refused by every layer that takes options', () => {
    // A layer without options takes a name alone.
    for (const [kind, { withOptions }] of Object.entries(layerLaws)) expect(`${kind}: ${withOptions !== undefined}`).toBe(`${kind}: ${(exported[kind as 'relu'] as (...all: never[]) => unknown).length > 1}`);
  });
});

interface Numbers {
  readonly xShape: Shape;
  readonly x: Float64Array;
  readonly dy: Float64Array;
  readonly parameters: ReadonlyMap<string, { readonly shape: Shape; readonly values: Float64Array }>;
}

function numbersFor(name: string, xShape: Shape, specs: readonly { readonly name: string; readonly shape: Shape }[], yShape: Shape, kink: LawCase['kink']): Numbers {
  const draw = (what: string, shape: Shape) => Float64Array.from(new RandomStream(5, `${name} ${what}`).at().fillNormal(new Float32Array(sizeOf(shape))));
  const size = sizeOf(xShape);
  const x = kink === undefined
    ? draw('x', xShape)
    // A random order of equal steps around zero, none of which is zero.
    : Float64Array.from(new RandomStream(5, name).at().permutation(size), (i) => Math.fround((2 * i + 1) / size - 1 + (size % 2) / size));
  return { xShape, x, dy: draw('dy', yShape), parameters: new Map(specs.map((spec) => [spec.name, { shape: spec.shape, values: draw(spec.name, spec.shape) }])) };
}

function valuesOf(numbers: Numbers, name: string): Float64Array {
  return numbers.parameters.get(name)?.values ?? new Float64Array();
}

function replace(numbers: Numbers, name: string, values: Float64Array): Numbers {
  if (name === 'x') return { ...numbers, x: values };
  return { ...numbers, parameters: new Map([...numbers.parameters].map(([key, entry]) => [key, key === name ? { ...entry, values } : entry])) };
}

async function upload(device: Device, { xShape, x, parameters }: Numbers) {
  const uploaded = new Map<string, DeviceTensor>();
  for (const [name, { shape, values }] of parameters) uploaded.set(name, await device.upload(shape, forDevice(device, values), name));
  return { x: await device.upload(xShape, forDevice(device, x), 'x'), parameters: uploaded };
}

function forDevice(device: Device, values: Float64Array): Float32Array {
  return device.name === 'double' ? asContract(values) : Float32Array.from(values);
}

/** Result and all gradients of one pass, by name; `y` and `x` among them. */
async function runBoth(device: Device, net: Sequential, numbers: Numbers, mode: ForwardMode): Promise<Record<string, NdArray>> {
  const { x, parameters } = await upload(device, numbers);
  const { y, tape } = await net.forward(device, x, parameters, mode);
  const dy = await device.upload(y.shape, forDevice(device, numbers.dy), 'dy');
  const result = new Map([['y', NdArray.of(await device.download(y))]]);
  const { gradients, dx } = await net.backward(tape, dy, { wantDx: true });
  if (dx === undefined) throw new Error('no gradient by x');
  gradients.set('x', dx);
  for (const [name, gradient] of gradients) result.set(name, NdArray.of(await device.download(gradient)));
  releaseAll([x, y, ...parameters.values(), ...gradients.values()]);
  return Object.fromEntries(result);
}

function labelOf({ label, shape }: { readonly label: string; readonly shape: Shape }): string {
  return `${label} [${shape.join(', ')}]`;
}

function liveOn(device: Device): string[] {
  return device.report().live().map(labelOf).sort();
}

/** Each live tensor once, even where a layer handed its input back as its result. */
function namesOf(tensors: readonly DeviceTensor[]): string[] {
  return [...new Set(tensors)].filter(({ released }) => !released).map(labelOf).sort();
}

function takes({ layer }: LawCase, shape: Shape): boolean {
  try {
    return sameShape(layer.outputShape(shape), shape);
  } catch {
    return false;
  }
}
