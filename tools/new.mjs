/**
 * Writes the skeleton of a kernel or a layer, its test and its lines in the index. It works as written (as identity), and the lint asks for every `TODO` in it.
 *
 *     npm run new kernel OP/FILE   such as softplus/forward, softplus/backward, elementwise/multiply
 *     npm run new layer NAME       such as softplus, batch-norm
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const WORD = '[a-z][a-z0-9]*(?:-[a-z0-9]+)*';
// npm runs scripts at the root of the repository.
const root = process.cwd();

const [kind, path = ''] = process.argv.slice(2);
if (kind === 'kernel' && new RegExp(`^${WORD}/${WORD}$`).test(path)) newKernel(path);
else if (kind === 'layer' && new RegExp(`^${WORD}$`).test(path)) newLayer(path);
else fail('usage: npm run new kernel OP/FILE | npm run new layer NAME (lower case, words joined by -)');

/** @param {string} path */
function newKernel(path) {
  const [op, file] = path.split('/');
  const backward = file.startsWith('backward');
  const kebab = backward || file === 'forward' ? `${op}-${file}` : file;
  const name = camelCase(kebab);
  write(`packages/kernels-gpu/src/${path}.ts`, kernelSource(name, kebab.replaceAll('-', '_'), backward));
  write(`packages/kernels-gpu/test/${path}.test.ts`, backward ? backwardKernelTest(name) : kernelTest(name));
  const line = `export { ${name} } from './${path}.js';\n`;
  edit('packages/kernels-gpu/src/index.ts', (text) => {
    const last = text.lastIndexOf(` from './${op}/`);
    const end = last < 0 ? text.length : text.indexOf('\n', last) + 1;
    return text.slice(0, end) + line + text.slice(end);
  });
  console.log(`Run it: npx vitest run packages/kernels-gpu/test/${path}.test.ts`);
}

/** @param {string} file */
function newLayer(file) {
  const name = camelCase(file);
  write(`packages/layers/src/${file}.ts`, layerSource(name));
  write(`packages/layers/test/${file}.test.ts`, layerTest(name));
  edit('packages/layers/src/index.ts', (text) => `${text}export { ${name} } from './${file}.js';\n`);
  edit('packages/layers/test/support/layer-laws.ts', (text) =>
    text
      .replace(/^(import \{ .*?)((?:, type \w+)* \} from '@convkit\/layers';)$/m, `$1, ${name}$2`)
      .replace(/^\};\n(?![\s\S]*^\};)/m, `  ${name}: {\n    cases: [{ title: 'on images', layer: ${name}('${name}1'), x: [2, 3, 3, 2] }],\n    refusals: [],\n  },\n};\n`),
  );
  console.log('Run it and its laws: npx vitest run packages/layers/test');
}

/**
 * @param {string} name
 * @param {string} writtenName
 * @param {boolean} backward
 */
function kernelSource(name, writtenName, backward) {
  const [input, output] = backward ? ['dy', 'dx'] : ['x', 'y'];
  return `import { defKernel, sizeOf, type KernelThread, type View1 } from '@convkit/tensor';

/**
 * TODO: what it computes, its formula and the source of it: \`${output} = ${input}\`.
 *
 * Input: \`${input}\` of any shape. Output: the same shape.
 *
 * @example
 * \`\`\`ts
 * import { ${name} } from '@convkit/kernels-gpu';
 * import { openHostDevice } from '@convkit/tensor';
 *
 * const device = openHostDevice();
 * using ${input} = await device.upload([3], Float32Array.of(-1, 0, 2), '${input}');
 * using ${output} = await device.run(${name}, [${input}], {});
 * console.log((await device.download(${output})).data); // Float32Array(3) [ -1, 0, 2 ]
 * \`\`\`
 */
export const ${name} = defKernel({
  name: '${writtenName}',
  inputs: ['${input}'],
  body: function (this: KernelThread, ${input}: View1) {
    // TODO: the formula for one result. docs/kernel-dialect.md says what may stand here.
    return ${input}[this.thread.x];
  },
  // TODO: checks of the shapes, how the body sees each input, one thread for each result, and the whole numbers that it reads as this.constants.
  plan: ([${input}]) => ({ output: ${input}, views: [[sizeOf(${input})]], grid: [sizeOf(${input})], constants: {} }),
});
`;
}

/** @param {string} name */
function kernelTest(name) {
  return `import { ${name} } from '@convkit/kernels-gpu';
import { it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }])('$shape', async ({ shape }) => {
    const x = randomTensor('x', shape);
    // TODO: the formula again, slow and obvious, and the error that rounding allows.
    expectClose(await compute(device(), ${name}, [x], {}), NdArray.of(x).map((value) => value), 0);
  });
});
`;
}

/** @param {string} name */
function backwardKernelTest(name) {
  return `import { ${name} } from '@convkit/kernels-gpu';
import { it } from 'vitest';
import { expectClose } from '../support/expect-close.js';
import { NdArray } from '../support/nd-array.js';
import { numericGradient } from '../support/numeric-gradient.js';
import { compute, onEachDevice } from '../support/on-each-device.js';
import { randomTensor } from '../support/random-tensor.js';

// TODO: the forward formula, slow and obvious.
const forward = (x: NdArray) => x.map((value) => value);

onEachDevice((device) => {
  it.each([{ shape: [1] }, { shape: [3, 5] }, { shape: [2, 3, 3, 4] }])('agrees with finite differences, $shape', async ({ shape }) => {
    const x = randomTensor('x', shape);
    const dy = randomTensor('dy', shape);
    expectClose(await compute(device(), ${name}, [dy], {}), numericGradient(forward, NdArray.of(x), NdArray.of(dy)), 1e-6);
  });
});
`;
}

/** @param {string} name */
function layerSource(name) {
  return `import { scale } from '@convkit/kernels-gpu';
import type { Layer } from './layer.js';

/**
 * TODO: what it computes, its formula and the source of it: \`y = x\`, any shape.
 *
 * @example
 * \`\`\`ts
 * import { ${name} } from '@convkit/layers';
 *
 * console.log(${name}('${name}1').outputShape([1, 8, 8, 3])); // [ 1, 8, 8, 3 ]
 * \`\`\`
 */
export function ${name}(name: string): Layer {
  return {
    name,
    kind: '${name}',
    // TODO: what backward reads of x and y; the stack releases the rest at once.
    keeps: [],
    outputShape: (x) => x,
    parameterSpecs: () => [],
    scratchShapes: () => [],
    multiplyAdds: () => 0,
    async forward({ device, x, donateX }) {
      // TODO: the kernels of the forward pass.
      return { y: await device.run(scale, [x], { factor: 1 }, { donate: donateX ? [x] : [] }), scratch: [] };
    },
    async backward({ device, dy, wantDx }) {
      // TODO: the kernels of the gradients.
      const dx = wantDx ? await device.run(scale, [dy], { factor: 1 }, { donate: [dy] }) : undefined;
      return { dx, gradients: {} };
    },
  };
}
`;
}

/** @param {string} name */
function layerTest(name) {
  return `import { Sequential, ${name} } from '@convkit/layers';
import { openHostDevice } from '@convkit/tensor';
import { expect, it } from 'vitest';

// The laws in layer-laws.test.ts check shapes, gradients and ownership; here stands what is particular to this layer.
it('TODO: gives its input', async () => {
  const device = openHostDevice();
  const x = await device.upload([1, 4], new Float32Array([-1, 0, 0.5, 3]), 'x');
  const { y } = await new Sequential([${name}('${name}1')]).forward(device, x, new Map());
  expect([...(await device.download(y)).data]).toEqual([-1, 0, 0.5, 3]);
});
`;
}

/** @param {string} kebab */
function camelCase(kebab) {
  return kebab.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

/**
 * @param {string} path
 * @param {string} text
 */
function write(path, text) {
  const file = join(root, path);
  if (existsSync(file)) fail(`${path} is there already`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`wrote  ${path}`);
}

/**
 * @param {string} path
 * @param {(text: string) => string} change
 */
function edit(path, change) {
  const text = readFileSync(join(root, path), 'utf8');
  writeFileSync(join(root, path), change(text));
  console.log(`edited ${path}`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(2);
}
