import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/**
 * Everything in a built site that leads nowhere or asks another host for something, one sentence each: links and their fragments, scripts, styles, pictures, fonts. Links to other hosts are left alone.
 *
 * @param {string} site Folder of the site.
 * @returns {string[]}
 */
export function findLinkProblems(site) {
  const names = readdirSync(site, { recursive: true, encoding: 'utf8' });
  const files = new Set(names.map((name) => join(site, name)));
  const pages = new Map(names.filter((name) => name.endsWith('.html')).map((name) => [join(site, name), parse(readFileSync(join(site, name), 'utf8'))]));
  const problems = [];
  for (const [page, { links }] of pages) {
    for (const { link, needed } of links) {
      const problem = linkProblem(link, needed, page);
      if (problem) problems.push(`${relative(site, page)}: ${problem}`);
    }
  }
  for (const name of names.filter((each) => each.endsWith('.css'))) {
    for (const [, link] of readFileSync(join(site, name), 'utf8').matchAll(/url\(["']?([^"')]+)/g)) {
      if (isForeign(link)) problems.push(`${name}: asks ${link} for something; the site must work offline`);
    }
  }
  return problems;

  /**
   * @param {string} link
   * @param {boolean} needed
   * @param {string} page
   */
  function linkProblem(link, needed, page) {
    if (isForeign(link)) return needed ? `asks ${link} for something; the site must work offline` : undefined;
    if (/^(data|mailto):/.test(link)) return undefined;
    const [path, fragment = ''] = link.split('#');
    const target = path === '' ? page : resolve(dirname(page), decodeURIComponent(path.split('?')[0]));
    if (target !== site && !target.startsWith(site + sep)) return `${link} leads out of the site`;
    if (!files.has(target)) return `${link} leads to nothing`;
    if (target.endsWith('.md')) return `${link} is no page of the site: name it in projectDocuments`;
    const ids = pages.get(target)?.ids;
    return fragment !== '' && ids && !ids.has(decodeURIComponent(fragment)) ? `${link}: the page has no such place` : undefined;
  }
}

/**
 * What a page points to, and the places it has. typedoc writes plain HTML with quoted attributes.
 *
 * @param {string} html
 */
function parse(html) {
  const plain = html.replace(/<!--[\s\S]*?-->/g, '');
  const links = [...plain.matchAll(/<(a|link|script|img|iframe|source|use)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(([, tag, link]) => ({ link: link.replaceAll('&amp;', '&'), needed: tag !== 'a' }));
  return { links, ids: new Set([...plain.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, id]) => id)) };
}

/** @param {string} link */
function isForeign(link) {
  return /^(https?:)?\/\//.test(link);
}
