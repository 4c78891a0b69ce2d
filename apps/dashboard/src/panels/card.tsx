import type { ComponentChildren } from 'preact';
import { count } from '../format.js';
import { Nothing, Panel } from '../panel.js';
import type { Run } from '../session.js';

/** What the run is. */
export function Card({ run }: { readonly run: Run }) {
  const { card, info, feed: { history: { start } } } = run;
  if (card === undefined) return <Panel id="card" title="Run card"><Nothing>It comes with the run.</Nothing></Panel>;
  const { seed, device, data, created, versions } = card.description;
  return (
    <Panel id="card" title="Run card">
      <dl>
        {start && (
          <>
            <Entry name="Recipe">{start.recipe}</Entry>
            <Entry name="Network">{`${start.model}, ${count(start.parameters)} parameters`}</Entry>
            <Entry name="Changes">{start.changes.length === 0 ? 'none, or told by the card below' : <ul>{start.changes.map((change) => <li key={change}>{change}</li>)}</ul>}</Entry>
            <Entry name="Images">{`${count(start.trainImages)} to train, ${count(start.testImages)} to test, ${count(start.batch)} a step`}</Entry>
          </>
        )}
        <Entry name="Data">{data}</Entry>
        <Entry name="Device">{device}</Entry>
        <Entry name="Seed">{seed}</Entry>
        <Entry name="Begun">{new Date(created).toLocaleString()}</Entry>
        <Entry name="Versions">{Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')}</Entry>
        <Entry name="Folder">{info.path}</Entry>
      </dl>
      <details>
        <summary>The whole card</summary>
        <pre role="region" aria-label="The whole card" tabIndex={0}>{card.card}</pre>
      </details>
    </Panel>
  );
}

function Entry({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
