/// <reference types="vite/client" />
import * as kernels from '@convkit/kernels-gpu';
import { describe, expect, it } from 'vitest';

const sources = import.meta.glob<string>('../src/**/*.ts', { query: '?raw', import: 'default', eager: true });
const tests = import.meta.glob<string>('./**/*.test.ts', { query: '?raw', import: 'default', eager: true });

const kernelNames = Object.entries(kernels)
  .filter(([, value]) => typeof value === 'object' && 'body' in value && 'plan' in value)
  .map(([name]) => name);

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

it('finds the kernels', () => {
  expect(kernelNames).toContain('conv2dForward');
  expect(Object.keys(sources).length).toBeGreaterThan(kernelNames.length);
});

describe.each(kernelNames)('%s', (name) => {
  const file = Object.keys(sources).find((path) => sources[path].includes(`export const ${name} = defKernel`));
  const spec = kernels[name as keyof typeof kernels] as { readonly name: string };

  it('stands alone in a file of its name', () => {
    expect(file).toBeDefined();
    expect(sources[String(file)].match(/defKernel[<(]/g)).toHaveLength(1);
    const [folder, base] = String(file).replace('../src/', '').replace('.ts', '').split('/');
    expect([base, `${folder}-${base}`]).toContain(kebab(name));
  });

  it('is called as it is exported, in snake case', () => {
    expect(spec.name).toBe(kebab(name).replaceAll('-', '_'));
  });

  it('is tested at the same path, on every device', () => {
    const test = tests[String(file).replace('../src/', './').replace('.ts', '.test.ts')];
    expect(test).toBeDefined();
    expect(test).toContain(`compute(device`);
    expect(test).toContain('onEachDevice(');
    expect(test).toContain(name);
    if (name.includes('Backward')) expect(test).toContain('numericGradient(');
  });
});
