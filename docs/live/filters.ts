/** Filters of 3 x 3 that show what a convolution can see. */
export const FILTERS: readonly { readonly name: string; readonly values: readonly number[] }[] = [
  { name: 'vertical edges', values: [-1, 0, 1, -2, 0, 2, -1, 0, 1] },
  { name: 'horizontal edges', values: [-1, -2, -1, 0, 0, 0, 1, 2, 1] },
  { name: 'all edges', values: [-1, -1, -1, -1, 8, -1, -1, -1, -1] },
  { name: 'diagonal', values: [2, 1, 0, 1, 0, -1, 0, -1, -2] },
  { name: 'blur', values: [0.1, 0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1] },
  { name: 'nothing', values: [0, 0, 0, 0, 1, 0, 0, 0, 0] },
];
