import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ConvkitError, OptionError } from '@convkit/tensor';
import { parseCommand } from '@convkit/training';
import { FileError, messageOf, systemCode } from '../file-error.js';
import { json, notSo, sentence, type Answer } from './answer.js';
import { readAssets } from './assets.js';
import { runEntry, type DashboardRun } from './dashboard-run.js';
import { streamEvents } from './event-stream.js';
import { cookieName, isToken, knowsToken, noToken, refusalOf } from './gate.js';
import { InsightError, type Insights } from './insights.js';
import { RunPictures } from './run-pictures.js';
import { readBody } from './read-body.js';
import { RunLog } from './run-log.js';

/** Where a dashboard lies, and what with. */
export interface DashboardOptions {
  /** Folder of the built page. */
  readonly page: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Closed with the dashboard. */
  readonly insights: Insights;
}

/** A dashboard that answers. */
export interface Dashboard {
  /** With the token. */
  readonly url: string;
  /** Shows one more run, behind those that are shown already. */
  show(run: DashboardRun): void;
  /** Sends what the runs have told so far, then ends. */
  close(): Promise<void>;
}

/** Sent with every answer. A page elsewhere can neither read it nor put it in a frame; nothing of it stays in a cache. */
const headers = {
  'content-security-policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Bytes of a body, and of all headers of a request. */
const MOST_BODY = 4 * 1024;
const MOST_HEADERS = 8 * 1024;
/** Bytes of a run's card or description. */
const MOST_CARD = 16 * 1024 * 1024;
/** Connections at once; a browser opens six for a page. */
const MOST_CONNECTIONS = 512;
/** Milliseconds for the headers of a request, for all of it, and until a connection without one is closed. */
const times = { headersTimeout: 5_000, requestTimeout: 10_000, keepAliveTimeout: 10_000, connectionsCheckingInterval: 1_000 };
/** Milliseconds in which readers can take the last events at the end. */
const farewell = 1_000;

/**
 * Serves the page, and what there is to know of runs, to browsers on this machine: on 127.0.0.1, to those who have the token of this start.
 *
 * @throws FileError `DASHBOARD_NOT_BUILT`; OptionError `OPTION_INVALID` when the port cannot be had.
 */
export async function openDashboard({ page, port: wanted, insights }: DashboardOptions): Promise<Dashboard> {
  const assets = await readAssets(page);
  const token = randomBytes(32).toString('base64url');
  const runs: DashboardRun[] = [];
  const logs: RunLog[] = [];
  const pictures = new RunPictures(insights);
  const ending = new AbortController();
  const streams = new Set<Promise<void>>();

  const server = createServer({ maxHeaderSize: MOST_HEADERS, ...times }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else if (error instanceof InsightError) send(response, sentence(error.code === 'INSIGHT_MISSING' ? 404 : 503, error.summary));
      else send(response, sentence(500, `Something went wrong here: ${error instanceof ConvkitError ? error.summary : messageOf(error)}`));
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
  const port = await listen(server.listen({ port: wanted, host: '127.0.0.1' }), wanted);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(request, port);
    if (refusal !== undefined) return send(response, sentence(refusal.status, refusal.sentence));
    const { method = '', url = '' } = request;
    if (!['GET', 'HEAD', 'POST'].includes(method)) return send(response, notSo('GET, HEAD, POST'));
    const [path, query] = splitOnce(url, '?');
    const given = path === '/' && method !== 'POST' ? new URLSearchParams(query).get('token') : null;
    if (given === null ? !knowsToken(request, port, token) : !isToken(given, token)) return send(response, sentence(noToken.status, noToken.sentence));
    if (given !== null) return send(response, { status: 303, headers: { location: '/', 'set-cookie': `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/` }, body: '' });

    const [, id, what] = /^\/api\/runs\/(0|[1-9]\d{0,3})\/(.+)$/.exec(path) ?? [];
    const place = Number(id);
    const asset = assets.get(path);
    if (asset === undefined && path !== '/api/runs' && !(place < runs.length)) return send(response, nothing);
    if ((method === 'POST') !== (what === 'commands')) return send(response, notSo(what === 'commands' ? 'POST' : 'GET, HEAD'));
    if (asset !== undefined) return send(response, { status: 200, headers: { 'content-type': asset.type }, body: asset.body });
    if (path === '/api/runs') return send(response, json(200, { runs: await Promise.all(runs.map(runEntry)) }));
    if (what === 'events') return events(request, response, logs[place]);
    if (what === 'card') return send(response, await card(runs[place]));
    if (what === 'commands') return send(response, await command(request, place));
    return send(response, (await pictures.find(runs[place].path, `/api/runs/${id}`, what)) ?? nothing);
  }

  async function events(request: IncomingMessage, response: ServerResponse, log: RunLog): Promise<void> {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
    if (request.method === 'HEAD') return void response.end();
    const last = request.headers['last-event-id'];
    const from = typeof last === 'string' && /^\d{1,15}$/.test(last) ? Number(last) : 0;
    const stream = streamEvents(response, log, from, ending.signal);
    streams.add(stream);
    await stream.finally(() => streams.delete(stream));
  }

  async function command(request: IncomingMessage, place: number): Promise<Answer> {
    const type = splitOnce(request.headers['content-type'] ?? '', ';')[0].trim().toLowerCase();
    if (type !== 'application/json') return sentence(415, 'A command is sent as application/json.');
    const body = await readBody(request, MOST_BODY);
    if (body === undefined) return sentence(413, `A command has ${MOST_BODY} bytes at most.`);
    const run = runs[place];
    if (run.send === undefined || !(await runEntry(run, place)).steerable) return sentence(409, 'This run takes no commands: it is over, or another process trains it.');
    try {
      run.send(parseCommand(JSON.parse(body.toString('utf8'))));
      return json(202, {});
    } catch (error) {
      if (error instanceof SyntaxError) return sentence(400, 'A command is JSON.');
      if (error instanceof OptionError) return sentence(400, `A command is not so: ${error.summary}`);
      throw error;
    }
  }

  return {
    url: `http://127.0.0.1:${port}/?token=${token}`,
    show(run) {
      runs.push(run);
      logs.push(new RunLog(join(run.path, 'events.jsonl')));
    },
    async close() {
      await Promise.all(logs.map((log) => log.look()));
      ending.abort();
      server.close();
      await Promise.race([Promise.allSettled(streams), setTimeout(farewell, undefined, { ref: false })]);
      server.closeAllConnections();
      await Promise.all([insights.close(), ...logs.map((log) => log.close())]);
    },
  };
}

async function listen(server: ReturnType<typeof createServer>, wanted: number): Promise<number> {
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = systemCode(cause) === 'EADDRINUSE' ? 'something else listens there' : messageOf(cause);
    throw new OptionError({ code: 'OPTION_INVALID', message: `port ${wanted} cannot be had for the dashboard: ${why}.`, help: 'choose another port, or none: then one is taken that is free.', cause });
  }
  return (server.address() as AddressInfo).port;
}

/** `card.md` and `run.json`. */
async function card({ path }: DashboardRun): Promise<Answer> {
  try {
    return json(200, { card: await readSmall(join(path, 'card.md')), description: JSON.parse(await readSmall(join(path, 'run.json'))) as unknown });
  } catch (error) {
    return sentence(404, error instanceof FileError ? error.summary : 'This run has no card that can be read.');
  }
}

async function readSmall(path: string): Promise<string> {
  try {
    if ((await stat(path)).size <= MOST_CARD) return await readFile(path, 'utf8');
  } catch (cause) {
    throw new FileError({ code: 'FILE_MISSING', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
  }
  throw new FileError({ code: 'FILE_MISSING', message: `${path}: has more than ${MOST_CARD} bytes.` });
}

function send(response: ServerResponse, { status, headers: own, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body), ...own });
  response.end(body);
}

const nothing = sentence(404, 'There is nothing here by this name.');

function splitOnce(text: string, at: string): readonly [string, string] {
  const place = text.indexOf(at);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
}
