import { ConvkitError, DeviceError, FormatError, OptionError, OwnershipError, ShapeError } from '@convkit/tensor';

/** An error as plain data: what threads send each other loses types and members of its own. */
export interface PackedError {
  /** Name of its class. */
  readonly name: string;
  /** All of its message, values, help and code included. */
  readonly message: string;
  /** Where it was thrown; undefined where the runtime does not tell. */
  readonly stack: string | undefined;
  /** What a ConvkitError has beside it; absent for other errors. */
  readonly own?: Pick<ConvkitError, 'code' | 'summary' | 'help'>;
}

const types = { ConvkitError, DeviceError, FormatError, OptionError, OwnershipError, ShapeError };

/** An error as plain data, for another thread. */
export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), stack: undefined };
  const { name, message, stack } = error;
  return { name, message, stack, ...(error instanceof ConvkitError && { own: { code: error.code, summary: error.summary, help: error.help } }) };
}

/** The error again, with the message and the stack that it had where it was thrown. */
export function unpackError({ name, message, stack, own }: PackedError): Error {
  const type = Object.hasOwn(types, name) ? types[name as keyof typeof types] : ConvkitError;
  const error = own === undefined ? new Error(message) : new type({ code: own.code, message: own.summary, ...(own.help !== undefined && { help: own.help }) });
  error.message = message;
  if (stack !== undefined) error.stack = stack;
  return error;
}
