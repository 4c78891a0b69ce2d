/** Seconds of `90s`, `45m`, `2h`, `1.5h`, `1h30m`, `1:30:00` or `45:00`; undefined for anything else, and for no time at all. A number alone could be minutes or seconds, and is nothing. */
export function parseTime(text: string): number | undefined {
  const seconds = ofClock(text) ?? ofUnits(text);
  return seconds !== undefined && seconds > 0 ? seconds : undefined;
}

/** Hours, minutes and seconds, or minutes and seconds. */
function ofClock(text: string): number | undefined {
  const parts = /^(?:(\d{1,5}):([0-5]\d)|(\d{1,5})):([0-5]\d)$/.exec(text);
  if (parts === null) return undefined;
  const [, hours = '0', ofHour, alone, seconds] = parts;
  return 3600 * Number(hours) + 60 * Number(ofHour ?? alone) + Number(seconds);
}

/** Numbers with their units, the larger ones first. */
function ofUnits(text: string): number | undefined {
  const parts = /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text);
  if (parts === null) return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = parts;
  const all = 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
  return Number.isFinite(all) ? all : undefined;
}
