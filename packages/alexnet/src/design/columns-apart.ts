import { columns, Sequential, type Layer } from '@convkit/layers';
import { OptionError, Tensor } from '@convkit/tensor';
import { buildLayer, type LayerDesign } from './layer-design.js';
import { layersOf, type NetworkDesign } from './network-design.js';

type Named = readonly [name: string, design: LayerDesign];

const letters = ['a', 'b'] as const;

/** A stage of two columns: layers that exchange nothing. Its first layer reads both columns of the stage before. */
interface Stage {
  readonly name: string;
  readonly layers: readonly Named[];
}

/**
 * The layers of a design as two columns side by side, as on the two GPUs of 2012. Each column has half of the outputs of every layer; a convolution of two groups
 * reads its own column, a convolution of one group and a dense layer read both, and there a new pair of stacks begins. Normalisation never reaches from one column into the other,
 * whatever its groups. The head, which has an output for each class, belongs to no column.
 * Layers are called as in the design with the letter of their column behind, inside stages `columns1`, `columns2`, …: `columns1.conv1a`.
 *
 * Source: CHM `layers/layers-145.cfg`; Krizhevsky, Sutskever, Hinton, 2012, section 3.2 and figure 2.
 *
 * @throws OptionError `OPTION_INVALID` when a layer cannot be halved.
 */
export function columnsApart(layers: readonly Named[], options: { readonly classes: number }): readonly Layer[] {
  const { stages, head } = stagesOf(layers);
  return [
    ...stages.map(({ name, layers: inside }) =>
      columns(
        name,
        letters.map((letter) => new Sequential(inside.map(([layer, design]) => buildLayer(layer + letter, half(layer, design), options)))),
        isSwapped(inside[0][1]) ? { reads: [[0, 1], [1, 0]] } : {},
      ),
    ),
    ...head.map(([name, design]) => buildLayer(name, design, options)),
  ];
}

/**
 * Parameters of the form in which the columns are together as those of the form in which they stand apart. Both networks then compute the same, as far as no normalisation
 * reaches across the border. Works for gradients and for the optimiser's state as well.
 *
 * @param parameters By full name, all of them.
 * @throws OptionError `NAME_UNKNOWN` when one is missing.
 */
export function splitIntoColumns(design: NetworkDesign, parameters: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const { stages, head } = stagesOf(layersOf(design));
  const split = new Map<string, Tensor>();
  for (const { name: stage, layers } of stages) {
    for (const [name, layer] of layers) {
      for (const part of partsOf(layer)) {
        const whole = find(parameters, `${name}.${part}`);
        letters.forEach((letter, i) => {
          const own = columnsOf(whole, i);
          split.set(`${stage}.${name}${letter}.${part}`, i === 1 && part === 'weight' && isSwapped(layer) ? swapRows(own) : own);
        });
      }
    }
  }
  for (const name of headNames(head)) split.set(name, find(parameters, name));
  return split;
}

/** The reverse of {@link splitIntoColumns}. @throws OptionError `NAME_UNKNOWN` when a parameter is missing. */
export function joinColumns(design: NetworkDesign, parameters: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const { stages, head } = stagesOf(layersOf(design));
  const joined = new Map<string, Tensor>();
  for (const { name: stage, layers } of stages) {
    for (const [name, layer] of layers) {
      for (const part of partsOf(layer)) {
        const [a, b] = letters.map((letter) => find(parameters, `${stage}.${name}${letter}.${part}`));
        joined.set(`${name}.${part}`, sideBySide(a, part === 'weight' && isSwapped(layer) ? swapRows(b) : b));
      }
    }
  }
  for (const name of headNames(head)) joined.set(name, find(parameters, name));
  return joined;
}

function stagesOf(layers: readonly Named[]): { readonly stages: readonly Stage[]; readonly head: readonly Named[] } {
  const end = layers.findIndex(([, design]) => design.type === 'dense' && design.outputs === 'classes');
  const body = end < 0 ? layers : layers.slice(0, end);
  const starts = [...body.keys()].filter((i) => i === 0 || readsBoth(body[i][1]));
  return {
    stages: starts.map((start, i) => ({ name: `columns${i + 1}`, layers: body.slice(start, starts[i + 1]) })),
    head: end < 0 ? [] : layers.slice(end),
  };
}

function readsBoth(design: LayerDesign): boolean {
  return design.type === 'dense' || design.type === 'locallyConnected' || (design.type === 'conv2d' && (design.groups ?? 1) === 1);
}

function isSwapped(design: LayerDesign): boolean {
  return design.type === 'dense' && design.swapped === true;
}

function partsOf(design: LayerDesign): readonly string[] {
  return 'initialWeight' in design ? ['weight', 'bias'] : [];
}

function headNames(head: readonly Named[]): readonly string[] {
  return head.flatMap(([name, design]) => partsOf(design).map((part) => `${name}.${part}`));
}

/** A layer with half of everything. */
function half(name: string, design: LayerDesign): LayerDesign {
  const groups = 'groups' in design && design.groups !== undefined ? design.groups : 1;
  if (groups > 2) throw new OptionError({ code: 'OPTION_INVALID', message: `${name}: ${groups} groups cannot be laid out as two columns.`, help: 'let the columns together.' });
  const whole = groups === 1 ? design : { ...design, groups: 1 };
  if (!('outputs' in whole) || whole.outputs === 'classes') return whole;
  if (whole.outputs % 2 !== 0) throw new OptionError({ code: 'OPTION_INVALID', message: `${name}: ${whole.outputs} outputs cannot be halved.`, help: 'choose an even number, or let the columns together.' });
  return { ...whole, outputs: whole.outputs / 2 };
}

function find(parameters: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new OptionError({ code: 'NAME_UNKNOWN', message: `there is no parameter "${name}".`, help: `there are ${[...parameters.keys()].join(', ')}.` });
  return tensor;
}

/** The first or the second half of the last axis. */
function columnsOf({ shape, data }: Tensor, which: number): Tensor {
  const width = shape[shape.length - 1];
  const part = Tensor.zeros([...shape.slice(0, -1), width / 2]);
  for (let from = (which * width) / 2, to = 0; to < part.data.length; from += width, to += width / 2) part.data.set(data.subarray(from, from + width / 2), to);
  return part;
}

/** Two tensors beside each other on the last axis. */
function sideBySide(a: Tensor, b: Tensor): Tensor {
  const width = a.shape[a.shape.length - 1];
  const both = Tensor.zeros([...a.shape.slice(0, -1), 2 * width]);
  for (let from = 0; from < a.data.length; from += width) {
    both.data.set(a.data.subarray(from, from + width), 2 * from);
    both.data.set(b.data.subarray(from, from + width), 2 * from + width);
  }
  return both;
}

/** A matrix with its lower half above its upper one. */
function swapRows({ shape, data }: Tensor): Tensor {
  const middle = data.length / 2;
  const swapped = new Float32Array(data.length);
  swapped.set(data.subarray(middle));
  swapped.set(data.subarray(0, middle), middle);
  return new Tensor(shape, swapped);
}
