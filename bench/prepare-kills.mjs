/**
 * Kills `alexnet data prepare` at random moments until it has been killed often enough in the middle of its work, and holds every preparation that it ends with to the undisturbed one, byte for byte.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { RandomStream } from '@convkit/tensor';

const HELP = `node bench/prepare-kills.mjs DATA [options]   (after npm run build)

  DATA               such as folder:imagenette-mini
  --kills N          of processes that have not ended by themselves (default: 20)
  --shard-images N   images in a shard (default: 100)
  --workers N        threads of a preparation (default: 2)
  --seed N           decides the moments (default: 1)
  --folder PATH      for preparations, which are removed in the end (default: that of the system for such files)
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kills: { type: 'string', default: '20' },
    'shard-images': { type: 'string', default: '100' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [data] = positionals;
if (values.help || data === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const program = fileURLToPath(new URL('../apps/trainer/dist/alexnet.js', import.meta.url));
const root = await mkdtemp(`${values.folder}/convkit-kills-`);
const draws = new RandomStream(Number(values.seed), 'kills').at();
try {
  const began = performance.now();
  await prepare('undisturbed').ended;
  const whole = performance.now() - began;
  const expected = await contents('undisturbed');
  console.log(`undisturbed: ${expected.size} files in ${(whole / 1000).toFixed(1)} s`);

  let kills = 0;
  let preparations = 0;
  while (kills < Number(values.kills)) {
    const name = `killed-${preparations++}`;
    for (let over = false; !over && kills < Number(values.kills); ) {
      const { child, ended } = prepare(name);
      // Anywhere from the first instruction on, often enough before a third of the work that most preparations are killed several times.
      const moment = (draws.uniform() * whole) / 3;
      over = await Promise.race([ended.then(() => true), setTimeout(moment, false)]);
      if (over) break;
      child.kill('SIGKILL');
      await ended;
      console.log(`kill ${++kills} after ${(moment / 1000).toFixed(2)} s: ${await stateOf(name)}`);
    }
    await prepare(name).ended;
    const found = await contents(name);
    const different = [...new Set([...expected.keys(), ...found.keys()])].filter((file) => expected.get(file) !== found.get(file));
    console.log(`${name}: ${different.length === 0 ? `the same ${found.size} files, byte for byte` : `DIFFERENT: ${different.join(', ')}`}`);
    if (different.length > 0) process.exitCode = 1;
    await rm(`${root}/${name}`, { recursive: true });
  }
} finally {
  await rm(root, { recursive: true });
}

/** @param {string} name of the folder */
function prepare(name) {
  const args = ['data', 'prepare', data, `${root}/${name}`, '--shard-images', values['shard-images'], '--workers', values.workers, '--json'];
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  /** @type {Promise<void>} */
  const ended = new Promise((resolve, reject) => child.on('exit', (code) => (code === 0 || code === null ? resolve() : reject(new Error(`data prepare ended with code ${code}`)))));
  return { child, ended };
}

/**
 * SHA-256 of every file.
 *
 * @param {string} name of the folder
 */
async function contents(name) {
  const hashes = new Map();
  for (const file of (await readdir(`${root}/${name}`)).sort()) hashes.set(file, createHash('sha256').update(await readFile(`${root}/${name}/${file}`)).digest('hex'));
  return hashes;
}

/**
 * What a killed process left.
 *
 * @param {string} name of the folder
 */
async function stateOf(name) {
  /** @type {readonly string[]} */
  const files = await readdir(`${root}/${name}`).catch(() => []);
  const ending = (/** @type {RegExp} */ pattern) => files.filter((file) => pattern.test(file)).length;
  return `${ending(/^(train|test)-\d+\.json$/)} shards whole, ${ending(/^(train|test)-\d+\.tar$/) - ending(/^(train|test)-\d+\.json$/)} without what lies beside, ${ending(/^\./)} files unfinished, index ${files.includes('index.json') ? 'there' : 'not there'}`;
}
