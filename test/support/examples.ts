import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders of the published packages, by short name. */
export const packageNames: readonly string[] = readdirSync(join(root, 'packages'));

/** A program shown to users. */
export interface Example {
  /** File and line, for messages. */
  readonly place: string;
  readonly language: 'js' | 'ts';
  readonly code: string;
  /** The output shown under the program, if there is any. */
  readonly shownOutput: string | undefined;
}

/** Every ```js and ```ts block of a markdown file. A ```text block right behind one is its output. */
export function markdownExamples(path: string): Example[] {
  return fencedBlocks(readFileSync(join(root, path), 'utf8'), (line) => `${path}:${line}`);
}

/** Every program behind an `@example` in the doc comments of a folder of sources. */
export function commentExamples(folder: string): Example[] {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const path = join(folder, name);
    const source = readFileSync(join(root, path), 'utf8');
    return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) => {
      const text = comment[0].replace(/^\/\*\*|\*\/$/g, '').replace(/^ *\* ?/gm, '');
      const firstLine = source.slice(0, comment.index).split('\n').length;
      return [...text.matchAll(/^@example\b[\s\S]*?(?=^@\w|$(?![\s\S]))/gm)].flatMap((section) => {
        const line = firstLine + text.slice(0, section.index).split('\n').length - 1;
        const blocks = fencedBlocks(section[0], (offset) => `${relative('.', path)}:${line + offset - 1}`);
        if (blocks.length === 0) throw new Error(`${path}:${line}: an @example without a \`\`\`ts block`);
        return blocks;
      });
    });
  });
}

function fencedBlocks(text: string, place: (line: number) => string): Example[] {
  return [...text.matchAll(/^```(js|ts)\n([\s\S]*?)^```\n?(?:\s*^```text\n([\s\S]*?)^```)?/gm)].map((block) => ({
    place: place(text.slice(0, block.index).split('\n').length),
    language: block[1] as 'js' | 'ts',
    code: block[2],
    shownOutput: block[3],
  }));
}

/** The program as Node runs it: types removed, `using` spelled out. */
export function toJavaScript({ language, code, place }: Example): string {
  if (language === 'js') return code;
  return ts.transpileModule(code, { fileName: place, compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText;
}

/**
 * What the program says it prints: the text block under it, or the comments behind its `console.log(…)`. `…` stands for anything.
 * Where every print has a comment the whole output must be that; otherwise the comments must appear in order.
 */
export function expectedOutput({ code, shownOutput }: Example): RegExp | undefined {
  const pattern = (text: string) => normalise(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*?');
  if (shownOutput !== undefined) return new RegExp(`^${pattern(shownOutput)}$`);
  const comments = [...code.matchAll(/console\.log\(.*\);? *\/\/ (.+)$/gm)].map(([, comment]) => pattern(comment));
  if (comments.length === 0) return undefined;
  const prints = code.match(/console\.log\(/g) ?? [];
  return comments.length === prints.length ? new RegExp(`^${comments.join(' ')}$`) : new RegExp(comments.join('.*?'));
}

/** One line, single spaces: Node breaks long arrays where it likes. */
export function normalise(output: string): string {
  return output.trim().replace(/\s+/g, ' ');
}
