import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataGetCommand } from '../src/commands/data-get.js';
import { download } from '../src/get/download.js';
import { getFile } from '../src/get/get-file.js';
import { knownData, type KnownFile } from '../src/get/known-data.js';

/** 200 KB that cannot be guessed from their beginning. */
const content = Buffer.concat(Array.from({ length: 6400 }, (_, i) => createHash('sha256').update(String(i)).digest()));
const md5 = createHash('md5').update(content).digest('hex');

/** How the server behaves, and what it was asked. */
interface Behaviour {
  etag?: string;
  lastModified?: string;
  ranges: boolean;
  /** Looks at If-Range, as it should. */
  heedsIfRange: boolean;
  /** Bytes of each answer before the connection is cut, one after the other; then no more. */
  cuts: number[];
  /** Answers before the file, one after the other. */
  answers: [status: number, headers: Record<string, string>][];
  announcesLength: boolean;
  body: Buffer;
}
let behaviour: Behaviour;
let asked: { url: string | undefined; range: string | undefined; ifRange: string | string[] | undefined }[];

function serve({ url, headers }: IncomingMessage, response: ServerResponse): void {
  asked.push({ url, range: headers.range, ifRange: headers['if-range'] });
  const { etag, lastModified, ranges, heedsIfRange, cuts, answers, announcesLength, body } = behaviour;
  const answer = answers.shift();
  if (answer !== undefined) return void response.writeHead(...answer).end('no file');
  if (etag !== undefined) response.setHeader('etag', etag);
  if (lastModified !== undefined) response.setHeader('last-modified', lastModified);
  const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const agreed = !heedsIfRange || headers['if-range'] === undefined || [etag, lastModified].includes(headers['if-range'] as string);
  if (ranges && headers.range !== undefined && agreed) {
    if (from >= body.length) return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end();
    response.writeHead(206, { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}`, 'content-length': body.length - from });
    return send(response, body.subarray(from), cuts.shift());
  }
  response.writeHead(200, announcesLength ? { 'content-length': body.length } : {});
  send(response, body, cuts.shift());
}

function send(response: ServerResponse, bytes: Buffer, cut: number | undefined): void {
  if (cut === undefined) return void response.end(bytes);
  // Who reads loses what it has not taken in when the connection ends: it gets some time.
  response.write(bytes.subarray(0, cut), () => setTimeout(() => response.socket?.end(), 150));
}

let server: Server;
let address: string;
let folder: string;
beforeAll(async () => {
  server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => {
  server.close(resolve);
  server.closeAllConnections();
}));
beforeEach(async () => {
  behaviour = { etag: '"one"', ranges: true, heedsIfRange: true, cuts: [], answers: [], announcesLength: true, body: content };
  asked = [];
  folder = await mkdtemp(join(tmpdir(), 'convkit-get-'));
});
afterEach(() => rm(folder, { recursive: true }));

const quick = { backOff: 1 };
const path = () => join(folder, 'file');
const fetched = async () => (await readFile(path())).equals(content);
const failure = (work: Promise<unknown>) => work.then(() => 'fine', (error: unknown) => (error as Error).message.replaceAll(address, 'HERE').replaceAll(folder, 'OUT'));

describe('download', () => {
  it('brings a file whole and tells how far it is', async () => {
    const told: [number, number | undefined][] = [];
    await download(`${address}/a`, path(), { ...quick, bytes: content.length, onProgress: (bytes, of) => told.push([bytes, of]) });
    expect(await fetched()).toBe(true);
    expect(told.at(-1)).toEqual([content.length, content.length]);
    expect(asked).toEqual([{ url: '/a', range: undefined, ifRange: undefined }]);
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('goes on behind what it has when the connection is cut', async () => {
    behaviour.cuts = [70_000, 50_000];
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);
    expect(asked.map(({ ifRange }) => ifRange)).toEqual([undefined, '"one"', '"one"']);
    const starts = asked.slice(1).map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1]));
    expect(starts[0]).toBeLessThanOrEqual(70_000);
    expect(starts[1]).toBeGreaterThan(starts[0]);
  });

  it('goes on in the next call, also by the time of the last change', async () => {
    Object.assign(behaviour, { etag: 'W/"weak"', lastModified: 'Tue, 24 Nov 2026 09:31:07 GMT', cuts: [70_000] });
    expect(await failure(download(`${address}/a`, path(), { ...quick, retries: 0 }))).toMatch(/^HERE\/a: cannot be downloaded: [^,]+\.\n {2}help: try again later, which goes on where it was; if you have the file, give --from FILE; if it is elsewhere, --url URL\.\n {2}code: DOWNLOAD_FAILED$/);
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);
    expect(asked[1]).toMatchObject({ range: expect.stringMatching(/^bytes=\d+-$/) as string, ifRange: 'Tue, 24 Nov 2026 09:31:07 GMT' });
  });

  it('finds that it was done when it was killed before it could say so', async () => {
    await writeFile(path(), content);
    await writeFile(`${path()}.json`, JSON.stringify({ url: `${address}/a`, version: '"one"' }));
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it.each([['heeds', true], ['does not heed', false]])('begins anew when the file has changed on a server that %s If-Range', async (_, heedsIfRange) => {
    Object.assign(behaviour, { body: Buffer.alloc(200_000, 7), cuts: [70_000], heedsIfRange });
    await failure(download(`${address}/a`, path(), { ...quick, retries: 0 }));
    Object.assign(behaviour, { body: content, etag: '"two"' });
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);
  });

  it('begins anew without ranges, without a version, after another address, and with a torn note', async () => {
    behaviour.ranges = false;
    behaviour.cuts = [70_000];
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);

    await rm(path());
    Object.assign(behaviour, { ranges: true, etag: undefined, cuts: [70_000] });
    await download(`${address}/a`, path(), quick);
    expect(asked.at(-1)?.range).toBeUndefined();
    expect(await fetched()).toBe(true);

    for (const note of [JSON.stringify({ url: `${address}/b`, version: '"one"' }), '{"url":']) {
      await writeFile(path(), 'other bytes');
      await writeFile(`${path()}.json`, note);
      await download(`${address}/a`, path(), quick);
      expect(asked.at(-1)?.range).toBeUndefined();
      expect(await fetched()).toBe(true);
    }
  });

  it('takes a file whose size is not announced', async () => {
    behaviour.announcesLength = false;
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);
    expect(await failure(download(`${address}/a`, path(), { ...quick, bytes: 150_000 }))).toContain('more than the expected 150000 bytes come');
    await rm(`${path()}.json`);
    expect(await failure(download(`${address}/a`, path(), { ...quick, bytes: 300_000, retries: 0 }))).toContain(`the connection ended after ${content.length} of 300000 bytes.`);
  });

  it('tries again what may pass, but not for ever, and not what will not', async () => {
    behaviour.answers = [[503, {}], [429, { 'retry-after': '0' }], [500, {}]];
    await download(`${address}/a`, path(), quick);
    expect(await fetched()).toBe(true);

    behaviour.answers = Array.from({ length: 9 }, () => [503, {}]);
    expect(await failure(download(`${address}/a`, path(), { ...quick, retries: 2 }))).toContain('HERE/a: cannot be downloaded: the server answers 503 Service Unavailable, 3 times.');
    expect(behaviour.answers).toHaveLength(6);

    behaviour.answers = [[404, {}]];
    asked = [];
    expect(await failure(download(`${address}/a`, path(), quick))).toContain('HERE/a: cannot be downloaded: the server answers 404 Not Found.');
    expect(asked).toHaveLength(1);
  });

  it('gives up a server that gets no further, though it always sends something', async () => {
    behaviour.ranges = false;
    behaviour.cuts = Array.from({ length: 20 }, () => 1000);
    expect(await failure(download(`${address}/a`, path(), { ...quick, retries: 2 }))).toContain(', 3 times');
    expect(behaviour.cuts.length).toBeGreaterThan(0);
  });

  it('gives up a server that says nothing', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/a`;
    expect(await failure(download(url, path(), { ...quick, retries: 1, patience: 100 }))).toContain('nothing came for 0.1 s, 2 times.');
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
    // Nobody is there any more: as without a network.
    expect(await failure(download(url, path(), { ...quick, retries: 1 }))).toMatch(/ECONNREFUSED.*, 2 times\.\n {2}help: .*--from FILE/);
  });

  it('is led on, but only by https or on this machine, and not for ever', async () => {
    behaviour.answers = [[302, { location: '/elsewhere' }], [307, { location: `${address}/b` }]];
    await download(`${address}/a`, path(), quick);
    expect(asked.map(({ url }) => url)).toEqual(['/a', '/elsewhere', '/b']);
    expect(await fetched()).toBe(true);
    for (const location of ['http://example.org/file', 'file:///etc/passwd', 'ftp://127.0.0.1/file']) {
      behaviour.answers = [[302, { location }]];
      expect(await failure(download(`${address}/a`, path(), quick))).toContain(`it leads to ${location}, and only https is followed.`);
    }
    behaviour.answers = Array.from({ length: 9 }, () => [301, { location: '/a' }]);
    expect(await failure(download(`${address}/a`, path(), quick))).toContain('it leads on more than 5 times.');
  });

  it('says what cannot be written', async () => {
    await mkdir(path());
    expect(await failure(download(`${address}/a`, path(), quick))).toMatch(/^OUT\/file: cannot be written: EISDIR/);
  });
});

const file: KnownFile = { name: 'sub/file', url: 'https://example.org/file', bytes: content.length, checksum: { algorithm: 'md5', value: md5, source: 'its page' } };

describe('getFile', () => {
  it('gives a file its name once it is checked, and leaves nothing else', async () => {
    const got = { path: join(folder, 'sub', 'file'), sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
    expect(await getFile(file, folder, { url: `${address}/a` }, quick)).toEqual({ ...got, present: false });
    expect(await readdir(join(folder, 'sub'))).toEqual(['file']);
    expect(await getFile(file, folder, { url: `${address}/never asked` }, quick)).toEqual({ ...got, present: true });
    expect(asked).toHaveLength(1);
  });

  it('refuses wrong bytes, and then does not go on behind them', async () => {
    behaviour.body = Buffer.alloc(content.length, 1);
    expect(await failure(getFile(file, folder, { url: `${address}/a` }, quick))).toMatch(/^OUT\/sub\/file\.part: is not file, for its md5 is [0-9a-f]{32} and should be [0-9a-f]{32} \(its page\)\.\n.*\n {2}code: FILE_CHECKSUM$/);
    expect(await readdir(join(folder, 'sub'))).toEqual([]);
    behaviour.body = content.subarray(0, 1000);
    expect(await failure(getFile(file, folder, { url: `${address}/a` }, quick))).toContain(`the file there has 1000 bytes, but ${content.length} are expected.`);
  });

  it('checks and copies a file that is there', async () => {
    await writeFile(join(folder, 'mine'), content);
    await getFile(file, folder, { from: join(folder, 'mine') });
    expect((await readFile(join(folder, 'sub', 'file'))).equals(content)).toBe(true);
    await rm(join(folder, 'sub', 'file'));
    await writeFile(join(folder, 'mine'), content.subarray(1));
    expect(await failure(getFile(file, folder, { from: join(folder, 'mine') }))).toMatch(/^OUT\/mine: is not file, /);
    expect(await failure(getFile(file, folder, { from: join(folder, 'none') }))).toContain('OUT/none: there is no such file.');
    expect(await readdir(join(folder, 'sub'))).toEqual([]);
  });

  it('writes over nothing', async () => {
    await mkdir(join(folder, 'sub'));
    await writeFile(join(folder, 'sub', 'file'), 'precious');
    expect(await failure(getFile(file, folder, { url: `${address}/a` }, quick))).toMatch(/^OUT\/sub\/file: is not file, .*Nothing is written over\.\n {2}help: move it away, or choose another --out\.\n {2}code: FILE_EXISTS$/);
    expect(await readFile(join(folder, 'sub', 'file'), 'utf8')).toBe('precious');
  });
});

describe('data get', () => {
  const tiny = { one: { title: 'One', files: [file], next: (out: string) => [`use ${out}/sub/file`] }, two: { title: 'Two', files: [file, { ...file, name: 'other' }], next: () => [] } };
  const said = async (work: () => Promise<void>) => {
    const lines: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
    try {
      await work();
    } finally {
      spy.mockRestore();
    }
    return lines.join('').replaceAll(folder, 'OUT');
  };

  it('says what came, by which checksum, and what to do with it', async () => {
    expect(await said(() => dataGetCommand('one', { out: folder, url: `${address}/a` }, tiny))).toMatch(/^OUT\/sub\/file\n {2}0\.2 MB, md5 as its page says, SHA-256 [0-9a-f]{64}\n\nOne is there\. next:\n {2}use OUT\/sub\/file\n$/);
    expect(await said(() => dataGetCommand('one', { out: folder }, tiny))).toContain('OUT/sub/file (was there already)\n');
  });

  it('takes several files from one folder or address', async () => {
    const json = await said(() => dataGetCommand('two', { out: folder, url: `${address}/some/where`, json: true }, tiny));
    expect(JSON.parse(json)).toMatchObject({ type: 'done', data: 'two', files: [{ path: 'OUT/sub/file', bytes: content.length, present: false }, { path: 'OUT/other' }] });
    expect(asked.map(({ url }) => url)).toEqual(['/some/where/file', '/some/where/other']);
    await said(() => dataGetCommand('two', { out: join(folder, 'again'), from: join(folder, 'sub') }, { ...tiny, two: { ...tiny.two, files: [file] } }));
    expect((await readFile(join(folder, 'again', 'sub', 'file'))).equals(content)).toBe(true);
  });

  it('refuses what contradicts itself', async () => {
    await expect(dataGetCommand('one', { out: folder, url: address, from: 'x' }, tiny)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
    await expect(dataGetCommand('one', { out: folder, url: 'not an address' }, tiny)).rejects.toMatchObject({ code: 'OPTION_INVALID' });
  });

  it('knows addresses that are https, checksums that are whole, and names that stay in the folder', () => {
    for (const { files } of Object.values(knownData)) {
      for (const { name, url, checksum } of files) {
        expect(url).toMatch(/^https:\/\//);
        expect(checksum.value).toMatch(/^[0-9a-f]{32}$/);
        expect(name).toMatch(/^([\w-]+\/)?[\w-]+(\.[a-z]+)+$/);
      }
    }
  });
});
