import { open, type FileHandle } from 'node:fs/promises';
import { FormatError } from '@convkit/tensor';
import { z } from 'zod';
import { FileError, messageOf } from './file-error.js';
import { limitsSchema } from './limits/run-limits.js';
import type { RunEvent } from './run-events.js';

/** A place in an `events.jsonl`: where a line begins. */
export interface EventPlace {
  byte: number;
  /** Lines before it. */
  line: number;
}

/** Longest line that is read. The longest that is written, the mistakes of an evaluation, has about 200 kB. */
const maxLine = 2 ** 20;
/** Bytes read at once. */
const chunk = 2 ** 16;

/**
 * Reads the events of an `events.jsonl`. Nothing in it is trusted: every line is checked before it is an event, and the memory taken is that of a line. Passed over are types of events that this version
 * does not know, members that an event does not have, and a last line without an end: one that is being written, or that a killed process left.
 *
 * @param place Where to begin, the beginning of the file by default. It is moved behind each line that was read, so that the same object given again reads what was added since.
 * @throws FileError `FILE_MISSING` when it cannot be read; FormatError `FILE_LINE` for a line that is no event, `FILE_LIMIT` for one of more than 1 MB. Both name file and line.
 */
export async function* readRunEvents(path: string, place: EventPlace = { byte: 0, line: 0 }): AsyncGenerator<RunEvent> {
  const file = await openFile(path);
  try {
    const buffer = new Uint8Array(chunk);
    let rest: Uint8Array = new Uint8Array();
    for (;;) {
      const bytes = await readAt(file, path, buffer, place.byte + rest.length);
      if (bytes.length === 0) return;
      rest = Buffer.concat([rest, bytes]);
      for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
        const event = parseLine(rest.subarray(0, end), path, place.line + 1);
        place.byte += end + 1;
        place.line++;
        rest = rest.subarray(end + 1);
        if (event !== undefined) yield event;
      }
      if (rest.length > maxLine) throw tooLong(path, place.line + 1);
    }
  } finally {
    await file.close();
  }
}

const newline = '\n'.charCodeAt(0);

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new FileError({ code: 'FILE_MISSING', message: `${path}: cannot be read: ${messageOf(cause)}`, help: 'give a run folder made by `alexnet train`.', cause });
  }
}

async function readAt(file: FileHandle, path: string, buffer: Uint8Array, position: number): Promise<Uint8Array> {
  try {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    throw new FileError({ code: 'FILE_MISSING', message: `${path}: cannot be read: ${messageOf(cause)}`, cause });
  }
}

/** The event of a line; undefined for an empty line and for a type that is not known. */
function parseLine(bytes: Uint8Array, path: string, line: number): RunEvent | undefined {
  if (bytes.length > maxLine) throw tooLong(path, line);
  const fail = (what: string) => new FormatError({ code: 'FILE_LINE', message: `${path}: line ${line} is no event of a run: ${what}.`, help: 'lines before it are good; the file was changed or damaged.' });
  let value: unknown;
  try {
    const text = utf8.decode(bytes);
    if (text.trim() === '') return undefined;
    value = JSON.parse(text);
  } catch {
    throw fail('it is not JSON in UTF-8');
  }
  const typed = typedSchema.safeParse(value);
  if (!typed.success) throw fail('it has no type');
  const parsed = schemas.get(typed.data.type)?.safeParse(value);
  if (parsed === undefined) return undefined;
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw fail(`${typed.data.type}: ${issue.path.join('.')}: ${issue.message}`);
}

function tooLong(path: string, line: number): FormatError {
  return new FormatError({ code: 'FILE_LIMIT', message: `${path}: line ${line} is longer than ${maxLine} bytes, which no event is.`, help: 'give the events.jsonl of a run.' });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

const whole = z.int().nonnegative();
/** JSON has no NaN: what is not finite is written as null. */
const real = z.number().nullable().transform((value) => value ?? NaN);
const judged = { loss: real, top1: real, top5: real };
const text = z.string();

const commandSchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['stop', 'checkpoint', 'pause', 'resume']) }),
  z.object({ type: z.literal('divide-rate'), by: z.number().gt(1) }),
]);

const typedSchema = z.object({ type: text });

/** Of each type of event but the one that is never written, what is checked of each member. */
type Schemas = { readonly [Type in Exclude<RunEvent['type'], 'evaluating'>]: Members<Extract<RunEvent, { type: Type }>> };
type Members<Event> = { readonly [Name in Exclude<keyof Event, 'type'>]-?: z.ZodType<Event[Name]> };

const members: Schemas = {
  start: {
    ...{ run: text, recipe: text, model: text, changes: z.array(text), data: text, device: text },
    ...{ step: whole, steps: whole, stepsPerEpoch: whole, batch: whole, seed: whole, parameters: whole, trainImages: whole, testImages: whole, workers: whole },
    limits: z.exactOptional(limitsSchema),
  },
  step: { step: whole, epoch: whole, ...judged, lr: real, imagesPerSecond: real, dataSeconds: real },
  epoch: { step: whole, epoch: whole, ...judged },
  magnitudes: { step: whole, parameters: z.array(z.object({ name: text, value: real, increment: real })) },
  layers: { step: whole, layers: z.array(z.object({ name: text, kind: text, forwardMs: real, backwardMs: real })) },
  evaluation: { step: whole, ...judged, images: whole },
  mistakes: {
    step: whole,
    confusion: z.array(z.tuple([whole, whole, whole])),
    worst: z.array(z.object({ image: whole, label: whole, guess: whole, loss: real })),
  },
  checkpoint: { step: whole, path: text },
  command: { step: whole, command: commandSchema },
  restored: { step: whole, from: whole },
  warning: { step: whole, code: text, message: text },
  done: {
    ...{ reason: z.enum(['finished', 'stopped', 'time', 'early-stop']), steps: whole, epochs: whole, trainLoss: real, testTop1: z.number().nullable(), testTop5: z.number().nullable(), testLoss: z.number().nullable() },
    ...{ imagesPerSecond: real, dataSeconds: real, seconds: real, device: text, weightsSha256: text, run: text },
  },
};

const schemas: ReadonlyMap<string, z.ZodType<RunEvent>> = new Map(
  Object.entries(members).map(([type, rest]) => [type, z.object({ type: z.literal(type), ...rest }) as unknown as z.ZodType<RunEvent>]),
);
