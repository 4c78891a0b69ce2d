import type { OutgoingHttpHeaders } from 'node:http';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body: string | Uint8Array;
}

export function json(status: number, value: unknown): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(value) };
}

/** What is asked for at a path that takes only other methods. */
export function notSo(allow: string): Answer {
  const answer = sentence(405, `Here only ${allow} can be asked.`);
  return { ...answer, headers: { ...answer.headers, allow } };
}

/** For people; plain text, so that nothing in it is ever markup. */
export function sentence(status: number, text: string): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${text}\n` };
}
