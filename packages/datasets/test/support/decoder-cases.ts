import type { Image } from '@convkit/data-aug';

import golden from '../golden/decoders.json' with { type: 'json' };

/** Images of many kinds, and what sharp makes of each, as a PNG. */
export const decoderCases = golden.map(({ kind, file, decoded }) => ({ kind, file: bytesOf(file), decoded: bytesOf(decoded) }));

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** The largest difference of a value, and the mean over all; both infinite if the sizes differ. */
export function differenceOf(a: Image, b: Image): { readonly largest: number; readonly mean: number } {
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) return { largest: Infinity, mean: Infinity };
  let largest = 0;
  let sum = 0;
  a.data.forEach((value, i) => {
    const difference = Math.abs(value - b.data[i]);
    largest = Math.max(largest, difference);
    sum += difference;
  });
  return { largest, mean: sum / a.data.length };
}
