import { useEffect, useRef, useState } from 'preact/hooks';
import { countBelow } from './column.js';
import { count } from './format.js';
import { COLOURS, Plot, type Line, type Range, type Scale } from './plot.js';

/** Rows of the table that stands in for a chart. */
const ROWS = 12;

interface ChartProps {
  /** What the curves are of, for those who do not see them. */
  readonly name: string;
  readonly lines: readonly Line[];
  readonly scale: Scale;
  readonly x: Range;
  /** What the horizontal axis counts: `step` or `epoch`. */
  readonly unit: string;
  readonly onMark: (part: Range) => void;
  readonly small?: boolean;
  /** The legend says which curve is which; a chart whose curves a table beside it explains does without. */
  readonly legend?: boolean;
}

/** Curves with a legend that tells the values under the pointer, or the newest ones, and with a table for those who do not see them. */
export function LineChart({ name, lines, scale, x, unit, onMark, small = false, legend = true }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>();
  const mark = useRef(onMark);
  mark.current = onMark;
  const [pointed, setPointed] = useState<number>();
  const [open, setOpen] = useState(false);
  useEffect(() => {
    plot.current = new Plot(place.current!, scale, { point: setPointed, mark: (part) => mark.current(part) });
    return () => plot.current?.destroy();
  }, [scale]);
  useEffect(() => plot.current?.show(lines, x));
  const told = lines.filter(({ look }) => look !== 'faint');
  const newest = told.map((line) => `${line.label} ${valueAt(line, x[1], scale)}`).join(', ');
  return (
    <figure>
      <div ref={place} class={small ? 'chart small' : 'chart'} role="img" aria-label={`Chart of ${name} up to ${unit} ${number(x[1])}: ${newest || 'nothing yet'}`} />
      <figcaption>
        {legend && (
          <ul class="legend">
            {told.map((line) => (
              <li key={line.key}>
                <Swatch line={line} />
                {line.label} <b>{valueAt(line, pointed ?? x[1], scale)}</b>
              </li>
            ))}
          </ul>
        )}
        <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>Show as table</summary>
          {open && <ChartTable name={name} lines={told} scale={scale} x={x} unit={unit} />}
        </details>
      </figcaption>
    </figure>
  );
}

/** How a line looks. */
export function Swatch({ line: { colour, look } }: { readonly line: Pick<Line, 'colour' | 'look'> }) {
  return <span class={`swatch ${look} series-${colour % COLOURS}`} aria-hidden="true" />;
}

function ChartTable({ name, lines, scale, x: [from, to], unit }: Pick<ChartProps, 'name' | 'lines' | 'scale' | 'x' | 'unit'>) {
  const places = Array.from({ length: ROWS }, (_, i) => from + ((i + 1) / ROWS) * (to - from));
  return (
    <div class="scroll" role="region" aria-label={`Table of ${name}`} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{unit}</th>
            {lines.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((place) => (
            <tr key={place}>
              <th scope="row">{number(place)}</th>
              {lines.map((line) => (
                <td key={line.key}>{valueAt(line, place, scale)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The last value up to a place on the horizontal axis. */
function valueAt({ steps, values, stepsPerUnit }: Line, x: number, { format }: Scale): string {
  // A place that a pointer shows lies between two steps.
  const before = countBelow(steps.values, x * stepsPerUnit + 0.5) - 1;
  return before < 0 || !Number.isFinite(values.values[before]) ? '–' : format(values.values[before]);
}

function number(place: number): string {
  return place >= 100 ? count(place) : String(Number(place.toFixed(2)));
}
