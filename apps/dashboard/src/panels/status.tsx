import { useRef } from 'preact/hooks';
import { count, duration, loss, percent, significant } from '../format.js';
import { runState, timeLeft } from '../run-state.js';
import type { Connection, Run, Session } from '../session.js';

interface StatusProps {
  readonly run: Run;
  readonly session: Session;
  /** Steps over which the numbers are means. */
  readonly span: number;
}

/** Where a run is, its newest numbers, and its buttons. */
export function Status({ run, session, span }: StatusProps) {
  const { history } = run.feed;
  const { start, done, step, means, train, test } = history;
  const state = runState(run);
  const steps = start?.steps ?? 0;
  return (
    <section id="status" class="panel" aria-labelledby="run-title">
      <div class="title">
        <h1 id="run-title">{run.info.name}</h1>
        <span class={`state ${state.kind}`}>{state.text}</span>
      </div>
      <p class="note">{start ? `${start.model} on ${run.card ? shortData(start.data) : start.data}, ${start.device}` : 'Nothing has come of this run yet.'}</p>
      <div class="progress">
        <progress max={Math.max(1, steps)} value={step} aria-label="Progress of the run" />
        <p>
          <span>
            Step <b>{count(step)}</b> of {count(steps)}
          </span>
          <span>
            Epoch <b>{start ? (step / start.stepsPerEpoch).toFixed(1) : '–'}</b> of {start ? Number((steps / start.stepsPerEpoch).toFixed(1)) : '–'}
          </span>
          <span>
            {done ? 'Took' : 'Left'} <b>{done ? duration(done.seconds) : timeLeft(run)}</b>
          </span>
        </p>
      </div>
      <dl class="figures">
        <Figure name="Loss" value={loss(means.loss.over(span).last)} />
        <Figure name="Accuracy" value={percent(means.top1.over(span).last)} />
        <Figure name="Test accuracy" value={percent(test.column('top1').last)} />
        <Figure name="Learning rate" value={significant(train.column('lr').last)} />
        <Figure name="Images a second" value={speed(means.imagesPerSecond.over(span).last)} />
      </dl>
      <Buttons run={run} session={session} />
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Buttons({ run, session }: { readonly run: Run; readonly session: Session }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const why = whyNot(run, session.connection);
  const { paused } = run.feed.history;
  // Such a button keeps the focus while it does nothing, as for the moment of a lost connection, and says why when it is pressed.
  const button = (text: string, act: () => void, look?: string) => (
    <button type="button" class={look} aria-disabled={why !== undefined} onClick={why === undefined ? act : () => session.announce(why)}>
      {text}
    </button>
  );
  return (
    <div class="buttons" role="group" aria-label="Commands to the run" aria-describedby="why-not">
      {button(paused ? 'Resume' : 'Pause', () => void session.send(run, { type: paused ? 'resume' : 'pause' }))}
      {button('Checkpoint now', () => void session.send(run, { type: 'checkpoint' }))}
      {button('Divide rate by 10', () => void session.send(run, { type: 'divide-rate', by: 10 }))}
      {button('Stop…', () => dialog.current?.showModal(), 'grave')}
      <p id="why-not" class="note">
        {why ?? 'Obeyed between two steps.'}
      </p>
      <dialog ref={dialog} aria-labelledby="stop-title" aria-describedby="stop-text">
        <h2 id="stop-title">Stop this run?</h2>
        <p id="stop-text">It finishes its step, saves a checkpoint and ends. “alexnet train --resume” goes on from there.</p>
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            Go on training
          </button>
          <button
            type="button"
            class="grave"
            onClick={() => {
              dialog.current?.close();
              void session.send(run, { type: 'stop' });
            }}
          >
            Stop the run
          </button>
        </div>
      </dialog>
    </div>
  );
}

/** Why the buttons do nothing, if they do nothing. */
function whyNot({ info, feed }: Run, connection: Connection): string | undefined {
  if (feed.history.done) return 'The run is over, so there is nothing to steer.';
  if (connection !== 'open') return 'No connection to the run.';
  if (!info.live) return 'No process trains this run, so there is nothing to steer.';
  return info.steerable ? undefined : 'Another process trains this run. Only the page that its own “train --dashboard” serves can steer it.';
}

/** Without the folders before the last one, which matter to nobody here. */
function shortData(data: string): string {
  return data.replace(/^([a-z]+:).*[/\\]([^/\\]+)[/\\]?$/, '$1…/$2');
}

function speed(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value < 10 ? value.toFixed(1) : count(value);
}
