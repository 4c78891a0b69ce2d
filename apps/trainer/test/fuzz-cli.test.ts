import { RandomStream, type RandomDraws } from '@convkit/tensor';
import { CommanderError, type Command, type Option } from 'commander';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findRecipe } from '@convkit/alexnet';
import { createCli } from '../src/cli.js';
import { describeError } from '../src/describe-error.js';

// Machines may be busy.
vi.setConfig({ testTimeout: 240_000 });

let stdout: string;
let stderr: string;
beforeEach(() => {
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

/** None of them is a file, a folder, or the name of anything. */
const values = [
  ...['', ' ', '-', '--', '-1', '0', '00', '1', '1.5', '1e999', '-0', 'NaN', 'Infinity', '0x10', '9'.repeat(400), '1'.repeat(20), 'none', 'null', 'true', '[]', '{}', '[[[[', '"', "'", ',', ',,,', '=', 'a=b', '==', './nowhere', '..=1'],
  ...['__proto__', 'constructor', 'toString', '__proto__.x=1', 'constructor.prototype.x=1', 'sources.__proto__=1', 'idx:', 'idx:nowhere', 'folder:\u0000', 'cifar10:nowhere.tar.gz', 'wds:nowhere', ':', 'http://127.0.0.1:1/x'],
  ...['a'.repeat(100_000), '\u0000', '\u2028', '\ud800', '😀', '%00', '$(id)', ';id', '`id`', '<script>', '\\', 'nowhere/../nowhere', '-rf', '--data', '--no-such', '[['.repeat(5000)],
];

/** What is in the way of everything that would work: data, runs and files that are not there. */
const blocked: Readonly<Record<string, readonly string[]>> = {
  train: ['--data', 'idx:nowhere'],
  eval: ['--checkpoint', 'nowhere'],
  predict: ['--checkpoint', 'nowhere', 'nowhere.png'],
  bench: ['--steps', '0'],
  doctor: ['--no-such'],
};

const entries = ['data.flip', 'data.crop', 'data.crop.border', 'data.colourNoise', 'data.sizes', 'training.batch', 'training.epochs', 'optimiser.momentum', 'rates.weights', 'rates.weights.rate', 'rates.weights.at', 'network.order', 'network.layers.conv1', 'network.layers.conv1.outputs', 'evaluation.views', 'sources', 'name'];

/** All commands that do something, by their path. */
function commandsOf(command: Command, path: readonly string[] = []): { readonly command: Command; readonly path: readonly string[] }[] {
  return command.commands.length === 0 ? [{ command, path }] : command.commands.flatMap((inner) => commandsOf(inner, [...path, inner.name()]));
}

function argumentsOf({ command, path }: ReturnType<typeof commandsOf>[number], draws: RandomDraws): string[] {
  const value = (): string => values[draws.integer(values.length)];
  const options: readonly Option[] = command.options.filter(({ long }) => long !== '--debug' && long !== '--json');
  const args = [...path];
  for (let i = draws.integer(4); i >= 0 && options.length > 0; i--) {
    const option = options[draws.integer(options.length)];
    args.push(option.long as string);
    if (option.long === '--set' && draws.uniform() < 0.8) args.push(`${entries[draws.integer(entries.length)]}=${value()}`);
    else if (option.required || option.optional) args.push(value());
  }
  if (draws.uniform() < 0.2) args.push(value());
  return [...args, ...(blocked[path.join(' ')] ?? ['--no-such'])];
}

it('1,000 command lines of hostile values end with an error in one line and one of help, exit 2 or 1, and never a stack', async () => {
  const commands = commandsOf(createCli());
  expect(commands.length).toBeGreaterThan(15);
  const stream = new RandomStream(1, 'command lines');
  const codes = new Map<string, number>();
  for (let i = 0; i < 1000; i++) {
    const draws = stream.at(i);
    // Every other line is one of train, which has most to say.
    const chosen = i % 2 === 0 ? commands.filter(({ path }) => path[0] === 'train')[0] : commands[draws.integer(commands.length)];
    const args = argumentsOf(chosen, draws);
    const where = JSON.stringify(args).slice(0, 500);
    [stdout, stderr] = ['', ''];
    const error: unknown = await createCli().parseAsync(args, { from: 'user' }).then(() => undefined, (thrown: unknown) => thrown);
    const said = error instanceof CommanderError ? { lines: stderr.trimEnd().split('\n'), exitCode: 2 } : describeError(error, false);
    expect(error, where).toBeDefined();
    expect(said.lines[0], where).toMatch(/^error: (?!unexpected)/);
    expect(said.lines.length, where).toBeLessThanOrEqual(2);
    if (said.lines.length === 2) expect(said.lines[1], where).toMatch(/^help: /);
    expect([1, 2]).toContain(said.exitCode);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.startsWith('reading ')), where).toEqual([]);
    codes.set(`exit ${said.exitCode}`, (codes.get(`exit ${said.exitCode}`) ?? 0) + 1);
  }
  // Not all of them fail at the first hurdle.
  expect([...codes.keys()].sort()).toEqual(['exit 1', 'exit 2']);
  expect(findRecipe('alexnet-mini').name).toBe('alexnet-mini');
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
