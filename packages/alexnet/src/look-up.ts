import { OptionError } from '@convkit/tensor';

/** @throws OptionError `NAME_UNKNOWN`, with the names there are. */
export function lookUp<T>(kind: string, table: Readonly<Record<string, T>>, name: string): T {
  if (Object.hasOwn(table, name)) return table[name];
  throw new OptionError({ code: 'NAME_UNKNOWN', message: `there is no ${kind} "${name}".`, help: `use ${Object.keys(table).join(' or ')}.` });
}
