/** Time that work may take of a turn before the rest waits for the next one, in milliseconds. */
const BUDGET = 8;

const waiting: (() => void)[] = [];
// Unlike timers, messages come at once, and to a page in the background as well.
const { port1: turn, port2: next } = new MessageChannel();
turn.onmessage = workOn;

/** Does `work` after all that was asked before, in turns between which the page hears keys and pointers and draws. */
export function workSoon(work: () => void): void {
  if (waiting.push(work) === 1) next.postMessage(undefined);
}

function workOn(): void {
  const end = performance.now() + BUDGET;
  try {
    do waiting.shift()?.();
    while (waiting.length > 0 && performance.now() < end);
  } finally {
    if (waiting.length > 0) next.postMessage(undefined);
  }
}
