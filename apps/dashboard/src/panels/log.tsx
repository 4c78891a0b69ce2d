import { count } from '../format.js';
import { Nothing, Panel } from '../panel.js';
import type { LogEntry } from '../run-history.js';
import type { Run } from '../session.js';

/** Lines that are on the page. */
const SHOWN = 200;

/** What a mark beside the text tells those who see it. */
const marks: Record<LogEntry['kind'], string> = { start: '▶', command: '›', warning: '!', checkpoint: '✓', restored: '↺', done: '■' };

/** What happened, the newest first. */
export function Log({ run }: { readonly run: Run }) {
  const { log } = run.feed.history;
  return (
    <Panel id="log" title="Log">
      {log.length === 0 ? (
        <Nothing>Warnings, commands and checkpoints will stand here.</Nothing>
      ) : (
        <div class="scroll tall" role="region" aria-label="Entries of the log" tabIndex={0}>
          <ol>
            {log
              .slice(-SHOWN)
              .reverse()
              .map(({ id, kind, step, text }) => (
                <li key={id} class={kind}>
                  <span class="mark" aria-hidden="true">
                    {marks[kind]}
                  </span>
                  <span class="step">
                    <span class="unseen">step </span>
                    {count(step)}
                  </span>
                  <span>
                    {kind === 'warning' && <b>Warning. </b>}
                    {text}
                  </span>
                </li>
              ))}
          </ol>
        </div>
      )}
    </Panel>
  );
}
