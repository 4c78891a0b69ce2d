/** The programs that READMEs and doc comments show, and what they say they print. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of the published packages, by short name. @type {readonly string[]} */
export const packageNames = readdirSync(join(root, 'packages'));

/**
 * A program shown to users: `place` is file and line, for messages, `shownOutput` the output shown under the program, if there is any.
 *
 * @typedef {{ readonly place: string, readonly language: 'js' | 'ts', readonly code: string, readonly shownOutput: string | undefined }} Example
 */

/**
 * Every ```js and ```ts block of a markdown file. A ```text block right behind one is its output.
 *
 * @param {string} path From the root of the repository.
 * @returns {Example[]}
 */
export function markdownExamples(path) {
  return fencedBlocks(readFileSync(join(root, path), 'utf8'), (line) => `${path}:${line}`);
}

/**
 * Every program behind an `@example` in the doc comments of a folder of sources.
 *
 * @param {string} folder From the root of the repository.
 * @returns {Example[]}
 */
export function commentExamples(folder) {
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

/**
 * @param {string} text
 * @param {(line: number) => string} place
 * @returns {Example[]}
 */
function fencedBlocks(text, place) {
  return [...text.matchAll(/^```(js|ts)\n([\s\S]*?)^```\n?(?:\s*^```text\n([\s\S]*?)^```)?/gm)].map((block) => ({
    place: place(text.slice(0, block.index).split('\n').length),
    language: /** @type {'js' | 'ts'} */ (block[1]),
    code: block[2],
    shownOutput: block[3],
  }));
}

/**
 * The program as Node runs it: types removed, `using` spelled out.
 *
 * @param {Example} example
 */
export function toJavaScript({ language, code, place }) {
  if (language === 'js') return code;
  return ts.transpileModule(code, { fileName: place, compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext } }).outputText;
}

/**
 * What the program says it prints: the text block under it, or the comments behind its `console.log(…)`. `…` stands for anything.
 * Where every print has a comment the whole output must be that; otherwise the comments must appear in order.
 *
 * @param {Example} example
 * @returns {RegExp | undefined}
 */
export function expectedOutput({ code, shownOutput }) {
  const pattern = (/** @type {string} */ text) => normalise(text).replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '.*?');
  if (shownOutput !== undefined) return new RegExp(`^${pattern(shownOutput)}$`);
  const comments = [...code.matchAll(/console\.log\(.*\);? *\/\/ (.+)$/gm)].map(([, comment]) => pattern(comment));
  if (comments.length === 0) return undefined;
  const prints = code.match(/console\.log\(/g) ?? [];
  return comments.length === prints.length ? new RegExp(`^${comments.join(' ')}$`) : new RegExp(comments.join('.*?'));
}

/**
 * One line, single spaces: Node breaks long arrays where it likes.
 *
 * @param {string} output
 */
export function normalise(output) {
  return output.trim().replace(/\s+/g, ' ');
}
