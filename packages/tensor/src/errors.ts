/** What a {@link ConvkitError} is made from. */
export interface ErrorParts {
  /** Stable, greppable code such as `SHAPE_MISMATCH`. */
  readonly code: string;
  /** One sentence: who and what is wrong. */
  readonly message: string;
  /** Values worth seeing side by side, printed one a line in order. */
  readonly values?: Readonly<Record<string, string>>;
  /** The one thing to try next. */
  readonly help?: string;
  /** The error underneath, if there is one. */
  readonly cause?: unknown;
}

/**
 * The base of every error this family of packages throws on purpose: a stable `code`, the values that disagree, and one cure.
 *
 * @example
 * ```ts
 * import { ConvkitError } from '@convkit/tensor';
 *
 * const error = new ConvkitError({ code: 'OPTION_INVALID', message: 'batch is 0.', help: 'use a batch of at least 1.' });
 * console.log(error.code); // OPTION_INVALID
 * ```
 */
export class ConvkitError extends Error {
  /** Stable code, safe to test for. */
  readonly code: string;
  /** The first sentence alone, for a place that has one line. */
  readonly summary: string;
  /** What to try next, if known. */
  readonly help: string | undefined;

  /** @param parts Its `message` is what {@link ConvkitError.summary} keeps; the error's own message has values, help and code below it. */
  constructor(parts: ErrorParts) {
    super(compose(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.code = parts.code;
    this.summary = parts.message;
    this.help = parts.help;
  }
}

/** Shapes, or a shape and an attribute, do not fit together. Codes: `SHAPE_MISMATCH`, `SHAPE_INVALID`. */
export class ShapeError extends ConvkitError {
  /** Name of the class, which no bundler changes. */
  override readonly name = 'ShapeError';
}

/** A device tensor was used by somebody who does not own it any more. Codes: `TENSOR_RELEASED`, `TENSOR_FOREIGN`. */
export class OwnershipError extends ConvkitError {
  /** Name of the class, which no bundler changes. */
  override readonly name = 'OwnershipError';
}

/** A device cannot be opened, cannot do what was asked, or was lost. Codes: `DEVICE_UNAVAILABLE`, `DEVICE_FALLBACK`, `DEVICE_LOST`, `DEVICE_DESTROYED`, `DEVICE_MEMORY`, `KERNEL_FAILED`. */
export class DeviceError extends ConvkitError {
  /** Name of the class, which no bundler changes. */
  override readonly name = 'DeviceError';
}

/** A file or a stream of bytes is not what it should be. Codes begin with `FILE_`. */
export class FormatError extends ConvkitError {
  /** Name of the class, which no bundler changes. */
  override readonly name = 'FormatError';
}

/** An option, a name or a number given by the caller is out of its range. Codes: `OPTION_INVALID`, `NAME_UNKNOWN`. */
export class OptionError extends ConvkitError {
  /** Name of the class, which no bundler changes. */
  override readonly name = 'OptionError';
}

function compose(parts: ErrorParts): string {
  const rows = Object.entries(parts.values ?? {});
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return [
    parts.message,
    ...rows.map(([name, value]) => `  ${name.padEnd(width)} ${value}`),
    ...(parts.help === undefined ? [] : [`  help: ${parts.help}`]),
    `  code: ${parts.code}`,
  ].join('\n');
}
