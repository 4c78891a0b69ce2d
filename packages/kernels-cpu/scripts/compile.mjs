/**
 * Compiles assembly/ into the four modules a device chooses from: with threads or without, with fused multiply-add or without.
 * They are written as text into a JavaScript module, since no two bundlers agree on how a package's .wasm file is found.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** @param {boolean} threads @param {boolean} relaxed @returns {Promise<Uint8Array>} */
async function compile(threads, relaxed) {
  /** @type {Uint8Array | undefined} */
  let binary;
  const { error, stderr } = await asc.main(
    [
      threads ? 'assembly/threaded.ts' : 'assembly/index.ts',
      '--baseDir', folder,
      '--outFile', 'kernels.wasm',
      '--runtime', 'stub', '--noExportMemory', '--importMemory', '--memoryBase', '1024', '--initialMemory', '4',
      '-O3', '--noAssert', '--converge',
      // Addresses are 32 bits wide here.
      '--disableWarning', '201',
      '--enable', 'simd',
      ...(threads ? ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'] : []),
      ...(relaxed ? ['--enable', 'relaxed-simd'] : []),
    ],
    { writeFile: (name, contents) => { if (name.endsWith('.wasm')) binary = /** @type {Uint8Array} */ (contents); } },
  );
  if (error || binary === undefined) throw new Error(`assembly/ does not compile: ${String(stderr)}`);
  return binary;
}

const names = { plain: [false, false], plainRelaxed: [false, true], threaded: [true, false], threadedRelaxed: [true, true] };
const lines = [];
for (const [name, [threads, relaxed]] of Object.entries(names)) {
  const binary = await compile(threads, relaxed);
  lines.push(`export const ${name} = '${Buffer.from(binary).toString('base64')}';`);
}
mkdirSync(new URL('../src/wasm', import.meta.url), { recursive: true });
writeFileSync(new URL('../src/wasm/modules.js', import.meta.url), `${lines.join('\n')}\n`);
