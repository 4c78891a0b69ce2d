import { OptionError } from '@convkit/tensor';
import { z } from 'zod';

const commandSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('stop') }),
  z.strictObject({ type: z.literal('checkpoint') }),
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('resume') }),
  z.strictObject({ type: z.literal('divide-rate'), by: z.number().gt(1).max(1e6).default(10) }),
]);

/** What a run can be told from outside. */
export type RunCommand = z.infer<typeof commandSchema>;

/** A command out of the JSON that a page sent. @throws OptionError `OPTION_INVALID` with what is wrong with it */
export function parseCommand(text: string): RunCommand {
  const fail = (why: string): never => {
    throw new OptionError({ code: 'OPTION_INVALID', message: `this is no command: ${why}.`, help: 'a command is {"type": …} with stop, checkpoint, pause, resume, or divide-rate and a number "by" above 1.' });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return fail('it is not JSON');
  }
  const parsed = commandSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  return fail(`${path.length === 0 ? '' : `${path.join('.')}: `}${message}`);
}
