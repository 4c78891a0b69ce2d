/**
 * A reader of a dashboard in a process of its own: follows the events of its first run until it is ended, and asks after every checkpoint for the kernels and for what the layers make of an image, as the page does.
 * `node follow-dashboard.mjs ADDRESS`
 */
const address = new URL(process.argv[2]);
const entered = await fetch(address, { redirect: 'manual' });
const cookie = /** @type {string} */ (entered.headers.get('set-cookie')).split(';')[0];
/** @param {string} path */
const get = (path) => fetch(new URL(`/api/runs/0/${path}`, address), { headers: { cookie } });
const { body } = await get('events');
let bytes = 0;
// Seldom, so that hearing of it costs the training nothing.
setInterval(() => process.send?.(bytes), 1000);
for await (const chunk of /** @type {ReadableStream<Uint8Array>} */ (body)) {
  bytes += chunk.length;
  if (new TextDecoder().decode(chunk).includes('{"type":"checkpoint"')) await Promise.all(['kernels.png', 'activations/0'].map(async (path) => (await get(path)).arrayBuffer()));
}
