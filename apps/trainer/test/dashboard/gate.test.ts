import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '@convkit/tensor';
import { ask, opened, raw, temporaryFolder, writeRun, type Opened } from '../support/dashboard.js';

/** A dashboard with one run that takes commands, in the name of this process. */
async function withRun(): Promise<Opened> {
  return opened([{ path: await writeRun(join(await temporaryFolder(), 'run')), send: () => undefined }]);
}

const securityHeaders = {
  'content-security-policy': "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

describe('who is let in', () => {
  it('is decided by name, page and cookie, for every method', async () => {
    const dashboard = await withRun();
    const { port, cookie, token } = dashboard;
    const hosts = { own: `127.0.0.1:${port}`, local: `localhost:${port}`, six: `[::1]:${port}`, foreign: `evil.example:${port}`, otherPort: `127.0.0.1:${port + 1}`, noPort: '127.0.0.1', longer: `127.0.0.1:${port}.evil.example` };
    const origins = { none: undefined, own: (host: string) => `http://${host}`, null: () => 'null', foreign: () => 'http://evil.example', https: (host: string) => `https://${host}`, otherPort: () => `http://127.0.0.1:${port + 1}` };
    const cookies = { none: undefined, right: cookie, wrong: `convkit-${port}=${'A'.repeat(43)}`, among: `a=b; ${cookie}; c=d` };
    const everyMethod = ['GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'];
    const names = Object.keys(hosts) as (keyof typeof hosts)[];
    const pages = Object.keys(origins) as (keyof typeof origins)[];
    const cases: readonly { readonly host: keyof typeof hosts; readonly origin: keyof typeof origins; readonly method: string; readonly held: keyof typeof cookies }[] = [
      ...names.flatMap((host) => pages.flatMap((origin) => everyMethod.map((method) => ({ host, origin, method, held: 'right' as const })))),
      ...(Object.keys(cookies) as (keyof typeof cookies)[]).flatMap((held) => everyMethod.map((method) => ({ host: 'own' as const, origin: 'own' as const, method, held }))),
    ];
    const answers = await Promise.all(
      cases.map(async ({ host, origin, method, held }) => {
        const name = hosts[host];
        const page = origins[origin]?.(name);
        const headers = { host: name, ...(page === undefined ? {} : { origin: page }), ...(cookies[held] === undefined ? {} : { cookie: cookies[held] }), ...(method === 'POST' ? { 'content-type': 'application/json' } : {}) };
        const named = ['own', 'local', 'six'].includes(host);
        const paged = origin === 'own' || (origin === 'none' && method !== 'POST');
        // The run has no lock: nobody trains in it, so that a command which is let in meets 409.
        const expected = !named || !paged ? 403 : !['GET', 'HEAD', 'POST'].includes(method) ? 405 : !['right', 'among'].includes(held) ? 401 : method === 'POST' ? 409 : 200;
        const answer = await ask(port, method === 'POST' ? '/api/runs/0/commands' : '/api/runs', { method, headers, body: method === 'POST' ? '{"type":"stop"}' : '' });
        return { what: `${method} host ${host}, origin ${origin}, cookie ${held}`, expected, answer };
      }),
    );
    expect(answers).toHaveLength(7 * 6 * 5 + 4 * 5);
    expect(answers.filter(({ expected, answer }) => answer.status !== expected).map(({ what, expected, answer }) => `${what}: ${answer.status} instead of ${expected}`)).toEqual([]);
    for (const { answer } of answers) expect(answer.headers).toMatchObject(securityHeaders);
    expect(answers.filter(({ answer }) => JSON.stringify(answer).includes(token))).toEqual([]);
  }, 120_000);

  it('gets the cookie for the token, and nothing else does', async () => {
    const { port, token, cookie } = await withRun();
    const { status, headers, body } = await ask(port, `/?token=${token}`);
    expect({ status, body, location: headers.location }).toEqual({ status: 303, body: '', location: '/' });
    expect(headers['set-cookie']).toEqual([`${cookie}; HttpOnly; SameSite=Strict; Path=/`]);
    expect((await ask(port, '/', { headers: { cookie } })).body).toContain('<title>page</title>');
    const others = [`/?token=${token}x`, `/?token=${token.slice(0, -1)}`, '/?token=', `/?token=${token.toLowerCase()}`, `/api/runs?token=${token}`, `//?token=${token}`, `/?Token=${token}`, `/?token=x&token=${token}`];
    for (const path of others) {
      const answer = await ask(port, path);
      expect({ path, status: answer.status, cookie: answer.headers['set-cookie'] }).toEqual({ path, status: 401, cookie: undefined });
    }
    for (const wrong of [`convkit-${port}=`, `convkit=${token}`, token, `convkit-${port}=${token}x`, `convkit-${port + 1}=${token}`]) expect((await ask(port, '/', { headers: { cookie: wrong } })).status).toBe(401);
    expect((await ask(port, `/?token=${token}`, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await ask(port, `/?token=${token}`, { headers: { origin: 'null' } })).status).toBe(403);
  });

  it('is new for every start', async () => {
    const [a, b] = [await withRun(), await withRun()];
    expect(a.token).toMatch(/^[\w-]{43}$/);
    expect(a.token).not.toBe(b.token);
    expect((await ask(b.port, '/api/runs', { headers: { cookie: `convkit-${b.port}=${a.token}` } })).status).toBe(401);
  });

  it('does not depend on a header that is there twice', async () => {
    const { port, cookie } = await withRun();
    const own = `127.0.0.1:${port}`;
    const twice = async (name: string, values: readonly string[]) => (await raw(port, ['GET /api/runs HTTP/1.1', `Host: ${own}`, `Cookie: ${cookie}`, ...values.map((value) => `${name}: ${value}`), 'Connection: close', '', ''].join('\r\n'))).split('\r\n')[0];
    expect(await twice('Origin', [`http://${own}`])).toBe('HTTP/1.1 200 OK');
    expect(await twice('Origin', [`http://${own}`, 'http://evil.example'])).toBe('HTTP/1.1 403 Forbidden');
    expect(await twice('Host', ['evil.example'])).toBe('HTTP/1.1 403 Forbidden');
    expect(await twice('Host', [own])).toBe('HTTP/1.1 403 Forbidden');
  });
});

describe('paths', () => {
  it('lead to the files of the page, however they are written, and nowhere else', async () => {
    const { port, cookie } = await withRun();
    const served = new Map([['/', 'text/html; charset=utf-8'], ['/assets/index-1a2b.js', 'text/javascript; charset=utf-8'], ['/assets/index-1a2b.css', 'text/css; charset=utf-8']]);
    for (const [path, type] of served) expect({ path, ...(await ask(port, path, { headers: { cookie } })) }).toMatchObject({ status: 200, headers: { 'content-type': type } });

    const steps = ['..', '%2e%2e', '%2E.', '.%2e', '....', '%252e%252e', '..%00', '%c0%ae%c0%ae', '..;', '~', 'api', 'assets', '__proto__', 'constructor'];
    const separators = ['/', '%2f', '%2F', '%5c', '\\', '//', '/./', '%252f', '%255c', '%u2215', '%ef%bc%8f'];
    const targets = ['etc/passwd', 'package.json', 'index.html', 'assets/index-1a2b.js%00.png', 'C:%5cwindows%5cwin.ini', '%00', 'run.json', 'api/runs', 'toString'];
    const draws = new RandomStream(1, 'paths').at();
    const pick = (list: readonly string[]) => list[draws.integer(list.length)];
    const paths = Array.from({ length: 300 }, () => `/${Array.from({ length: 1 + draws.integer(6) }, () => pick(steps) + pick(separators)).join('')}${pick(targets)}`);
    for (const path of paths) {
      const { status, body } = await ask(port, path, { headers: { cookie } });
      expect({ path, status, body }).toEqual({ path, status: 404, body: 'There is nothing here by this name.\n' });
    }
  }, 120_000);

  it('of runs are their places in the list, as they are printed', async () => {
    const { port, cookie } = await withRun();
    for (const id of ['1', '00', '-0', '+0', '0x0', '0e0', '%30', ' 0'.trimStart() + '%20', '__proto__', 'length', '99999', '']) {
      expect({ id, ...(await ask(port, `/api/runs/${id}/card`, { headers: { cookie } })) }).toMatchObject({ id, status: 404 });
    }
    for (const what of ['', 'card/', 'cards', 'events/x', 'constructor', 'images/x.png']) expect({ what, ...(await ask(port, `/api/runs/0/${what}`, { headers: { cookie } })) }).toMatchObject({ what, status: 404 });
  });
});
