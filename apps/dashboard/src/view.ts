import type { Range } from './plot.js';
import type { Run } from './session.js';

/** What of the curves is shown, and how. */
export interface View {
  readonly unit: 'step' | 'epoch';
  /** Steps over which curves of training are means. */
  readonly span: number;
  /** How much of the axis, counted from its end, or a part that was marked. */
  readonly part: number | Range;
}

/** Steps of a run that are one unit of the horizontal axis. */
export function stepsPerUnit({ feed: { history } }: Run, { unit }: View): number {
  return unit === 'step' ? 1 : (history.start?.stepsPerEpoch ?? 1);
}

/** The part of the horizontal axis that is shown for these runs. */
export function horizontal(runs: readonly Run[], view: View): Range {
  if (typeof view.part !== 'number') return view.part;
  const to = Math.max(view.unit === 'step' ? 10 : 0.01, ...runs.map((run) => run.feed.history.step / stepsPerUnit(run, view)));
  return [to * (1 - view.part), to];
}
