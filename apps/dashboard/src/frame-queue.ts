const waiting = new Map<unknown, () => void>();
let frame = 0;

/** Draws in one of the next frames, one thing a frame, so that many charts never hold up the page together. What is asked again by the same `owner` before that is done once. */
export function drawSoon(owner: unknown, draw: () => void): void {
  waiting.set(owner, draw);
  frame ||= requestAnimationFrame(drawNext);
}

/** Forgets what `owner` wanted to draw. */
export function cancelDraw(owner: unknown): void {
  waiting.delete(owner);
}

function drawNext(): void {
  const [next] = waiting;
  if (next) waiting.delete(next[0]);
  frame = waiting.size > 0 ? requestAnimationFrame(drawNext) : 0;
  next?.[1]();
}
