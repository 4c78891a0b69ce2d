import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findLinkProblems } from '../../tools/docs/find-link-problems.mjs';

let site: string;
beforeEach(() => {
  site = mkdtempSync(join(tmpdir(), 'convkit-site-'));
  file('index.html', '<h1 id="top">Home</h1><a class="x" href="pages/a.html#part%20one">a</a> <a href="#top">up</a> <a href="https://example.org/">elsewhere</a>');
  file('pages/a.html', '<h2 id="part one"></h2><a href="../index.html">home</a><img alt="" src="../p.png"><script src="../s.js"></script>');
  file('p.png', '');
  file('s.js', '');
});
afterEach(() => {
  rmSync(site, { recursive: true });
});

function file(path: string, text: string) {
  mkdirSync(dirname(join(site, path)), { recursive: true });
  writeFileSync(join(site, path), text);
}

it('is content with a site whose links lead somewhere', () => {
  expect(findLinkProblems(site)).toEqual([]);
});

it.each<[string, string, string]>([
  ['a page that is not there', '<a href="b.html">b</a>', 'pages/c.html: b.html leads to nothing'],
  ['a place that is not there', '<a href="a.html#part two">a</a>', 'pages/c.html: a.html#part two: the page has no such place'],
  ['a place of its own that is not there', '<a href="#part">a</a>', 'pages/c.html: #part: the page has no such place'],
  ['a picture that is not there', '<img alt="" src="q.png">', 'pages/c.html: q.png leads to nothing'],
  ['a file outside', '<a href="../../secret">a</a>', 'pages/c.html: ../../secret leads out of the site'],
  ['markdown that is no page', '<a href="../media/README.md">a</a>', 'pages/c.html: ../media/README.md is no page of the site: name it in projectDocuments'],
  ['a script of another host', '<script src="https://cdn.example.org/x.js"></script>', 'pages/c.html: asks https://cdn.example.org/x.js for something; the site must work offline'],
  ['a style of another host', '<link rel="stylesheet" href="//example.org/x.css">', 'pages/c.html: asks //example.org/x.css for something; the site must work offline'],
])('finds %s', (_, html, problem) => {
  file('media/README.md', '');
  file('pages/c.html', html);
  expect(findLinkProblems(site)).toEqual([problem]);
});

it('finds a font of another host in a style', () => {
  file('x.css', "@font-face { src: url('https://example.org/f.woff2') }");
  expect(findLinkProblems(site)).toEqual(['x.css: asks https://example.org/f.woff2 for something; the site must work offline']);
});
