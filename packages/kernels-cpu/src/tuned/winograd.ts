import { Operation } from '../operation.js';
import { MOST_TASKS } from '../team.js';
import type { Commands, Storage } from '../tuned.js';
import { evenBlock } from './blocks.js';

/** Rows and columns of a transformed tile; their product is the number of matrix products. */
const POINTS = 6;
/** Tiles that are transformed at once: with all channels of a group they stay in the second-level cache. */
const BLOCK_TILES = 16;
const BLOCK_COLUMNS = 64;
/** Below these, the transforms take longer than the products they save. */
const LEAST_CHANNELS = 16;
const MOST_CHANNELS = 512;
const LEAST_GAIN = 1.5;

/** A convolution of stride 1 with a square filter. */
export interface WinogradConvolution {
  readonly images: Storage;
  readonly weights: Storage;
  readonly bias: number;
  readonly out: Storage;
  /** Images, their rows and columns, and rows and columns of the result. */
  readonly sizes: { readonly N: number; readonly H: number; readonly W: number; readonly P: number; readonly Q: number };
  readonly taps: number;
  readonly groups: number;
  /** Channels of one group that are read, and that are made. */
  readonly channels: number;
  readonly columns: number;
  /** Row and column of the pixel under the first tap at the first place. */
  readonly offset: readonly [number, number];
  /** Whether the filter is turned round. */
  readonly turned: boolean;
  /** Numbers from the weights of one channel, tap and group to those of the next. */
  readonly pitches: readonly [number, number, number];
}

/** Whether tiles save so many multiplications that their transforms pay. Shapes alone decide, so that results do not depend on anything else. */
export function worthWinograd({ taps, channels, columns, groups, sizes: { N, P, Q } }: Pick<WinogradConvolution, 'taps' | 'channels' | 'columns' | 'groups' | 'sizes'>): boolean {
  if (taps !== 3 && taps !== 5) return false;
  const results = POINTS + 1 - taps;
  const tiles = Math.ceil(P / results) * Math.ceil(Q / results);
  const gain = (P * Q * taps * taps) / (tiles * POINTS * POINTS);
  return gain >= LEAST_GAIN && Math.min(channels, columns) >= LEAST_CHANNELS && channels <= MOST_CHANNELS && Math.ceil((N * tiles) / BLOCK_TILES) * groups <= MOST_TASKS;
}

/** Submits it, with the transformed filters kept until the weights change. */
export function submitWinograd(commands: Commands, convolution: WinogradConvolution): void {
  const { images, weights, bias, out, taps, groups, channels, columns, offset, turned, pitches } = convolution;
  const { N, H, W, P, Q } = convolution.sizes;
  const results = POINTS + 1 - taps;
  const tilesH = Math.ceil(P / results);
  const tilesW = Math.ceil(Q / results);
  const panels = Math.ceil(columns / 8);
  const filters = commands.form(weights, `filters of ${groups}${turned ? ', turned' : ''}`, groups * POINTS * POINTS * panels * 8 * channels, (to) =>
    commands.submit(Operation.WinogradFilters, groups * panels, [weights.block.at, to, taps, Number(turned), channels, columns, ...pitches, panels]),
  );
  const blockColumns = evenBlock(columns, BLOCK_COLUMNS, 8);
  commands.submit(Operation.WinogradProduct, Math.ceil((N * tilesH * tilesW) / BLOCK_TILES) * groups, [
    out.block.at, filters, weights.block.at, bias, N * tilesH * tilesW, columns, groups, BLOCK_TILES, blockColumns, results, taps, P, Q, Number(turned), ...pitches,
    images.block.at, H, W, channels * groups, channels, tilesH, tilesW, results, results, ...offset, 1, 1, POINTS, POINTS,
  ]);
}
