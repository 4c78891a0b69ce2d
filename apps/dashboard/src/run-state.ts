import { duration } from './format.js';
import { describeEnd } from './run-history.js';
import type { Run } from './session.js';

/** Steps over which the speed of now is taken. */
const SPEED_SPAN = 50;

/** What a run is doing. */
export function runState({ info, feed: { history } }: Run): { readonly kind: 'training' | 'paused' | 'ended' | 'broken'; readonly text: string } {
  if (history.done) return { kind: 'ended', text: describeEnd(history.done) };
  if (info.live) return history.paused ? { kind: 'paused', text: 'Paused' } : { kind: 'training', text: 'Training' };
  return { kind: 'broken', text: history.start ? 'Broken off' : 'Nothing yet' };
}

/** Until the last step at the speed of now, evaluations not counted. */
export function timeLeft({ info, feed: { history } }: Run): string {
  const { start, step, means, paused } = history;
  const speed = means.imagesPerSecond.over(SPEED_SPAN).last;
  return !start || !info.live || paused || speed === undefined ? duration(undefined) : duration(((start.steps - step) * start.batch) / speed);
}

/** Class `index` by its name. */
export function className({ card }: Run, index: number): string {
  return card?.description.classes[index] ?? `class ${index}`;
}
