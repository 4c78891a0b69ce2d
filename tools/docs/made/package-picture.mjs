import { LEVELS, packageImports } from '../../arrows.mjs';

const [WIDTH, BOX, HEIGHT, GAP] = [940, 150, 40, 62];

/**
 * The packages, level over level, and who imports whom: a picture in SVG and the same as a markdown table. Colours are those of the page.
 *
 * @param {string} root
 */
export function packagePicture(root) {
  const imports = packageImports(root);
  const places = placesOf([...LEVELS].reverse());
  const arrows = [...imports].flatMap(([from, all]) => all.map((to) => ({ from, to, plain: !isImplied(from, to, imports) })));
  const height = LEVELS.length * (HEIGHT + GAP) - GAP + 4;
  const rows = [...places.keys()].map((name) => `| \`${name}\` | ${(imports.get(name) ?? []).join(', ') || 'nothing'} |`);
  return [
    [
      `<div class="packages-frame" tabindex="0" role="group" aria-label="Picture of the packages"><svg class="packages" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="The packages and their imports; the table below says the same.">`,
      '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
      ...arrows.sort((a, b) => Number(a.plain) - Number(b.plain)).map((arrow) => line(arrow, places)),
      ...[...places].map(([name, { x, y }]) => `<g transform="translate(${x - BOX / 2} ${y})"><rect width="${BOX}" height="${HEIGHT}" rx="6"/><text x="${BOX / 2}" y="${HEIGHT / 2 + 5}">${label(name)}</text></g>`),
      '</svg></div>',
    ].join('\n'),
    ['| package | imports |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

/** @param {readonly (readonly string[])[]} levels Highest first. */
function placesOf(levels) {
  /** @type {Map<string, { x: number, y: number }>} */
  const places = new Map();
  for (const [row, names] of levels.entries()) {
    for (const [i, name] of names.entries()) places.set(name, { x: (WIDTH * (i + 0.5)) / names.length, y: 2 + row * (HEIGHT + GAP) });
  }
  return places;
}

/**
 * Whether one of the packages that `from` imports brings `to` along.
 *
 * @param {string} from
 * @param {string} to
 * @param {ReadonlyMap<string, readonly string[]>} imports
 */
function isImplied(from, to, imports) {
  /** @param {string} name @returns {boolean} */
  const reaches = (name) => name === to || (imports.get(name) ?? []).some(reaches);
  return (imports.get(from) ?? []).some((other) => other !== to && reaches(other));
}

/**
 * @param {{ from: string, to: string, plain: boolean }} arrow
 * @param {ReadonlyMap<string, { x: number, y: number }>} places
 */
function line({ from, to, plain }, places) {
  const [a, b] = [from, to].map((name) => places.get(name));
  if (!a || !b) throw new Error(`tools/arrows.mjs has no level for ${from} or ${to}.`);
  const [top, bottom] = [a.y + HEIGHT, b.y];
  const bend = (bottom - top) / 2;
  return `<path class="${plain ? 'plain' : 'implied'}" d="M${a.x} ${top}C${a.x} ${top + bend} ${b.x} ${bottom - bend} ${b.x} ${bottom - 1}"${plain ? ' marker-end="url(#tip)"' : ''}/>`;
}

/** @param {string} name */
function label(name) {
  return name.replace('dataset-', '');
}
