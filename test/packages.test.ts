import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packPackages, type Packed } from '../tools/pack-packages.mjs';
import { expectedOutput, markdownExamples, normalise, packageNames, root, toJavaScript } from '../tools/examples.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'convkit-packages-'));
const packed = new Map<string, Packed>();
const sizes: { package: string; tarball: string; import: string }[] = [];

beforeAll(async () => {
  for (const one of await packPackages(root, folder)) packed.set(one.name, one);
}, 120_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  console.table(sizes);
});

/** The package and all it depends on: what `npm i` of it alone brings, since nothing of it is on a registry while it is tested. */
function closure(name: string): Packed[] {
  const found = new Set<string>();
  const visit = (one: string) => {
    if (found.has(one)) return;
    found.add(one);
    Object.keys(manifestOf(one).dependencies ?? {}).forEach(visit);
  };
  visit(name);
  return [...found].map(get);
}

function get(name: string): Packed {
  const one = packed.get(name);
  if (!one) throw new Error(`${name} was not packed`);
  return one;
}

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
  readonly peerDependencies?: Record<string, string>;
}

function manifestOf(name: string): Manifest {
  return get(name).manifest as Manifest;
}

/** An empty folder with the package installed, offline: a dependency that would have to be fetched is an error. */
async function install(name: string): Promise<string> {
  const home = join(folder, name.replace('@convkit/', ''));
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--no-package-lock', ...closure(name).map(({ tarball }) => tarball)], { cwd: home });
  return home;
}

/** The files Node parses while a program runs, told by its debugger. */
async function loadedFiles(home: string, program: string): Promise<string[]> {
  const watcher = `
    import { Session } from 'node:inspector';
    const files = new Set();
    const session = new Session();
    session.connect();
    session.on('Debugger.scriptParsed', ({ params: { url } }) => url.startsWith('file:') && files.add(url));
    session.post('Debugger.enable');
    await import('./watched.mjs');
    console.log(JSON.stringify([...files]));
    process.exit();`;
  writeFileSync(join(home, 'watcher.mjs'), watcher);
  writeFileSync(join(home, 'watched.mjs'), program);
  const { stdout } = await run('node', ['watcher.mjs'], { cwd: home });
  return (JSON.parse(stdout) as string[]).map((url) => fileURLToPath(url)).filter((file) => file.includes('node_modules'));
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

describe.each(packageNames.map((name) => `@convkit/${name}`))('%s', (name) => {
  const short = name.replace('@convkit/', '');
  let home: string;
  beforeAll(async () => {
    home = await install(name);
  }, 120_000);

  it('installs alone the program its README begins with, which runs and prints what is shown', async () => {
    const [example] = markdownExamples(`packages/${short}/README.md`);
    writeFileSync(join(home, 'example.mjs'), toJavaScript(example));
    const { stdout } = await run('node', ['example.mjs'], { cwd: home, timeout: 60_000 });
    const expected = expectedOutput(example);
    expect(expected, 'the README shows what its first program prints').toBeDefined();
    expect(normalise(stdout)).toMatch(expected as RegExp);
  }, 90_000);

  it('brings nothing but packages of this repository', () => {
    const manifest = manifestOf(name);
    for (const dependency of Object.keys(manifest.dependencies ?? {})) expect(dependency).toMatch(/^@convkit\//);
    for (const peer of Object.keys(manifest.peerDependencies ?? {})) expect(manifest.peerDependenciesMeta?.[peer]).toEqual({ optional: true });
  });

  it('holds its licence, its README, its sources, and every source its maps speak of', () => {
    const { files } = get(name);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']));
    expect(readFileSync(join(root, 'packages', short, 'LICENSE'), 'utf8')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    for (const map of files.filter((file) => file.endsWith('.js.map'))) {
      const { sources } = JSON.parse(readFileSync(join(root, 'packages', short, map), 'utf8')) as { sources: string[] };
      for (const source of sources.filter((path) => path.startsWith('../src/'))) expect(files).toContain(source.slice('../'.length));
      // Whose code is built in is named in the notice.
      for (const [, work] of sources.flatMap((path) => [...path.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)])) expect(readFileSync(join(root, 'packages', short, 'THIRD-PARTY.md'), 'utf8')).toContain(work);
    }
  });

  it('loads on import only what it needs', async () => {
    const files = await loadedFiles(home, `import '${name}';`);
    expect(files.some((file) => file.endsWith(join('node_modules', name, 'dist', 'index.js')))).toBe(true);
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
    sizes.push({ package: name, tarball: kilobytes(get(name).size), import: kilobytes(bytes) });
    // The largest is alexnet with all it stands on; a bundled gpu.js alone would be 600 kB.
    expect(bytes).toBeLessThan(400_000);
  });
});

describe('@convkit/kernels-gpu', () => {
  // Only gpu.js has such a name in it.
  const hasGpuJs = (file: string) => readFileSync(file, 'utf8').includes('WebAssemblyFunctionNode');

  it('loads gpu.js when a device of it is opened, and not before', async () => {
    const home = join(folder, 'kernels-gpu');
    const before = await loadedFiles(home, "import { reluForward } from '@convkit/kernels-gpu'; if (reluForward.name !== 'relu_forward') throw new Error();");
    expect(before.filter(hasGpuJs)).toEqual([]);
    const after = await loadedFiles(home, "import { openGpuDevice } from '@convkit/kernels-gpu'; const device = await openGpuDevice('gpujs-cpu'); await device.destroy();");
    expect(after.filter(hasGpuJs)).not.toEqual([]);
  }, 60_000);
});
