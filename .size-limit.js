/**
 * What each package may weigh, minified and gzipped, without the packages it stands on and without what it loads later by `import()`: all of it, and one name alone, which shows that the rest is left out.
 *
 * @type {Record<string, { all: string, one: readonly [name: string, limit: string] }>}
 */
const budgets = {
  tensor: { all: '6 kB', one: ['RandomStream', '2.1 kB'] },
  'kernels-gpu': { all: '9.5 kB', one: ['conv2dForward', '1.7 kB'] },
  optim: { all: '4.1 kB', one: ['constantRate', '0.3 kB'] },
  'data-aug': { all: '5.7 kB', one: ['randomFlip', '0.7 kB'] },
  layers: { all: '8 kB', one: ['relu', '0.8 kB'] },
  'kernels-cpu': { all: '9.3 kB', one: ['deviceNames', '4.8 kB'] },
  datasets: { all: '27 kB', one: ['Sampler', '0.9 kB'] },
  'dataset-fashion-mnist': { all: '1.3 kB', one: ['fashionMnist', '0.6 kB'] },
  alexnet: { all: '13.9 kB', one: ['imageFormat', '7.2 kB'] },
  'model-io': { all: '3 kB', one: ['writeSafetensors', '0.8 kB'] },
  training: { all: '9.1 kB', one: ['parseCommand', '0.6 kB'] },
};

/** What is loaded later is a file of its own. @type {NonNullable<import('tsup').Options['esbuildPlugins']>[number]} */
const later = {
  name: 'later',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ kind, path }) => (kind === 'dynamic-import' ? { path, external: true } : undefined));
  },
};

export default Object.entries(budgets).flatMap(([name, { all, one }]) => {
  const common = {
    path: `packages/${name}/dist/index.js`,
    gzip: true,
    ignore: ['@convkit/*'],
    modifyEsbuildConfig: (/** @type {object} */ config) => ({ ...config, format: 'esm', target: 'es2022', plugins: [later] }),
  };
  return [
    { ...common, name: `@convkit/${name}`, import: '*', limit: all },
    { ...common, name: `@convkit/${name} { ${one[0]} }`, import: `{ ${one[0]} }`, limit: one[1] },
  ];
});
