import { number } from '../wording.js';
import type { RangePoint } from './suggest-rate.js';

const eighths = ' ▁▂▃▄▅▆▇█';

/**
 * The smoothed losses over the rates as columns of text, the range of rates below, and a mark under one of them if it lies between.
 *
 * @param width Columns.
 * @param height Lines of the columns.
 */
export function curveText(points: readonly RangePoint[], marked: number | undefined, width = 60, height = 6): readonly string[] {
  if (points.length === 0) return [];
  const [first, last] = [points[0].rate, points[points.length - 1].rate];
  const columnOf = (rate: number) => (last === first ? 0 : Math.round(((width - 1) * Math.log(rate / first)) / Math.log(last / first)));
  const least = Math.min(...points.map(({ smoothed }) => smoothed));
  // An explosion would press the rest flat.
  const most = Math.min(Math.max(...points.map(({ smoothed }) => smoothed)), 1.1 * points[0].smoothed);
  const columns = Array.from({ length: width }, (_, column) => {
    const nearest = points.reduce((best, point) => (Math.abs(columnOf(point.rate) - column) < Math.abs(columnOf(best.rate) - column) ? point : best));
    return Math.round(1 + (8 * height - 1) * Math.min(1, (nearest.smoothed - least) / Math.max(most - least, 1e-12)));
  });
  const rows = Array.from({ length: height }, (_, row) => columns.map((filled) => eighths[Math.min(8, Math.max(0, filled - 8 * (height - 1 - row)))]).join('').trimEnd());
  const [left, right] = [number(first), number(last)];
  const scale = `${left}${' '.repeat(Math.max(1, width - left.length - right.length))}${right}`;
  return [`loss ${number(most)}`, ...rows, ...(marked === undefined || marked < first || marked > last ? [] : [`${' '.repeat(columnOf(marked))}▲ ${number(marked)}`]), scale];
}
