import { writeFile } from 'node:fs/promises';
import { FileError, systemCode, writeFailed } from './file-error.js';

/** Writes a file that is not there yet. @throws FileError `FILE_EXISTS`, `FILE_WRITE_FAILED` */
export async function writeNew(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx' });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw writeFailed(path, error);
    throw new FileError({ code: 'FILE_EXISTS', message: `${path}: is there already, and nothing is written over.`, help: 'choose another name.' });
  }
}
