import { count, loss, percent } from '../format.js';
import { Swatch } from '../line-chart.js';
import { Panel } from '../panel.js';
import { runState } from '../run-state.js';
import type { Run } from '../session.js';

interface RunListProps {
  readonly runs: readonly Run[];
  /** The runs whose curves are shown. */
  readonly shown: ReadonlySet<Run>;
  readonly chosen: Run;
  readonly span: number;
  readonly onShow: (run: Run, shown: boolean) => void;
  readonly onChoose: (run: Run) => void;
}

/** All runs: which of them have curves, and of which one the rest of the page is. */
export function RunList({ runs, shown, chosen, span, onShow, onChoose }: RunListProps) {
  return (
    <Panel id="runs" title="Runs" note="Tick those whose curves are laid over each other; everything else on the page is of the chosen one.">
      <div class="scroll" role="region" aria-label="Table of runs" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Curves</th>
              <th scope="col">Chosen</th>
              <th scope="col">Run</th>
              <th scope="col">State</th>
              <th scope="col">Step</th>
              <th scope="col">Loss</th>
              <th scope="col">Test accuracy</th>
            </tr>
          </thead>
          <tbody>
            {runs.map((run, i) => {
              const { name } = run.info;
              const { step, means, test } = run.feed.history;
              return (
                <tr key={run.info.id}>
                  <td>
                    <input type="checkbox" aria-label={`Curves of ${name}`} checked={shown.has(run)} onChange={({ currentTarget }) => onShow(run, currentTarget.checked)} />
                  </td>
                  <td>
                    <input type="radio" name="chosen" aria-label={`Choose ${name}`} checked={run === chosen} onChange={() => onChoose(run)} />
                  </td>
                  <th scope="row">
                    <Swatch line={{ colour: i, look: 'line' }} />
                    {name}
                  </th>
                  <td>{runState(run).text}</td>
                  <td>{count(step)}</td>
                  <td>{loss(means.loss.over(span).last)}</td>
                  <td>{percent(test.column('top1').last)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
