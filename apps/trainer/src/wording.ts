/** `1,204`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `84.8 %` of a part of 1. */
export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

/** A loss or a rate with the digits that tell something. */
export function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

/** `48 s`, `4:12`, `2:03:09`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** A bar of `width` characters for a part of 1. */
export function bar(part: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, part)) * width);
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

/** How this command is typed: as npm runs it, or by its own name. */
export function commandName(environment: NodeJS.ProcessEnv = process.env): string {
  return ['start', 'alexnet'].includes(environment.npm_lifecycle_event ?? '') ? 'npm run alexnet --' : 'alexnet';
}
