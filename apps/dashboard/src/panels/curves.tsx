import { compact, count, loss, percent, significant } from '../format.js';
import { LineChart } from '../line-chart.js';
import { Panel } from '../panel.js';
import type { Line, Range, Scale } from '../plot.js';
import type { RunHistory } from '../run-history.js';
import type { Run } from '../session.js';
import { horizontal, stepsPerUnit, type View } from '../view.js';

interface CurvesProps {
  readonly runs: readonly Run[];
  readonly shown: ReadonlySet<Run>;
  readonly view: View;
  readonly onView: (view: View) => void;
}

const SPANS = [1, 10, 50, 200, 1_000];
const PARTS = [[1, 'all'], [0.5, 'the last half'], [0.1, 'the last tenth']] as const;

const lossScale: Scale = { format: (value) => loss(value).replace(/0$/, '') };
const partScale: Scale = { format: (value) => percent(value, value < 0.9995 && value > 0 ? 1 : 0).replace('.0 %', ' %'), range: [0, 1] };
const rateScale: Scale = { format: significant, log: true };
const speedScale: Scale = { format: compact };
const waitScale: Scale = { format: (seconds) => `${compact(1_000 * seconds)} ms` };

/** How training goes, step by step: all runs that are shown in the same charts. */
export function Curves({ runs, shown, view, onView }: CurvesProps) {
  const drawn = runs.filter((run) => shown.has(run));
  const alone = drawn.length === 1;
  const x = horizontal(drawn, view);
  const common = { x, unit: view.unit, onMark: (part: Range) => onView({ ...view, part }) };
  /** Lines of one kind, one a run. */
  const lines = (look: Line['look'], label: string, pick: (history: RunHistory) => Pick<Line, 'steps' | 'values'>): Line[] =>
    drawn.map((run) => ({
      key: `${run.info.id} ${label} ${look}`,
      label: alone ? label : `${run.info.name} ${label}`.trim(),
      colour: runs.indexOf(run),
      look,
      ...pick(run.feed.history),
      stepsPerUnit: stepsPerUnit(run, view),
    }));
  const ofStep = (name: 'lr' | 'dataSeconds') => ({ train }: RunHistory) => ({ steps: train.steps, values: train.column(name) });
  const mean = (name: 'loss' | 'top1' | 'imagesPerSecond') => ({ train, means }: RunHistory) => ({ steps: train.steps, values: means[name].over(view.span) });
  const judged = (name: 'loss' | 'top1') => {
    const raw = ({ train }: RunHistory) => ({ steps: train.steps, values: train.column(name) });
    const test = ({ test }: RunHistory) => ({ steps: test.steps, values: test.column(name) });
    // Behind the mean of a single run there is room for what it is the mean of.
    return [...(alone && view.span > 1 ? lines('faint', 'each step', raw) : []), ...lines('line', 'training', mean(name)), ...lines('dots', 'test', test)];
  };
  return (
    <>
      <ViewChoice view={view} onView={onView} />
      <Panel id="loss" title="Loss">
        <LineChart name="loss" lines={judged('loss')} scale={lossScale} {...common} />
      </Panel>
      <Panel id="accuracy" title="Accuracy">
        <LineChart name="accuracy" lines={judged('top1')} scale={partScale} {...common} />
      </Panel>
      <Panel id="rate" title="Learning rate">
        <LineChart name="learning rate" small lines={lines('line', alone ? 'rate of the weights' : '', ofStep('lr'))} scale={rateScale} {...common} />
      </Panel>
      <Panel id="speed" title="Images a second">
        <LineChart name="images a second" small lines={lines('line', alone ? 'mean' : '', mean('imagesPerSecond'))} scale={speedScale} {...common} />
      </Panel>
      <Panel id="wait" title="Waiting for data">
        <LineChart name="waiting for data" small lines={lines('line', alone ? 'of each step' : '', ofStep('dataSeconds'))} scale={waitScale} {...common} />
      </Panel>
    </>
  );
}

function ViewChoice({ view, onView }: Pick<CurvesProps, 'view' | 'onView'>) {
  const marked = typeof view.part !== 'number';
  return (
    <section id="view" aria-label="What the curves show">
      <label>
        Horizontally{' '}
        <select value={view.unit} onChange={({ currentTarget }) => onView({ ...view, unit: currentTarget.value as View['unit'], part: marked ? 1 : view.part })}>
          <option value="step">steps</option>
          <option value="epoch">epochs</option>
        </select>
      </label>
      <label>
        Part{' '}
        <select value={marked ? 'marked' : String(view.part)} onChange={({ currentTarget }) => onView({ ...view, part: Number(currentTarget.value) })}>
          {PARTS.map(([part, text]) => (
            <option key={part} value={String(part)}>
              {text}
            </option>
          ))}
          {marked && <option value="marked">as marked</option>}
        </select>
      </label>
      <label>
        Mean over{' '}
        <select value={String(view.span)} onChange={({ currentTarget }) => onView({ ...view, span: Number(currentTarget.value) })}>
          {SPANS.map((span) => (
            <option key={span} value={String(span)}>
              {span === 1 ? 'one step' : `${count(span)} steps`}
            </option>
          ))}
        </select>
      </label>
      <p class="note">Drag over a chart to look at a part of it.</p>
    </section>
  );
}
