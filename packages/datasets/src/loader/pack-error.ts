import { ConvkitError, DeviceError, FormatError, OptionError, OwnershipError, ShapeError } from '@convkit/tensor';

/** An error as plain data: what threads send each other loses types and members of its own. */
export interface PackedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a ConvkitError. */
  readonly own?: { readonly code: string; readonly summary: string; readonly help: string | undefined };
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
