import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemCode } from '../../file-error.js';
import { versionEvent } from './event.js';
import { tfRecord } from './tf-record.js';

/** Events wait for so many bytes or milliseconds before they are written: a write for each step would cost more than making it. */
const maxBytes = 2 ** 16;
const maxWait = 2000;

/** A new file of events in a folder, which TensorBoard shows as one with the others there. All errors are those of the operating system. */
export class EventFile {
  readonly #file: number;
  #records: Uint8Array[] = [];
  #bytes = 0;
  #flushed = Date.now();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#file = openNew(join(folder, `events.out.tfevents.${String(Math.floor(Date.now() / 1000)).padStart(10, '0')}.${hostname().replace(/[^\w.-]/g, '-')}.${process.pid}`));
    this.append(versionEvent(Date.now() / 1000));
  }

  append(event: Uint8Array): void {
    const record = tfRecord(event);
    this.#records.push(record);
    this.#bytes += record.length;
    if (this.#bytes >= maxBytes || Date.now() - this.#flushed >= maxWait) this.flush();
  }

  flush(): void {
    const bytes = Buffer.concat(this.#records);
    this.#records = [];
    this.#bytes = 0;
    this.#flushed = Date.now();
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#file, bytes, written);
  }

  /** Without writing what waits. */
  close(): void {
    closeSync(this.#file);
  }
}

/** Of two files of one second and process the second has another number. */
function openNew(stem: string): number {
  for (let i = 0; ; i++) {
    try {
      return openSync(`${stem}.${i}`, 'wx');
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}
