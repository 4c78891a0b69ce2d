import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { FileError, systemCode, writeFailed } from './file-error.js';

const holderSchema = z.object({ pid: z.int().positive(), host: z.string(), boot: z.string(), token: z.string() });
type Holder = z.infer<typeof holderSchema>;

/** Long enough for two processes that take over the same lock to see which of them came last. */
const settleMilliseconds = 100;

/**
 * Takes a folder for one process, by a file that names it. A lock whose process is dead, or from before the last boot, is taken over.
 *
 * @param doing What is done in it, for the message to a second one.
 * @returns How to give it back.
 * @throws FileError `FOLDER_LOCKED` when somebody else works in the folder.
 */
export async function lockFolder(path: string, doing = 'is training in this run folder'): Promise<() => Promise<void>> {
  const own: Holder = { pid: process.pid, host: hostname(), boot: bootId(), token: randomUUID() };
  const text = `${JSON.stringify(own)}\n`;
  try {
    await writeFile(path, text, { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw writeFailed(path, error);
    const holder = await readHolder(path);
    if (holder !== undefined && isAlive(holder)) throw locked(path, holder, doing);
    const aside = `${path}.${own.token}`;
    await writeFile(aside, text);
    await rename(aside, path);
    await setTimeout(settleMilliseconds);
    const winner = await readHolder(path);
    if (winner?.token !== own.token) throw locked(path, winner, doing);
  }
  return async () => {
    if ((await readHolder(path))?.token === own.token) await rm(path, { force: true });
  };
}

/** Whether a process works in a folder, by its lock. */
export async function isLocked(path: string): Promise<boolean> {
  const holder = await readHolder(path);
  return holder !== undefined && isAlive(holder);
}

/** Who holds it; undefined when it is gone or was never written to its end. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** A process of another computer is taken for alive: nobody here can know. */
function isAlive({ pid, host, boot }: Holder): boolean {
  if (host !== hostname()) return true;
  if (boot !== bootId()) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** Changes with every boot, where the system tells; process numbers begin anew then. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

function locked(path: string, holder: Holder | undefined, doing: string): FileError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new FileError({ code: 'FOLDER_LOCKED', message: `${path}: ${who} ${doing}.`, help: 'wait for it or stop it; if it no longer exists, delete this file.' });
}
