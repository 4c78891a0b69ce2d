import { ConvkitError } from '@convkit/tensor';

/** A file or folder cannot be made, written or taken. Codes: `FILE_WRITE_FAILED`, `FILE_EXISTS`, `STUDY_OTHER`, `PREPARE_OTHER`, `DOWNLOAD_FAILED`, `FOLDER_NOT_EMPTY`, `FOLDER_LOCKED`, `CHECKPOINT_MISSING`, `DASHBOARD_NOT_BUILT`. */
export class FileError extends ConvkitError {
  override readonly name = 'FileError';
}

/** The error of a write that the operating system refused. */
export function writeFailed(path: string, cause: unknown): FileError {
  return new FileError({
    code: 'FILE_WRITE_FAILED',
    message: `${path}: cannot be written: ${messageOf(cause)}`,
    help: 'look at the free space and the rights of the folder.',
    cause,
  });
}

/** The first line of whatever was thrown. */
export function messageOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split('\n')[0];
}

/** Codes of the operating system, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
