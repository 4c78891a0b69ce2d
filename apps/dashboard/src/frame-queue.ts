/** Time that drawing may take of a frame before the rest waits for the next one, in milliseconds. */
const BUDGET = 8;

const waiting = new Map<unknown, () => void>();
let frame = 0;

/** Draws in one of the next frames; what is asked again by the same `owner` before that is done once. So many charts never hold up the page together. */
export function drawSoon(owner: unknown, draw: () => void): void {
  waiting.set(owner, draw);
  frame ||= requestAnimationFrame(drawWaiting);
}

/** Forgets what `owner` wanted to draw. */
export function cancelDraw(owner: unknown): void {
  waiting.delete(owner);
}

function drawWaiting(): void {
  const began = performance.now();
  for (const [owner, draw] of waiting) {
    waiting.delete(owner);
    draw();
    if (performance.now() - began > BUDGET) break;
  }
  frame = waiting.size > 0 ? requestAnimationFrame(drawWaiting) : 0;
}
