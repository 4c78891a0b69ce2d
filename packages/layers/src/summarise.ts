import { formatShape, sizeOf, type Shape } from '@convkit/tensor';
import type { Sequential } from './sequential.js';

/** One layer of a {@link Summary}. */
export interface SummaryRow {
  /** Of the layer, such as `conv1`. */
  readonly name: string;
  /** Of the layer, such as `conv2d`. */
  readonly kind: string;
  /** Shape of its result, batch included. */
  readonly output: Shape;
  /** Numbers in its parameters. */
  readonly parameters: number;
  /** Multiply-adds of a forward pass; 0 for all but convolutions and dense layers. */
  readonly multiplyAdds: number;
  /** Bytes of its result, if somebody reads it in backward, and of its scratch. The first row, `input`, is the batch itself. */
  readonly bytesKept: number;
}

/** What a stack costs for inputs of one shape. */
export interface Summary {
  /** The input, then one row for each layer; the layers inside `columns` stand before it. */
  readonly rows: readonly SummaryRow[];
  /** Sum over the rows. */
  readonly parameters: number;
  /** Sum over the rows. */
  readonly multiplyAdds: number;
  /** Sum over the rows. */
  readonly bytesKept: number;
}

/**
 * Shapes, parameters, multiply-adds of a forward pass and bytes a training pass keeps for backward, layer by layer, without running anything.
 *
 * @param x Shape of the input with the batch; use a batch of 1 for costs of one image.
 * @throws ShapeError naming the layer
 *
 * @example
 * ```ts
 * import { conv2d, formatSummary, relu, Sequential, summarise } from '@convkit/layers';
 *
 * const net = new Sequential([conv2d('conv1', { outputs: 96, kernelSize: 11, stride: 4, rounding: 'ceil' }), relu('relu1')]);
 * console.log(formatSummary(summarise(net, [1, 224, 224, 3])));
 * ```
 */
export function summarise(net: Sequential, x: Shape): Summary {
  const rows: readonly SummaryRow[] = [{ name: 'input', kind: 'input', output: x, parameters: 0, multiplyAdds: 0, bytesKept: keptAt(net, net.shapes(x), 0) }, ...rowsOf(net, x, true)];
  return {
    rows,
    parameters: total(rows.map((row) => row.parameters)),
    multiplyAdds: total(rows.map((row) => row.multiplyAdds)),
    bytesKept: total(rows.map((row) => row.bytesKept)),
  };
}

/** One row for each layer. Layers inside a layer come before it, and what they cost is told with them, but for the result of the last, which is scratch of the layer around. */
function rowsOf(net: Sequential, x: Shape, ownResult: boolean): readonly SummaryRow[] {
  const shapes = net.shapes(x);
  return net.layers.flatMap((layer, i) => {
    const parts = layer.parts?.(shapes[i]);
    return [
      ...(parts ?? []).flatMap((part) => rowsOf(part.net, part.x, false)),
      {
        name: layer.name,
        kind: layer.kind,
        output: shapes[i + 1],
        parameters: parts === undefined ? total(layer.parameterSpecs(shapes[i]).map(({ shape }) => sizeOf(shape))) : 0,
        multiplyAdds: parts === undefined ? layer.multiplyAdds(shapes[i]) : 0,
        bytesKept: (ownResult || i + 1 < net.layers.length ? keptAt(net, shapes, i + 1) : 0) + total(layer.scratchShapes(shapes[i]).map(bytesOf)),
      },
    ];
  });
}

/** Bytes of the activation before the layer at a place, if one of its neighbours reads it in backward. */
function keptAt({ layers }: Sequential, shapes: readonly Shape[], place: number): number {
  return layers[place]?.keeps.includes('x') === true || layers[place - 1]?.keeps.includes('y') === true ? bytesOf(shapes[place]) : 0;
}

/** A {@link Summary} as a table of text: names and kinds to the left, numbers to the right, totals below a line. */
export function formatSummary(summary: Summary): string {
  const count = (value: number) => value.toLocaleString('en-US');
  const head = ['layer', 'kind', 'output', 'parameters', 'multiply-adds', 'bytes kept'];
  const body = summary.rows.map((row) => [row.name, row.kind, formatShape(row.output), count(row.parameters), count(row.multiplyAdds), count(row.bytesKept)]);
  const foot = ['total', '', '', count(summary.parameters), count(summary.multiplyAdds), count(summary.bytesKept)];
  const widths = head.map((_, column) => Math.max(...[head, ...body, foot].map((row) => row[column].length)));
  const line = (row: readonly string[]) => row.map((cell, column) => (column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ').trimEnd();
  const rule = '-'.repeat(total(widths) + 2 * (widths.length - 1));
  return [line(head), rule, ...body.map(line), rule, line(foot)].join('\n');
}

function bytesOf(shape: Shape): number {
  return sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
