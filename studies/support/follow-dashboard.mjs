/** A reader of a dashboard in a process of its own: follows the events of its first run until it is ended. `node follow-dashboard.mjs ADDRESS` */
const address = new URL(process.argv[2]);
const entered = await fetch(address, { redirect: 'manual' });
const cookie = /** @type {string} */ (entered.headers.get('set-cookie')).split(';')[0];
const { body } = await fetch(new URL('/api/runs/0/events', address), { headers: { cookie } });
let bytes = 0;
for await (const chunk of /** @type {ReadableStream<Uint8Array>} */ (body)) {
  bytes += chunk.length;
  process.send?.(bytes);
}
