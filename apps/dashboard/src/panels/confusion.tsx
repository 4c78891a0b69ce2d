import { useMemo } from 'preact/hooks';
import { ConfusionMatrix } from '../confusion-matrix.js';
import { count, percent } from '../format.js';
import { Nothing, Panel } from '../panel.js';
import { className } from '../run-state.js';
import type { Run } from '../session.js';

/** Classes of which a whole table can still be read. */
const TABLE_CLASSES = 20;

/** Confusions that are listed where a table would be too large. */
const LISTED = 24;

/** Which classes are taken for which. */
export function Confusions({ run }: { readonly run: Run }) {
  const { mistakes } = run.feed.history;
  const classes = run.card?.description.classes.length ?? 0;
  const matrix = useMemo(() => mistakes && new ConfusionMatrix(mistakes.confusion), [mistakes]);
  return (
    <Panel id="confusion" title="Confusion" {...(mistakes ? { note: `test images at step ${count(mistakes.step)}: rows are what they show, columns what they were taken for` } : {})}>
      {matrix === undefined ? <Nothing>It comes with the first evaluation.</Nothing> : classes > 0 && classes <= TABLE_CLASSES ? <MatrixTable run={run} matrix={matrix} classes={classes} /> : <ConfusionList run={run} matrix={matrix} />}
    </Panel>
  );
}

function MatrixTable({ run, matrix, classes }: { readonly run: Run; readonly matrix: ConfusionMatrix; readonly classes: number }) {
  const all = Array.from({ length: classes }, (_, i) => i);
  return (
    <div class="scroll" role="region" aria-label="Confusion matrix" tabIndex={0}>
      <table class="matrix">
        <thead>
          <tr>
            <td />
            {all.map((guess) => (
              <th key={guess} scope="col">
                <span>{className(run, guess)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.map((label) => (
            <tr key={label}>
              <th scope="row">{className(run, label)}</th>
              {all.map((guess) => {
                const { count: images, part } = matrix.cell(label, guess);
                // The square root, because most confusions are rare and should still be seen.
                return (
                  <td key={guess} class={label === guess ? 'right' : 'wrong'} style={{ '--much': `${Math.round(100 * Math.sqrt(part))}%` }}>
                    {images === 0 ? <span aria-label="0">·</span> : images}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ConfusionList({ run, matrix }: { readonly run: Run; readonly matrix: ConfusionMatrix }) {
  const top = matrix.top(LISTED);
  if (top.length === 0) return <Nothing>None: all test images were judged rightly.</Nothing>;
  return (
    <div class="scroll tall" role="region" aria-label="Most frequent confusions" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Shows</th>
            <th scope="col">Taken for</th>
            <th scope="col">Images</th>
            <th scope="col">Of the class</th>
          </tr>
        </thead>
        <tbody>
          {top.map(({ label, guess, count: images, part }) => (
            <tr key={`${label} ${guess}`}>
              <th scope="row">{className(run, label)}</th>
              <td>{className(run, guess)}</td>
              <td>{count(images)}</td>
              <td>{percent(part, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
