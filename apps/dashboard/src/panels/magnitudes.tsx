import { useState } from 'preact/hooks';
import { percent, significant } from '../format.js';
import { LineChart, Swatch } from '../line-chart.js';
import { Nothing, Panel } from '../panel.js';
import { COLOURS, type Line, type Range, type Scale } from '../plot.js';
import type { Run } from '../session.js';
import { horizontal, stepsPerUnit, type View } from '../view.js';

interface MagnitudesProps {
  readonly run: Run;
  readonly view: View;
  readonly onView: (view: View) => void;
}

const scale: Scale = { format: significant, log: true };

/** How large the parameters are and how much they move. */
export function Magnitudes({ run, view, onView }: MagnitudesProps) {
  const [kind, setKind] = useState('weight');
  const { magnitudes } = run.feed.history;
  const names = [...magnitudes.keys()];
  // Weights before biases.
  const kinds = [...new Set(names.map(kindOf))].sort().reverse();
  const drawn = names.filter((name) => kindOf(name) === kind);
  const common = { x: horizontal([run], view), unit: view.unit, legend: false, onMark: (part: Range) => onView({ ...view, part }) };
  const lines = (what: 'value' | 'increment'): Line[] =>
    drawn.map((name, i) => ({ key: name, label: name, colour: i % COLOURS, look: 'line', steps: magnitudes.get(name)!.steps, values: magnitudes.get(name)!.column(what), stepsPerUnit: stepsPerUnit(run, view) }));
  return (
    <Panel id="magnitudes" title="Size of the parameters" note="|w|: mean size of a parameter; |Δw|: mean size of its last increment">
      {names.length === 0 ? (
        <Nothing>It comes with the first evaluation.</Nothing>
      ) : (
        <>
          <div class="choice" role="group" aria-label="Parameters">
            {kinds.map((one) => (
              <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
                {one === 'weight' ? 'Weights' : one === 'bias' ? 'Biases' : one}
              </button>
            ))}
          </div>
          <div class="magnitudes">
            <div>
              <h3>|w|</h3>
              <LineChart name="mean size of parameters" lines={lines('value')} scale={scale} {...common} />
            </div>
            <div>
              <h3>|Δw|</h3>
              <LineChart name="mean size of increments" lines={lines('increment')} scale={scale} {...common} />
            </div>
            <div class="scroll" role="region" aria-label="Table of magnitudes" tabIndex={0}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">Parameter</th>
                    <th scope="col">|w|</th>
                    <th scope="col">|Δw|</th>
                    <th scope="col">|Δw| / |w|</th>
                  </tr>
                </thead>
                <tbody>
                  {drawn.map((name, i) => {
                    const [value, increment] = (['value', 'increment'] as const).map((what) => magnitudes.get(name)?.column(what).last);
                    return (
                      <tr key={name}>
                        <th scope="row">
                          <Swatch line={{ colour: i, look: 'line' }} />
                          {name}
                        </th>
                        <td>{significant(value)}</td>
                        <td>{significant(increment)}</td>
                        <td>{value ? percent((increment ?? Number.NaN) / value, 3) : '–'}</td>
                      </tr>
                    );
                  })}
                </tbody>
              </table>
            </div>
          </div>
        </>
      )}
    </Panel>
  );
}

/** `weight` of `conv1.weight`. */
function kindOf(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}
