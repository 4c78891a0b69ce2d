import { readFileSync } from 'node:fs';

const packages = ['alexnet', 'data-aug', 'datasets', 'kernels-cpu', 'kernels-gpu', 'layers', 'model-io', 'optim', 'tensor', 'training'];

/** Versions of Node and of the packages a run stands on. */
export function versions(): Record<string, string> {
  const found: Record<string, string> = { node: process.versions.node };
  for (const name of packages) found[`@convkit/${name}`] = versionOf(`@convkit/${name}`);
  return found;
}

function versionOf(name: string): string {
  // `exports` hides package.json, so it is found beside the folder of the entry.
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.resolve(name)), 'utf8')) as { version: string };
  return version;
}
