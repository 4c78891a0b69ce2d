import { useEffect, useMemo, useState } from 'preact/hooks';
import { ActivationMaps } from './panels/activations.js';
import { Card } from './panels/card.js';
import { Confusions } from './panels/confusion.js';
import { Curves } from './panels/curves.js';
import { Kernels } from './panels/kernels.js';
import { LayerTimes } from './panels/layer-times.js';
import { Log } from './panels/log.js';
import { Magnitudes } from './panels/magnitudes.js';
import { Mistakes } from './panels/mistakes.js';
import { RunList } from './panels/run-list.js';
import { Status } from './panels/status.js';
import { runState } from './run-state.js';
import { Session, type Connection, type Run } from './session.js';
import { throttle } from './throttle.js';
import type { View } from './view.js';

/** The page is made anew at most so often, in milliseconds: by a timer, so that this is no part of a frame. */
const REDRAW_EVERY = 250;

const connections: Record<Connection, string> = { connecting: 'Connecting', open: 'Connected', lost: 'Reconnecting', locked: 'Locked out', over: 'Ended' };

export function Page() {
  const session = useSession();
  const [view, onView] = useState<View>({ unit: 'step', span: 50, part: 1 });
  const [hidden, setHidden] = useState<ReadonlySet<Run>>(new Set());
  const [chosen, setChosen] = useState<Run>();
  const { runs, connection } = session;
  const run = chosen ?? runs[0];
  const shown = new Set(runs.filter((one) => !hidden.has(one)));
  const onShow = (one: Run, show: boolean) => setHidden(new Set(show ? [...hidden].filter((other) => other !== one) : [...hidden, one]));
  useEffect(() => {
    if (run) document.title = `${runState(run).text}: ${run.info.name}`;
  });
  return (
    <>
      <header id="banner">
        <p class="brand">convkit</p>
        <p class={`connection ${connection}`}>{connections[connection]}</p>
      </header>
      <p id="announcement" role="status">
        {/* Another element for another text, so that each is seen as long. */}
        {session.announcement && <span key={session.announcement}>{session.announcement}</span>}
      </p>
      {connection === 'locked' && (
        <p class="alert" role="alert">
          The server was started anew and does not know this page. Open the address that it printed; this page then goes on by itself.
        </p>
      )}
      {connection === 'over' && <p class="alert">The run is over, and its server with it. “alexnet dashboard RUN” shows it again.</p>}
      {connection === 'lost' && <p class="alert">The connection is lost. What is here stays, and what comes meanwhile is fetched when it is back.</p>}
      <main>
        {run === undefined ? (
          <p class="panel nothing">{connection === 'open' ? 'There are no runs.' : 'Waiting for the server.'}</p>
        ) : (
          <>
            <Status run={run} session={session} span={view.span} />
            {runs.length > 1 && <RunList runs={runs} shown={shown} chosen={run} span={view.span} onShow={onShow} onChoose={setChosen} />}
            <Curves runs={runs} shown={shown} view={view} onView={onView} />
            <Details key={run.info.id} run={run} view={view} onView={onView} />
          </>
        )}
      </main>
    </>
  );
}

interface DetailsProps {
  readonly run: Run;
  readonly view: View;
  readonly onView: (view: View) => void;
}

/** What is told of one run alone. What does not change with every step is not made anew with every step. */
function Details({ run, view, onView }: DetailsProps) {
  const [image, setImage] = useState(0);
  const { card, info } = run;
  const { isComplete, history } = run.feed;
  const { mistakes, layers, log, start, checkpoint } = history;
  const choose = (one: number) => {
    setImage(one);
    document.getElementById('activations')?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <>
      {useMemo(() => <Kernels run={run} />, [isComplete, checkpoint])}
      {useMemo(() => <Mistakes run={run} chosen={image} onChoose={choose} />, [mistakes, card, image])}
      {useMemo(() => <ActivationMaps run={run} image={image} onChoose={setImage} />, [isComplete, checkpoint, card, image, start])}
      {useMemo(() => <Confusions run={run} />, [mistakes, card])}
      {useMemo(() => <LayerTimes run={run} />, [layers])}
      <Magnitudes run={run} view={view} onView={onView} />
      {useMemo(() => <Log run={run} />, [log.at(-1)])}
      {useMemo(() => <Card run={run} />, [card, info, start])}
    </>
  );
}

/** The session, and a page that is made anew when it has something new. */
function useSession(): Session {
  const [, setVersion] = useState(0);
  const [session] = useState(() => new Session(throttle(() => setVersion((version) => version + 1), REDRAW_EVERY)));
  useEffect(() => void session.begin(), [session]);
  return session;
}
