import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { createCli } from '../apps/trainer/src/cli.js';
import { commandsIn, PLACEHOLDER, simpleCommands, type Command } from '../tools/commands.mjs';
import { packageNames, root } from '../tools/examples.mjs';

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
type Cli = ReturnType<typeof createCli>;
const lockFile = read('package-lock.json');

// Results are records of what was run on a day, with the flags of that day.
const documents = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md') && !/^(site|results)\//.test(name)).map((name) => `docs/${name}`);
const readmes = ['packages', 'apps'].flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}/README.md`)).filter((path) => existsSync(join(root, path)));
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'DEPENDENCIES.md', 'examples/README.md', 'bench/peers/README.md', 'tools/golden/README.md', ...readmes, ...documents.sort()];

/** What is wrong with a command; undefined if nothing is. */
type Checker = (command: Command, page: string) => Promise<string | undefined> | string | undefined;

const checkers: Readonly<Record<string, Checker>> = { npm: checkNpm, npx: checkNpx, node: checkNode, alexnet: checkAlexnet, vitest: checkVitest, '/usr/bin/python3': checkFile, cd: checkFile, sudo: () => undefined };

async function problemOf(command: Command, page: string): Promise<string | undefined> {
  const [program] = command.words;
  return Object.hasOwn(checkers, program) ? await checkers[program](command, page) : `${program} is a program that nobody here knows`;
}

async function problemsIn(page: string, text: string): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const command of commandsIn(page, text)) {
    const problem = await problemOf(command, page);
    if (problem !== undefined) problems.push(`${command.place}: ${command.words.join(' ')}: ${problem}`);
  }
  return problems;
}

/** The same command with other words. */
function handOn(command: Command, words: readonly string[], page: string): ReturnType<Checker> {
  return problemOf({ ...command, words }, page);
}

function checkNpm(command: Command, page: string): ReturnType<Checker> {
  const [, verb, ...rest] = command.words;
  if (verb === 'i') return checkInstall(command);
  if (verb === 'test' || verb === 'start') return checkScript(command, [verb, ...rest], page);
  if (verb === 'run') return checkScript(command, rest[0] === '--silent' ? rest.slice(1) : rest, page);
  return ['ci', 'audit', 'init', 'pkg', 'create', 'view'].includes(verb) ? undefined : `npm ${verb} is not among what documents tell people to do`;
}

function checkInstall({ words, folder = '' }: Command): string | undefined {
  const [, , ...names] = words;
  if (names[0] === '--prefix') return existsSync(join(root, folder, names[1], 'package.json')) ? undefined : `${names[1]} is no package`;
  return names.filter((name) => name !== '-D').map((name) => {
    const [, own] = /^@convkit\/(.*)$/.exec(name) ?? [];
    if (own !== undefined) return packageNames.includes(own) ? undefined : `there is no package ${name}`;
    return lockFile.includes(`"${name}": "`) || lockFile.includes(`"node_modules/${name}": {`) ? undefined : `${name} is a package that nobody here uses`;
  }).find((problem) => problem !== undefined);
}

/** A script of package.json does what it says, with the rest of the words behind. */
function checkScript(command: Command, [name, ...rest]: readonly string[], page: string): ReturnType<Checker> {
  if (!Object.keys(scripts).some((script) => new RegExp(`^${name.replace(/[A-Z]+/g, '.+')}$`).test(script))) return `package.json has no script ${name}`;
  const end = rest.indexOf('--');
  const swallowed = rest.slice(0, end < 0 ? undefined : end).find((word) => word.startsWith('-'));
  if (swallowed !== undefined) return `npm keeps ${swallowed} for itself: -- is missing`;
  const handed = rest.filter((_, i) => i !== end);
  if (handed.length === 0) return undefined;
  return handOn(command, [...(simpleCommands(scripts[name]).at(-1) as string[]), ...handed], page);
}

function checkNpx(command: Command, page: string): ReturnType<Checker> {
  const [, program] = command.words;
  if (Object.hasOwn(checkers, program) && program !== 'alexnet') return handOn(command, command.words.slice(1), page);
  // npm links the program of a workspace only if it is built before.
  const installed = join(root, 'node_modules/.bin', program);
  if (existsSync(installed) && realpathSync(installed).includes('/node_modules/')) return undefined;
  const told = existsSync(join(root, page)) && commandsIn(page, read(page)).some(({ words: [by, verb, ...names] }) => by === 'npm' && verb === 'i' && names.includes(program));
  return told ? undefined : `${program} is not installed, and the page does not say how`;
}

/** The first word behind the program is a file or a folder, in the folder of the command or beside the page. */
function checkFile({ words: [, path], folder }: Command, page: string): string | undefined {
  if (folder === undefined || PLACEHOLDER.test(path)) return undefined;
  return fileOf(path, folder, page) === undefined ? `there is no ${path}` : undefined;
}

function fileOf(path: string, folder: string, page: string): string | undefined {
  return [join(root, folder, path), join(root, dirname(page), path)].find(existsSync);
}

function checkNode(command: Command, page: string): ReturnType<Checker> {
  const { words: [, path, ...rest], folder } = command;
  if (path === 'apps/trainer/dist/alexnet.js') return handOn(command, ['alexnet', ...rest], page);
  const missing = checkFile(command, page);
  if (missing !== undefined || folder === undefined || PLACEHOLDER.test(path)) return missing;
  return checkFlags(readFileSync(fileOf(path, folder, page) as string, 'utf8'), rest);
}

/** Holds what is handed to a program against the `parseArgs` in its text; one without knows the flags that its text names. */
function checkFlags(source: string, args: readonly string[]): string | undefined {
  const config = configIn(ts.createSourceFile('program.mjs', source, ts.ScriptTarget.ESNext));
  if (config === undefined) {
    const unknown = args.find((word) => word.startsWith('-') && !source.includes(`'${word}'`));
    return unknown === undefined ? undefined : `it knows no ${unknown}`;
  }
  try {
    const { values, positionals } = parseArgs({ ...config, args: [...args] }) as { readonly values: { readonly except?: readonly string[] }; readonly positionals: readonly string[] };
    if (!source.includes("startsWith('check:')")) return undefined;
    const unknown = [...positionals, ...(values.except ?? [])].find((part) => !Object.hasOwn(scripts, `check:${part}`));
    return unknown === undefined ? undefined : `there is no check called ${unknown}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** What a program hands to `parseArgs`: an option whose kind is not written out takes a text. */
function configIn(node: ts.Node): ParseArgsConfig | undefined {
  if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression) || node.expression.text !== 'parseArgs') return ts.forEachChild(node, configIn);
  const members = (object: ts.Node | undefined) =>
    new Map((object && ts.isObjectLiteralExpression(object) ? object.properties.filter(ts.isPropertyAssignment) : []).map(({ name, initializer }) => [(name as ts.Identifier | ts.StringLiteral).text, initializer]));
  const config = members(node.arguments[0]);
  const kindOf = (of: ts.Expression) => {
    const type = members(of).get('type');
    return type && ts.isStringLiteral(type) ? (type.text as 'string' | 'boolean') : 'string';
  };
  return {
    allowPositionals: config.get('allowPositionals')?.kind === ts.SyntaxKind.TrueKeyword,
    options: Object.fromEntries([...members(config.get('options'))].map(([name, of]) => [name, { type: kindOf(of), multiple: members(of).has('multiple') }])),
  };
}

function checkVitest({ words: [, verb, ...rest], folder = '' }: Command, page: string): string | undefined {
  if (verb !== 'run') return `vitest ${verb} is not among what documents tell people to do`;
  for (const word of rest) {
    const [, project] = /^--project=(.+)$/.exec(word) ?? [];
    if (project !== undefined ? !read('vitest.config.ts').includes(`name: '${project}'`) : !PLACEHOLDER.test(word) && fileOf(word, folder, page) === undefined) return `there is no ${word}`;
  }
  return undefined;
}

/** Has the command line itself parse the words, down to the values of options, and does nothing. */
async function checkAlexnet({ words: [, ...words], inline }: Command): Promise<string | undefined> {
  const cli = createCli();
  prepare(cli, inline);
  try {
    await cli.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    const { code = '', exitCode, message } = error as { readonly code?: string; readonly exitCode?: number; readonly message: string };
    if (!code.startsWith('commander.')) throw error;
    return exitCode === 0 || code === 'commander.help' ? undefined : message;
  }
}

/** Makes a command and those in it silent, without effect, and content with placeholders; where it `mayLeaveOut`, also without what they need. */
function prepare(command: Cli, mayLeaveOut: boolean): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  for (const value of [...command.options, ...command.registeredArguments]) {
    const { parseArg } = value;
    if (parseArg) value.parseArg = <T>(text: string, before: T) => (PLACEHOLDER.test(text) ? before : parseArg(text, before));
  }
  if (mayLeaveOut) {
    for (const option of command.options) option.mandatory = false;
    for (const argument of command.registeredArguments) argument.required = false;
  }
  for (const inner of command.commands) prepare(inner, mayLeaveOut);
}

/** A page as its readers take it: that of the command line names commands without the program. */
function readPage(page: string): string {
  const commands = createCli().commands.map((command) => command.name());
  return page === 'apps/trainer/README.md' ? read(page).replace(new RegExp(`\`(?=(${commands.join('|')}) )`, 'g'), '`alexnet ') : read(page);
}

describe('the commands in', () => {
  it.each(pages)('%s can be typed', async (page) => {
    expect(await problemsIn(page, readPage(page))).toEqual([]);
  });

  it('the page of the command line names no option that no command has', () => {
    const optionsOf = (command: Cli): readonly string[] => [...command.options.map(({ long }) => long ?? ''), ...command.commands.flatMap(optionsOf)];
    const known = new Set(['--help', ...optionsOf(createCli())]);
    const named = Array.from(read('apps/trainer/README.md').matchAll(/`(--[a-z-]+)/g), ([, option]) => option);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((option) => !known.has(option))).toEqual([]);
  });

  it('all pages together are many, of every program', () => {
    const found = pages.flatMap((page) => commandsIn(page, readPage(page)));
    expect(found.length).toBeGreaterThan(120);
    expect(new Set(found.map(({ words: [program] }) => program))).toEqual(new Set(['npm', 'npx', 'node', 'alexnet', '/usr/bin/python3', 'cd', 'sudo']));
  });
});

describe('a command that is wrong is told', () => {
  const told = async (text: string) => problemsIn('page.md', text);

  it.each([
    ['npm run alexnet -- train --epoch 3', "error: unknown option '--epoch'"],
    ['npm run alexnet -- train --epochs three', "error: option '--epochs <n>' argument 'three' is invalid"],
    ['npm run alexnet -- trane', "error: unknown command 'trane'"],
    ['npm run alexnet -- recipe show alexnet-2013', "error: command-argument value 'alexnet-2013' is invalid"],
    ['npm run alexnet -- predict --checkpoint runs/RUN', "error: missing required argument 'image'"],
    ['npm run alexnet train --json', 'npm keeps --json for itself: -- is missing'],
    ['npm run chek', 'package.json has no script chek'],
    ['npm run check -- lynt', 'there is no check called lynt'],
    ['npm run check -- --only lint', "Unknown option '--only'"],
    ['npm run bench -- --batch', "Option '--batch <value>' argument missing"],
    ['npm run check:lint -- --quick', 'eslint is a program that nobody here knows'],
    ['npm i @convkit/tensors', 'there is no package @convkit/tensors'],
    ['npm i left-padding', 'left-padding is a package that nobody here uses'],
    ['npm i --prefix bench/piers', 'bench/piers is no package'],
    ['npm instal', 'npm instal is not among what documents tell people to do'],
    ['npx vitest run packages/tensors', 'there is no packages/tensors'],
    ['npx vitest run --project=deno packages/tensor', 'there is no --project=deno'],
    ['npx vitest watch', 'vitest watch is not among what documents tell people to do'],
    ['npx tsy train.ts', 'tsy is not installed, and the page does not say how'],
    ['npx alexnet doctor', 'alexnet is not installed, and the page does not say how'],
    ['node tools/chek.mjs', 'there is no tools/chek.mjs'],
    ['node studies/kill.mjs --signals SIGTERM', "Unknown option '--signals'"],
    ['node tools/check-licences.mjs --wright', 'it knows no --wright'],
    ['node apps/trainer/dist/alexnet.js bench --model alexnet', "error: option '--model <name>' argument 'alexnet' is invalid"],
    ['/usr/bin/python3 tools/golden/kernel.py', 'there is no tools/golden/kernel.py'],
    ['cd exmples', 'there is no exmples'],
    ['yarn add sharp', 'yarn is a program that nobody here knows'],
  ])('%s', async (line, problem) => {
    const [first, ...others] = await told(`A page.\n\n\`\`\`sh\nnpm ci && ${line} # so\n\`\`\`\n`);
    expect(first.startsWith(`page.md:4: ${line}: ${problem}`), first).toBe(true);
    expect(others).toEqual([]);
  });

  it('in a sentence and in a table, too, where it may leave out what the reader knows', async () => {
    expect(await told('Type `alexnet eval`, `alexnet predict --checkpoint RUN`, `alexnet repro fig1 --data DATA` or `npm run check:NAME`; not `npm`, `alexnet-mini` or `node:fs`.')).toEqual([]);
    expect(await told('Type `alexnet eval --viewz 10`.\n\n| `studies/kill.mjs --kils 3` | kills |\n')).toEqual([
      "page.md:1: alexnet eval --viewz 10: error: unknown option '--viewz'\n(Did you mean --views?)",
      expect.stringContaining("page.md:3: node studies/kill.mjs --kils 3: Unknown option '--kils'"),
    ]);
  });

  it('where it stands: other folders, folders of the reader, lines that go on, answers of a program', async () => {
    expect(await told('```sh\ncd examples\nnode edges.js \\\n  --fast\n```\n')).toEqual(['page.md:3: node edges.js --fast: it knows no --fast']);
    expect(await told('```sh\nmkdir net && cd net\nnode net.js | sort > list.txt\n```\n')).toEqual(['page.md:3: sort: sort is a program that nobody here knows']);
    expect(await told('```js\nnode nowhere.js\n```\n')).toEqual([]);
  });
});
