import { FormatError } from '@convkit/tensor';

import type { FileTree } from './file-tree.js';

/** Files that say what the classes are called: a line has the folder of a class, then its name. */
const LISTS = ['synset_words.txt', 'LOC_synset_mapping.txt', 'synsets.txt', 'words.txt', 'classes.txt'];

/** Lists are short: that of all of WordNet has 3 MB. */
const MOST_BYTES = 2 ** 24;

/** The text of a small file. @throws FormatError `FILE_MISSING`, `FILE_UNREADABLE`, `FILE_TOO_LARGE` */
export async function readText(tree: FileTree, path: string): Promise<string> {
  return textOf(await tree.lazyFile(path, MOST_BYTES).read());
}

/** The lines of a text that are not blank, with their numbers from 1 on. */
export function* numberedLines(text: string): Generator<readonly [number: number, line: string]> {
  for (const [i, line] of text.split('\n').entries()) if (line.trim() !== '') yield [i + 1, line.trim()];
}

/** One name a line; blank lines do not count. */
export function namesOf(bytes: Uint8Array): string[] {
  return Array.from(numberedLines(textOf(bytes)), ([, line]) => line);
}

/**
 * What the classes of a folder are called: as the lists in some places say, such as `tench, Tinca tinca` for `n01440764`, or else like their folders.
 * The folder ends at a tab or else at the first blank. Classes that are called the same get the folder in brackets.
 *
 * @throws FormatError `FILE_UNREADABLE`, `FILE_TOO_LARGE`
 */
export async function classNames(tree: FileTree, places: readonly string[], folders: readonly string[]): Promise<string[]> {
  const asked = new Set(folders);
  const names = new Map<string, string>();
  for (const path of places.flatMap((place) => LISTS.map((list) => `${place}/${list}`))) {
    if ((await tree.kindOf(path)) !== 'file') continue;
    for (const [, line] of numberedLines(await readText(tree, path))) {
      const [, folder, name] = /^([^\t]+)\t(.+)$/.exec(line) ?? /^(\S+)\s+(.+)$/.exec(line) ?? [];
      // A number beside the folder is its label, no name.
      if (asked.has(folder) && !names.has(folder) && !/^\s*\d+$/.test(name)) names.set(folder, name.trim());
    }
  }
  return distinct(folders.map((folder) => names.get(folder) ?? folder), folders);
}

/**
 * The classes of a list that has one a line in label order. Where every line begins with a WNID, as in the lists of ImageNet, that is no part of the name.
 *
 * @throws FormatError `FILE_CORRUPT` if a line between others is blank: labels would be shifted; `FILE_EMPTY`.
 */
export function classList(name: string, bytes: Uint8Array): string[] {
  const lines = Array.from(numberedLines(textOf(bytes)));
  if (lines.length === 0) throw new FormatError({ code: 'FILE_EMPTY', message: `${name}: there are no classes in it.`, help: 'write the name of one class a line, in label order.' });
  const shifted = lines.findIndex(([number], i) => number !== i + 1);
  if (shifted >= 0) throw new FormatError({ code: 'FILE_CORRUPT', message: `${name}: line ${shifted + 1} is blank, but each line up to the last is a class.`, help: 'remove the line.' });
  const split = lines.map(([, line]) => /^(n\d{8})(?:\s+(.*))?$/.exec(line));
  const wnids = split.every((match) => match !== null);
  return distinct(
    lines.map(([, line], label) => (wnids ? (split[label]?.[2] ?? line) : line)),
    lines.map((_, label) => (wnids ? (split[label]?.[1] ?? '') : String(label))),
  );
}

function distinct(names: readonly string[], ids: readonly string[]): string[] {
  const seen = new Set<string>();
  const doubled = new Set(names.filter((name) => seen.size === seen.add(name).size));
  return names.map((name, i) => (doubled.has(name) ? `${name} (${ids[i]})` : name));
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
