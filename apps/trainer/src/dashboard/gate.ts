import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Why a request goes no further. */
export interface Refusal {
  readonly status: 401 | 403;
  /** For people. */
  readonly sentence: string;
}

/** Name of the cookie; cookies are shared by all ports of a host. */
export function cookieName(port: number): string {
  return `convkit-${port}`;
}

/** What everybody without the token is told. */
export const noToken: Refusal = { status: 401, sentence: 'This dashboard opens by the address that the command printed, with its token.' };

/**
 * Whether a request comes from this server's own page. The name it was reached by must be one of this machine alone, or a page elsewhere that renames itself to 127.0.0.1 would be let in;
 * the page that sent it, where a browser tells, must be this one. Only after these is a token looked at, in {@link knowsToken}.
 *
 * @returns The first reason against it; undefined when there is none.
 */
export function refusalOf(request: IncomingMessage, port: number): Refusal | undefined {
  return foreignName(request, port) ?? foreignPage(request);
}

/** Whether a request has the token in its cookie. */
export function knowsToken({ headers: { cookie = '' } }: IncomingMessage, port: number, token: string): boolean {
  const name = `${cookieName(port)}=`;
  const pairs = cookie.split(';').map((pair) => pair.trim());
  return pairs.some((pair) => pair.startsWith(name) && isToken(pair.slice(name.length), token));
}

/** In a time that does not depend on where they differ. */
export function isToken(value: string, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(value), hash(token));
}

function foreignName({ headersDistinct: { host = [] } }: IncomingMessage, port: number): Refusal | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  return host.length === 1 && own.includes(host[0].toLowerCase()) ? undefined : { status: 403, sentence: 'This server answers by the name 127.0.0.1 or localhost only.' };
}

function foreignPage({ method, headersDistinct: { host = [], origin = [] } }: IncomingMessage): Refusal | undefined {
  if (origin.length === 0 && method !== 'POST') return undefined;
  return origin.length === 1 && origin[0].toLowerCase() === `http://${host[0].toLowerCase()}` ? undefined : { status: 403, sentence: 'This server answers its own page only.' };
}
