import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commentExamples, expectedOutput, markdownExamples, normalise, packageNames, root, toJavaScript, type Example } from '../tools/examples.mjs';

const groups = packageNames.map((name) => {
  const readme = `packages/${name}/README.md`;
  return { name, examples: [...commentExamples(`packages/${name}/src`), ...(existsSync(join(root, readme)) ? markdownExamples(readme) : [])] };
});
groups.push({ name: 'the repository', examples: ['README.md', 'CONTRIBUTING.md'].flatMap(markdownExamples) });
// The bodies in the page on the kernel dialect are no programs; the lint rule's test takes them.
const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md') && name !== 'kernel-dialect.md' && !name.startsWith('site'));
groups.push({ name: 'the documentation', examples: pages.sort().flatMap((name) => markdownExamples(join('docs', name))) });

// Inside node_modules, so that the programs find the built packages as a user's program would.
const folder = join(root, 'node_modules/.cache/convkit', `examples-${process.pid}`);
beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.concurrent.each(groups.filter(({ examples }) => examples.length > 0))('$name', ({ name, examples }) => {
  let results: { output: string; error: string }[];
  beforeAll(async () => {
    const files = examples.map((example, i) => {
      const file = join(folder, `${name.replaceAll(' ', '-')}-${i}.mjs`);
      writeFileSync(file, toJavaScript(example));
      return file;
    });
    const { stdout } = await promisify(execFile)('node', [join(root, 'tools/run-examples.mjs'), ...files], { cwd: folder, maxBuffer: 2 ** 26 });
    results = stdout.trim().split('\n').map((line) => JSON.parse(line) as { output: string; error: string });
  }, 600_000);

  it.each(examples.map(({ place }, i) => [place, i] as const))('%s runs and prints what it says', (_, i) => {
    const { output, error } = results[i];
    expect(error).toBe('');
    const expected = expectedOutput(examples[i]);
    if (expected) expect(normalise(output)).toMatch(expected);
  });
});

it('are typed as their readers will type them', () => {
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(join(root, 'tsconfig.base.json'), (path) => ts.sys.readFile(path)).config, ts.sys, root);
  const programs = new Map(
    groups.flatMap(({ examples }) => examples).filter(({ language }) => language === 'ts').map((example, i): [string, Example] => [join(root, `example-${i}.ts`), example]),
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (path) => programs.has(path) || fileExists.call(host, path);
  host.getSourceFile = (path, ...rest) => {
    const example = programs.get(path);
    return example ? ts.createSourceFile(path, example.code, ts.ScriptTarget.ES2022) : getSourceFile.call(host, path, ...rest);
  };
  const program = ts.createProgram([...programs.keys()], { ...options, noEmit: true }, host);
  const problems = [...programs].flatMap(([path, { place }]) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ messageText, start = 0 }) => {
      const line = file?.text.slice(0, start).split('\n').length;
      return `${place}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
  expect(problems).toEqual([]);
  expect(programs.size).toBeGreaterThan(0);
}, 120_000);
