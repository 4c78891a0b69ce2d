const dash = '–';
const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** With a comma at every third figure. */
export function count(value: number): string {
  return grouped.format(value);
}

/** Short, for axes: 1,500 is 1.5k. */
export function compact(value: number): string {
  for (const [unit, size] of [['M', 1e6], ['k', 1e3]] as const) if (Math.abs(value) >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
  return String(Number(value.toPrecision(3)));
}

/** Three significant figures, as a power of ten where it would be long. */
export function significant(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return dash;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) return String(Number(value.toPrecision(3)));
  const [figures, power] = value.toExponential(2).split('e');
  return `${Number(figures)}e${power.replace('-', '−').replace('+', '')}`;
}

export function loss(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? dash : value.toFixed(3);
}

/** A part of 1. */
export function percent(value: number | undefined, digits = 1): string {
  return value === undefined || !Number.isFinite(value) ? dash : `${(100 * value).toFixed(digits)} %`;
}

export function milliseconds(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? dash : `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** In two units at most. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined || !Number.isFinite(seconds)) return dash;
  const whole = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [Math.floor(whole / 86_400), Math.floor(whole / 3_600) % 24, Math.floor(whole / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}
