import { open, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { FileError, messageOf, systemCode, writeFailed } from '../file-error.js';

/** Choices of {@link download}. */
export interface DownloadOptions {
  /** How many bytes the file has, if it is known. */
  readonly bytes?: number;
  /** Told of every piece that is written; `of` is the size of the file, if the server tells it. */
  readonly onProgress?: (bytes: number, of: number | undefined) => void;
  /** Attempts after the first that may bring nothing new before it is given up; default 5. */
  readonly retries?: number;
  /** Milliseconds before the first of them, which double from one to the next up to half a minute; default 500. */
  readonly backOff?: number;
  /** Milliseconds without a byte after which an attempt is given up; default 30,000. */
  readonly patience?: number;
}

const longestWait = 30_000;
const mostRedirects = 5;

/** By what a server tells one version of a file from another: its ETag, or else the time of the last change. */
const versionSchema = z.object({ url: z.string(), version: z.string() });

/** Something that may go well the next time. */
class Interruption extends Error {
  constructor(
    message: string,
    readonly waitMilliseconds = 0,
  ) {
    super(message);
  }
}

/**
 * Brings a file from a server to `path`, which is whole when this returns and may be a part of it when it throws: then the next call goes on behind that part, if the server still has the same version
 * of the file (`Range` with `If-Range`) and begins anew otherwise. Beside it lies `PATH.json` with the version.
 *
 * @throws FileError `DOWNLOAD_FAILED`, `FILE_WRITE_FAILED`
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { retries = 5, backOff = 500 } = options;
  let furthest = await sizeOf(path);
  for (let failures = 0; ; ) {
    try {
      await attempt(url, path, options);
      await rm(versionFile(path), { force: true });
      return;
    } catch (error) {
      if (!(error instanceof Interruption)) throw error;
      const size = await sizeOf(path);
      // Who gets further each time comes to the end.
      failures = size > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, size);
      if (failures > retries) throw failed(url, `${error.message}${failures === 1 ? '' : `, ${failures} times`}`, error);
      await wait(Math.min(longestWait, Math.max(error.waitMilliseconds, backOff * 2 ** (failures - 1))));
    }
  }
}

async function attempt(url: string, path: string, { bytes, onProgress, patience = 30_000 }: DownloadOptions): Promise<void> {
  const known = await readVersion(path);
  const have = known?.url === url ? await sizeOf(path) : 0;
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(new Interruption(`nothing came for ${patience / 1000} s`)), patience);
  try {
    const range: Record<string, string> = have > 0 && known !== undefined ? { range: `bytes=${have}-`, 'if-range': known.version } : {};
    const response = await follow(url, { ...range, 'accept-encoding': 'identity' }, giveUp.signal);
    const { first, total } = await placeOf(url, response, have, known?.version, path);
    if (bytes !== undefined && total !== undefined && total !== bytes) {
      await response.body?.cancel();
      throw failed(url, `the file there has ${total} bytes, but ${bytes} are expected`);
    }
    const expected = total ?? bytes;
    if (expected === first) return;
    const file = await openPart(path, first);
    try {
      if (first === 0) await keepVersion(path, url, response);
      let at = first;
      for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        timer.refresh();
        await writePiece(path, file, piece, at);
        at += piece.length;
        onProgress?.(at, expected);
        if (expected !== undefined && at > expected) throw failed(url, `more than the expected ${expected} bytes come`);
      }
      if (expected !== undefined && at < expected) throw new Interruption(`the connection ended after ${at} of ${expected} bytes`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FileError || error instanceof Interruption) throw error;
    // What `fetch` and its streams throw, whose cause says more.
    const cause = giveUp.signal.aborted ? (giveUp.signal.reason as Error) : error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Interruption(messageOf(cause) || systemCode(cause) || 'the connection failed');
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

/** Asks for an address and for those that it leads to, all of them by https, or on this machine. */
async function follow(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  let at = new URL(url);
  for (let redirects = 0; ; redirects++) {
    const local = ['127.0.0.1', '[::1]', 'localhost'].includes(at.hostname);
    if (at.protocol !== 'https:' && !(at.protocol === 'http:' && local)) throw failed(url, `it leads to ${at.href}, and only https is followed`);
    const response = await fetch(at, { headers, signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    await response.body?.cancel();
    if (redirects === mostRedirects) throw failed(url, `it leads on more than ${mostRedirects} times`);
    at = new URL(location, at);
  }
}

/** Where the bytes of an answer begin in the file, and how many the file has. */
async function placeOf(url: string, response: Response, have: number, version: string | undefined, path: string): Promise<{ readonly first: number; readonly total: number | undefined }> {
  const { status, headers } = response;
  const length = Number(headers.get('content-length') ?? NaN);
  if (status === 200) return { first: 0, total: Number.isSafeInteger(length) ? length : undefined };
  const [, first, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  // Some servers do not look at If-Range.
  const same = versionOf(response) === undefined || versionOf(response) === version;
  if (status === 206 && Number(first) === have && same) return { first: have, total: Number(total) };
  await response.body?.cancel();
  if (status === 416 && Number(total) === have && same) return { first: have, total: have };
  if (have > 0 && (status === 206 || status === 416)) {
    await rm(path, { force: true });
    await rm(versionFile(path), { force: true });
    throw new Interruption('the file changed on the server');
  }
  const answer = `the server answers ${status} ${response.statusText}`.trimEnd();
  if (status !== 408 && status !== 429 && status < 500) throw failed(url, answer);
  const seconds = Number(headers.get('retry-after') ?? 0);
  throw new Interruption(answer, Number.isFinite(seconds) ? 1000 * seconds : 0);
}

/** Weak ETags do not promise the same bytes. */
function versionOf({ headers }: Response): string | undefined {
  const etag = headers.get('etag');
  return etag !== null && !etag.startsWith('W/') ? etag : (headers.get('last-modified') ?? undefined);
}

function versionFile(path: string): string {
  return `${path}.json`;
}

async function readVersion(path: string): Promise<z.infer<typeof versionSchema> | undefined> {
  try {
    return versionSchema.parse(JSON.parse(await readFile(versionFile(path), 'utf8')));
  } catch {
    return undefined;
  }
}

async function keepVersion(path: string, url: string, response: Response): Promise<void> {
  const version = versionOf(response);
  try {
    if (version === undefined) await rm(versionFile(path), { force: true });
    else await writeFile(versionFile(path), `${JSON.stringify({ url, version })}\n`);
  } catch (error) {
    throw writeFailed(versionFile(path), error);
  }
}

/** The part of a file that is there is kept only up to where the next bytes go. */
async function openPart(path: string, size: number): Promise<FileHandle> {
  try {
    return await open(path, size === 0 ? 'w' : 'r+');
  } catch (error) {
    throw writeFailed(path, error);
  }
}

async function writePiece(path: string, file: FileHandle, piece: Uint8Array, at: number): Promise<void> {
  try {
    for (let written = 0; written < piece.length; ) written += (await file.write(piece, written, piece.length - written, at + written)).bytesWritten;
  } catch (error) {
    throw writeFailed(path, error);
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

function failed(url: string, why: string, cause?: unknown): FileError {
  return new FileError({
    code: 'DOWNLOAD_FAILED',
    message: `${url}: cannot be downloaded: ${why}.`,
    help: 'try again later, which goes on where it was; if you have the file, give --from FILE; if it is elsewhere, --url URL.',
    cause,
  });
}
