/** The commands that documents tell their readers to type. */

/**
 * One command. `place` is file and line, for messages; `folder` where it runs, from the root of the repository, undefined in a folder that the reader has made;
 * `words` the program and what is handed to it; `inline` whether it stands in a sentence, where it may leave out what the reader knows.
 *
 * @typedef {{ readonly place: string, readonly folder: string | undefined, readonly words: readonly string[], readonly inline: boolean }} Command
 */

/** What stands for something of the reader's: `PATH`, `RUN…`, `OP/FILE`, `[PORT]`. */
export const PLACEHOLDER = /^\[?[A-Z]+(\/[A-Z]+)*(…|\.\.\.)?\]?$/;

/** Programs of the repository that sentences and tables name by their path alone. */
const PROGRAM = /^(studies|bench|tools)\/\S+\.mjs\b/;

/**
 * Every command in a shell block of a page, and every one between backquotes that begins with `npm`, `npx`, `node`, `alexnet`, or the path of a program.
 *
 * @param {string} path Of the page, from the root of the repository.
 * @param {string} text
 * @returns {Command[]}
 */
export function commandsIn(path, text) {
  const place = (/** @type {number} */ at) => `${path}:${text.slice(0, at).split('\n').length}`;
  const blocks = [...text.matchAll(/^ *```(?:sh|bash|shell|console)\n([\s\S]*?)^ *```/gm)];
  const shown = blocks.flatMap(({ 0: block, 1: body, index }) => commandsOfBlock(body, (at) => place(index + block.indexOf('\n') + 1 + at)));
  const sentences = text.replace(/^ *```[\s\S]*?^ *```/gm, (block) => block.replace(/[^\n]/g, ' '));
  const said = [...sentences.matchAll(/`([^`\n]+)`/g)]
    .map(({ 1: line, index }) => ({ line: PROGRAM.test(line) ? `node ${line}` : line, at: place(index) }))
    .filter(({ line }) => /^(npm|npx|node|alexnet) \S/.test(line))
    .flatMap(({ line, at }) => simpleCommands(line).map((words) => ({ place: at, folder: '', words, inline: true })));
  return [...shown, ...said];
}

/**
 * @param {string} body
 * @param {(at: number) => string} place Of a character of the body.
 * @returns {Command[]}
 */
function commandsOfBlock(body, place) {
  /** @type {Command[]} */
  const commands = [];
  /** @type {string | undefined} */
  let folder = '';
  /** @type {string | undefined} */
  let made;
  // A line that ends with a backslash goes on in the next.
  for (const { 0: line, index } of body.matchAll(/(?:\\\n|[^\n])+/g)) {
    for (const words of simpleCommands(line.replaceAll('\\\n', ' '))) {
      const [program, to] = words;
      if (program === 'mkdir') made = to;
      else if (program === 'cd' && to === made) folder = undefined;
      else {
        commands.push({ place: place(index), folder, words, inline: false });
        if (program === 'cd' && folder !== undefined) folder = folder === '' ? to : `${folder}/${to}`;
      }
    }
  }
  return commands;
}

/**
 * The commands of a line of shell, each as its words. Comments are left out, and which files it reads and writes.
 *
 * @param {string} line
 * @returns {string[][]}
 */
export function simpleCommands(line) {
  /** @type {string[][]} */
  const commands = [[]];
  for (const [token] of line.replace(/^\s*\$ /, '').matchAll(/#.*|&&|\|\|?|;|[<>]+\s*\S+|(?:[^\s"'|;&<>]|"[^"]*"|'[^']*')+/g)) {
    if (/^(&&|\|\|?|;)$/.test(token)) commands.push([]);
    else if (!/^[#<>]/.test(token)) commands[commands.length - 1].push(token.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  }
  return commands.filter((words) => words.length > 0);
}
