import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainingCommand } from '@convkit/training';
import { openDashboard } from '../../src/dashboard/dashboard-server.js';
import { lockFolder } from '../../src/lock-file.js';
import { ask, follow, opened, raw, stepLine, temporaryFolder, writePage, writeRun, type Opened } from '../support/dashboard.js';

/** A dashboard with a run that is trained by this process, and the commands that reached it. */
async function withTraining(): Promise<{ readonly dashboard: Opened; readonly commands: TrainingCommand[]; readonly end: () => Promise<void> }> {
  const path = await writeRun(join(await temporaryFolder(), 'run'), [stepLine(1)]);
  const end = await lockFolder(join(path, 'lock'));
  const commands: TrainingCommand[] = [];
  return { dashboard: await opened([{ path, send: (command) => commands.push(command) }]), commands, end };
}

/** Sends a command as the page does. */
function order({ port, cookie }: Opened, body: string, headers: Record<string, string> = {}) {
  return ask(port, '/api/runs/0/commands', { method: 'POST', body, headers: { cookie, origin: `http://127.0.0.1:${port}`, 'content-type': 'application/json', ...headers } });
}

describe('the server', () => {
  it('listens on 127.0.0.1 alone', async () => {
    const { url, port } = await opened([]);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const attempt = (host: string) =>
      new Promise<string>((resolve) => {
        const socket = connect({ host, port, timeout: 2000 }, () => resolve('connected')).on('error', () => resolve('refused')).on('timeout', () => resolve('refused'));
        socket.on('connect', () => socket.destroy());
      });
    expect(await attempt('127.0.0.1')).toBe('connected');
    const outside = Object.values(networkInterfaces()).flatMap((list = []) => list.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address));
    for (const host of ['127.0.0.2', '::1', ...outside]) expect({ host, is: await attempt(host) }).toEqual({ host, is: 'refused' });
  });

  it('refuses a port that is taken, and a page that is not built', async () => {
    const { port } = await opened([]);
    const insights = { close: () => Promise.resolve() } as never;
    const page = await temporaryFolder();
    await expect(openDashboard({ page, port: 0, insights })).rejects.toMatchObject({ code: 'DASHBOARD_NOT_BUILT', help: 'npm run build makes it.' });
    await expect(openDashboard({ page: await writePage(page), port, insights })).rejects.toMatchObject({ code: 'OPTION_INVALID', summary: `port ${port} cannot be had for the dashboard: something else listens there.` });
  });

  it('tells runs by name and path, whatever is in them, as JSON', async () => {
    const folder = await temporaryFolder();
    const names = ['plain', '<script>alert(1)</script>'.replaceAll('/', '_'), '"quotes" & \'more\'', 'line\u2028separator\u2029', 'a\nb', '__proto__', '𝄞'];
    const paths = await Promise.all(names.map((name) => writeRun(join(folder, name))));
    const { port, cookie } = await opened(paths.map((path) => ({ path })));
    const { headers, body } = await ask(port, '/api/runs', { headers: { cookie } });
    expect(headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' });
    expect(JSON.parse(body)).toEqual({ runs: names.map((name, i) => ({ id: String(i), name, path: join(folder, name), live: false, steerable: false })) });
    const card = await ask(port, '/api/runs/1/card', { headers: { cookie } });
    expect(JSON.parse(card.body)).toEqual({ card: '# card', description: { seed: 1 } });
    expect(basename(paths[1])).toContain('<script>');
  });

  it('says what a run has not', async () => {
    const { port, cookie } = await opened([{ path: await temporaryFolder() }]);
    for (const what of ['card', 'kernels.png', 'images/0.png', 'activations/0', 'activations/0/conv1.png']) {
      const { status, headers, body } = await ask(port, `/api/runs/0/${what}`, { headers: { cookie } });
      expect({ what, status, type: headers['content-type'] }).toEqual({ what, status: 404, type: 'text/plain; charset=utf-8' });
      expect(body).toMatch(/^\S.+\n$/);
    }
    const { status, headers, body } = await ask(port, '/api/runs/0/commands', { headers: { cookie } });
    expect({ status, allow: headers.allow, body }).toEqual({ status: 405, allow: 'POST', body: 'Here only POST can be asked.\n' });
  });

  it('sends the last events before it ends', async () => {
    const path = await writeRun(join(await temporaryFolder(), 'run'), [stepLine(1)]);
    const dashboard = await opened([{ path }]);
    const followed = follow(dashboard, '/api/runs/0/events', {
      enough: (events) => {
        if (events.length === 1) void writeRun(path, [stepLine(1), stepLine(2), '{"type":"done"}']).then(() => dashboard.close());
        return false;
      },
    });
    expect((await followed).events.map(({ type }) => type)).toEqual(['step', 'step', 'done']);
    await expect(ask(dashboard.port, '/')).rejects.toThrow();
  });
});

describe('commands', () => {
  it('reach a run that this process trains', async () => {
    const { dashboard, commands } = await withTraining();
    expect(JSON.parse((await ask(dashboard.port, '/api/runs', { headers: { cookie: dashboard.cookie } })).body)).toMatchObject({ runs: [{ live: true, steerable: true }] });
    const sent: TrainingCommand[] = [{ type: 'pause' }, { type: 'checkpoint' }, { type: 'divide-rate', by: 10 }, { type: 'resume' }, { type: 'stop' }];
    for (const command of sent) expect(await order(dashboard, JSON.stringify(command))).toMatchObject({ status: 202, body: '{}' });
    expect(commands).toEqual(sent);
  });

  it('are refused when the run is over or trained elsewhere', async () => {
    const { dashboard, commands, end } = await withTraining();
    await end();
    expect(await order(dashboard, '{"type":"stop"}')).toMatchObject({ status: 409 });
    const path = await writeRun(join(await temporaryFolder(), 'run'));
    await lockFolder(join(path, 'lock'));
    const watching = await opened([{ path }]);
    expect(JSON.parse((await ask(watching.port, '/api/runs', { headers: { cookie: watching.cookie } })).body)).toMatchObject({ runs: [{ live: true, steerable: false }] });
    expect(await order(watching, '{"type":"stop"}')).toMatchObject({ status: 409 });
    expect(commands).toEqual([]);
  });

  it('that are none change nothing and are told why', async () => {
    const { dashboard, commands } = await withTraining();
    const bodies = [
      '', '{', 'null', '[]', '1', '"stop"', '{}', '{"type":null}', '{"type":["stop"]}', '{"type":"STOP"}', '{"type":"stop "}', '{"type":"divide-rate"}', '{"type":"divide-rate","by":1}', '{"type":"divide-rate","by":1e999}',
      '{"type":"divide-rate","by":"10"}', '{"type":"divide-rate","by":-3}', '{"type":"constructor"}', '{"type":"__proto__"}', '{"__proto__":{"type":"stop"}}', '{"constructor":{"prototype":{"type":"stop"}}}', '[["type","stop"]]', '{"type":"divide-rate","__proto__":{"by":10}}',
    ];
    for (const body of bodies) {
      const { status, body: why } = await order(dashboard, body);
      expect({ body, status }).toEqual({ body, status: 400 });
      expect(why).toMatch(/^A command is .+\.\n$/);
    }
    expect(commands).toEqual([]);
    expect('type' in {}).toBe(false);
    expect(await order(dashboard, '{"type":"divide-rate","by":10,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')).toMatchObject({ status: 202 });
    expect(commands.map((command) => Object.keys(command))).toEqual([['type', 'by']]);
    expect('polluted' in {}).toBe(false);
  });

  it('come as JSON, of a size that a command has', async () => {
    const { dashboard, commands } = await withTraining();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', '']) expect({ type, ...(await order(dashboard, '{"type":"stop"}', { 'content-type': type })) }).toMatchObject({ type, status: 415 });
    const long = `{"type":"stop","x":"${'x'.repeat(4096)}"}`;
    expect(await order(dashboard, long)).toMatchObject({ status: 413 });
    expect(await order(dashboard, long, { 'transfer-encoding': 'chunked' })).toMatchObject({ status: 413 });
    expect(commands).toEqual([]);
    const fits = `{"type":"stop","x":"${'x'.repeat(4096 - 22)}"}`;
    expect(fits).toHaveLength(4096);
    expect(await order(dashboard, fits, { 'content-type': 'Application/JSON; charset=utf-8' })).toMatchObject({ status: 202 });
  });
});

describe('limits', () => {
  it('end what is too long or too slow', async () => {
    const { dashboard: { port, cookie } } = await withTraining();
    const own = `Host: 127.0.0.1:${port}\r\nCookie: ${cookie}\r\n`;
    const first = async (text: string) => (await raw(port, text)).split('\r\n')[0];
    const [headers, slowHeaders, slowBody, old, noHost, absolute] = await Promise.all([
      first(`GET / HTTP/1.1\r\n${own}X-Long: ${'x'.repeat(9000)}\r\n\r\n`),
      first(`GET / HTTP/1.1\r\n${own}`),
      first(`POST /api/runs/0/commands HTTP/1.1\r\n${own}Origin: http://127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"type"`),
      first('GET / HTTP/1.0\r\n\r\n'),
      first('GET / HTTP/1.1\r\n\r\n'),
      first(`GET http://127.0.0.1:${port}/ HTTP/1.1\r\n${own}Connection: close\r\n\r\n`),
    ]);
    expect({ headers, slowHeaders, slowBody, old, noHost, absolute }).toEqual({
      headers: 'HTTP/1.1 431 Request Header Fields Too Large',
      slowHeaders: 'HTTP/1.1 408 Request Timeout',
      slowBody: 'HTTP/1.1 408 Request Timeout',
      old: 'HTTP/1.1 403 Forbidden',
      noHost: 'HTTP/1.1 400 Bad Request',
      absolute: 'HTTP/1.1 404 Not Found',
    });
  }, 60_000);
});
