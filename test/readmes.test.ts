import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';
import { markdownExamples, packageNames, root } from '../tools/examples.mjs';

/** In this order, in every package. */
const sections = ['What it is', 'When to use', 'Install', 'Example', 'API', 'Compatibility', 'Cost'];

/** Their tables, of recipes and of tuned kernels, come along with any name. */
const tables = ['alexnet', 'kernels-cpu'];

interface Measured {
  readonly name: string;
  readonly passed: boolean;
  /** Bytes, minified and gzipped. */
  readonly size: number;
}

const measured = new Map<string, Measured>();
beforeAll(async () => {
  // It fails where a budget is exceeded, which the tests below say better.
  const run = promisify(execFile)(join(root, 'node_modules/.bin/size-limit'), ['--json'], { cwd: root });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  for (const one of JSON.parse(stdout) as Measured[]) measured.set(one.name, one);
}, 120_000);

/** What `import` from the package gives at run time. */
function exportedValues(name: string): string[] {
  const file = ts.createSourceFile('index.ts', readFileSync(join(root, 'packages', name, 'src/index.ts'), 'utf8'), ts.ScriptTarget.ESNext);
  return file.statements.filter(ts.isExportDeclaration).flatMap(({ isTypeOnly, exportClause }) => {
    if (isTypeOnly || !exportClause || !ts.isNamedExports(exportClause)) return [];
    return exportClause.elements.filter((element) => !element.isTypeOnly).map((element) => element.name.text);
  });
}

describe.each(packageNames)('the README of %s', (name) => {
  const path = `packages/${name}/README.md`;
  const text = readFileSync(join(root, path), 'utf8');
  const part = (section: string) => text.split(`\n## ${section}\n`)[1]?.split('\n## ')[0] ?? '';

  it('has the sections of all, in their order, none of them empty', () => {
    expect(text.split('\n')[0]).toBe(`# @convkit/${name}`);
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(sections);
    for (const section of sections) expect(part(section).trim().length, section).toBeGreaterThan(20);
  });

  it('says how to install it, then shows a program', () => {
    expect(part('Install')).toContain(`npm i @convkit/${name}\n`);
    expect(part('Example')).toContain(markdownExamples(path)[0].code);
  });

  it('names all that can be imported among its API', () => {
    const values = exportedValues(name);
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => !new RegExp(`\\b${value}\\b`).test(part('API')))).toEqual([]);
  });

  it('says for which Node it is', () => {
    expect(part('Compatibility')).toContain('Node 20.19 or newer');
  });

  it('tells what the package weighs, as measured, within its budget', () => {
    const [, all, one, alone] = /^([\d.]+) kB minified and gzipped, `(\w+)` alone ([\d.]+) kB/.exec(part('Cost').trim()) ?? [];
    for (const [told, { size, passed }] of [[all, get(`@convkit/${name}`)], [alone, get(`@convkit/${name} { ${one} }`)]] as const) {
      expect(passed).toBe(true);
      expect(Math.abs(Number(told) - size / 1000), `${size} bytes`).toBeLessThan(0.1 + 0.03 * Number(told));
    }
  });

  it('is left out by a bundler but for the name that is imported', () => {
    const one = [...measured.keys()].find((key) => key.startsWith(`@convkit/${name} {`)) ?? '';
    expect(get(one).size / get(`@convkit/${name}`).size).toBeLessThan(tables.includes(name) ? 0.55 : 0.45);
  });

  function get(key: string): Measured {
    const found = measured.get(key);
    if (!found) throw new Error(`.size-limit.js measures no ${key}`);
    return found;
  }
});
