import { line, ruleX, dot, text } from '@observablehq/plot';
import { chart } from '../repro/chart.js';
import { number } from '../wording.js';
import type { RangePoint, RateSuggestion } from './suggest-rate.js';

/** Times the first loss at which the picture ends: what explodes would press the rest flat. */
const top = 1.2;

/** The losses of a range test over the rates, as an SVG. */
export function drawCurve(points: readonly RangePoint[], suggestion: RateSuggestion | undefined): string {
  const highest = top * (points[0]?.smoothed ?? 1);
  const lowest = Math.min(...points.map(({ loss }) => loss), highest);
  const marks = suggestion === undefined ? [] : [
    { rate: suggestion.steepest, what: `falls fastest: ${number(suggestion.steepest)}`, dy: -16 },
    { rate: suggestion.tenthOfLeast, what: `a tenth of the rate with the least loss: ${number(suggestion.tenthOfLeast)}`, dy: -30 },
  ];
  return chart({
    grid: true,
    marginRight: 24,
    marginTop: 56,
    x: { type: 'log', label: 'learning rate of the weights', ticks: 8, tickFormat: (rate: number) => number(rate) },
    y: { label: 'training loss', domain: [lowest, highest] },
    marks: [
      dot(points.filter(({ loss }) => loss <= highest), { x: 'rate', y: 'loss', r: 1.5, fill: '#bbb' }),
      line(points.filter(({ smoothed }) => smoothed <= highest), { x: 'rate', y: 'smoothed', stroke: '#1f77b4', strokeWidth: 2 }),
      ruleX(marks, { x: 'rate', stroke: '#d62728', strokeDasharray: '4 3' }),
      ...marks.map((mark) => text([mark], { x: 'rate', text: 'what', frameAnchor: 'top', dy: mark.dy, fill: '#d62728' })),
    ],
  });
}
