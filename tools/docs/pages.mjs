/** A plugin of typedoc, with the router `pages`: pages are called by their first heading, have the address of their file, stand in groups by where they lie, and get the parts that are made from the code. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Comment, CommentTag, JSX, KindRouter } from 'typedoc';
import { alexnetDifferences } from './made/alexnet-differences.mjs';
import { kernelBench } from './made/kernel-bench.mjs';
import { packagePicture } from './made/package-picture.mjs';
import { stepTable } from './made/step-table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Groups of the navigation: the first whose pattern fits a page's path. @type {readonly (readonly [RegExp, string])[]} */
const GROUPS = [
  [/^docs\/guides\//, 'Guides'],
  [/^docs\/results\//, 'Results'],
  [/^docs\/decisions\//, 'Decisions'],
  [/^docs\//, 'Facts and figures'],
  [/^(apps|examples)\//, 'Applications and examples'],
  [/./, 'Working on it'],
];

/** What stands for `<!-- made: NAME -->` in a page. @type {Readonly<Record<string, () => string | Promise<string>>>} */
const MADE = { 'alexnet differences': alexnetDifferences, 'kernel bench': () => kernelBench(root), 'package picture': () => packagePicture(root), 'step table': stepTable };

/** Path of each page in the repository. @type {WeakMap<import('typedoc').Reflection, string>} */
const paths = new WeakMap();

/** `docs/guides/start-here.md` becomes `guides/start-here.html`. */
class PageRouter extends KindRouter {
  /** @override @param {import('typedoc').Reflection} reflection */
  getIdealBaseName(reflection) {
    const path = paths.get(reflection);
    return path === undefined ? super.getIdealBaseName(reflection) : path.replace(/^docs\//, '').replace(/\.md$/, '').replace(/\/README$/, '/index').toLowerCase();
  }
}

/** The guides are unfolded until a reader folds them up. The key is typedoc's. */
const UNFOLD = "try { localStorage.getItem('tsd-accordion-Guides') ?? localStorage.setItem('tsd-accordion-Guides', 'true'); } catch {}";

/** @param {import('typedoc').Application} app */
export async function load(app) {
  const made = new Map(await Promise.all(Object.entries(MADE).map(async ([name, make]) => /** @type {const} */ ([`<!-- made: ${name} -->`, await make()]))));
  app.renderer.defineRouter('pages', PageRouter);
  app.renderer.hooks.on('head.end', () => JSX.createElement('script', null, JSX.createElement(JSX.Raw, { html: UNFOLD })));
  app.on(Application.EVENT_PROJECT_REVIVE, (project) => {
    for (const page of project.documents ?? []) {
      const path = relative(root, project.files.getReflectionPath(page) ?? '');
      paths.set(page, path);
      page.name = headingOf(path);
      page.frontmatter.group = GROUPS.find(([pattern]) => pattern.test(path))?.[1];
      for (const part of page.content) if (part.kind === 'text') part.text = fill(part.text, path, made);
    }
    for (const module of project.children ?? []) (module.comment ??= new Comment()).blockTags.push(new CommentTag('@group', [{ kind: 'text', text: 'Packages' }]));
  });
}

/** @param {string} path */
function headingOf(path) {
  const card = /([^/]+)\/card\.md$/.exec(path);
  if (card) return `Card: ${card[1]}`;
  const heading = /^# (.+)$/m.exec(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))?.[1];
  if (heading === undefined) throw new Error(`${path} has no heading.`);
  return heading.replaceAll('`', '');
}

/**
 * @param {string} text
 * @param {string} path
 * @param {ReadonlyMap<string, string>} made
 */
function fill(text, path, made) {
  return text.replace(/<!-- made: .* -->/g, (mark) => {
    const part = made.get(mark);
    if (part === undefined) throw new Error(`${path}: nothing is made for ${mark}; there are ${[...made.keys()].join(' ')}`);
    return part;
  });
}
