import { count, milliseconds } from '../format.js';
import { Nothing, Panel } from '../panel.js';
import type { Run } from '../session.js';

/** Where the time of a step goes. */
export function LayerTimes({ run }: { readonly run: Run }) {
  const { layers } = run.feed.history;
  const longest = Math.max(...(layers?.layers ?? []).map(({ forwardMs, backwardMs }) => forwardMs + backwardMs));
  return (
    <Panel id="layer-times" title="Time by layer" {...(layers ? { note: `one extra pass at step ${count(layers.step)}, every launch waited for` } : {})}>
      {layers === undefined ? (
        <Nothing>It comes with the first evaluation.</Nothing>
      ) : (
        <div class="scroll tall" role="region" aria-label="Table of times" tabIndex={0}>
          <table class="times">
            <thead>
              <tr>
                <th scope="col">Layer</th>
                <th scope="col">
                  <span class="key forward" aria-hidden="true" />
                  Forward
                </th>
                <th scope="col">
                  <span class="key backward" aria-hidden="true" />
                  Backward
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {layers.layers.map(({ name, kind, forwardMs, backwardMs }) => (
                <tr key={name}>
                  <th scope="row" title={kind}>
                    {name}
                  </th>
                  <td>{milliseconds(forwardMs)}</td>
                  <td>{milliseconds(backwardMs)}</td>
                  <td class="bars" aria-hidden="true">
                    <span class="forward" style={{ '--much': `${(100 * forwardMs) / longest}%` }} />
                    <span class="backward" style={{ '--much': `${(100 * backwardMs) / longest}%` }} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
