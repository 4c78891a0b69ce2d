import { statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { OptionError } from '@convkit/tensor';
import { getFile, type FileOrigin, type GotFile } from '../get/get-file.js';
import { knownData, type KnownData, type KnownFile } from '../get/known-data.js';
import { openOutput } from '../output.js';
import { bar, commandName, duration } from '../wording.js';

/** What the command line may say. */
export interface DataGetFlags {
  readonly out: string;
  readonly from?: string;
  readonly url?: string;
  readonly json?: boolean;
}

/** Milliseconds from one progress line to the next. */
const progressEvery = 200;

/** `alexnet data get`: brings a known data set into a folder, from its official address or from a file that is there. */
export async function dataGetCommand(name: string, { out, from, url, json = false }: DataGetFlags, known: Readonly<Record<string, KnownData>> = knownData): Promise<void> {
  if (from !== undefined && url !== undefined) {
    throw new OptionError({ code: 'OPTION_INVALID', message: '--from and --url cannot be given together: one says where the file lies, the other where it is downloaded from.', help: 'give one of them.' });
  }
  const { title, files, next } = known[name];
  const output = openOutput(json);
  try {
    const got: GotFile[] = [];
    for (const file of files) {
      let told = 0;
      const started = performance.now();
      let before: number | undefined;
      const onProgress = (bytes: number, of = file.bytes) => {
        before ??= bytes;
        if (performance.now() - told < progressEvery) return;
        told = performance.now();
        output.note(progressLine(basename(file.name), bytes, of, (bytes - before) / ((told - started) / 1000)));
      };
      output.note(`${basename(file.name)} …`);
      got.push(await getFile(file, resolve(out), originOf(file, files.length, from, url), { onProgress }));
    }
    output.done({ type: 'done', data: name, files: got }, [
      ...got.flatMap(({ path, sha256, bytes, present }, i) => {
        const { checksum } = files[i];
        return [`${path}${present ? ' (was there already)' : ''}`, `  ${megabytes(bytes)} MB, ${checksum.algorithm} as ${checksum.source} says, SHA-256 ${sha256}`];
      }),
      '',
      `${title} is there. next:`,
      ...next(out, commandName()).map((line) => `  ${line}`),
    ]);
  } finally {
    output.close();
  }
}

/** `--from` and `--url` name the file, or the folder of the files if there are several. */
function originOf(file: KnownFile, files: number, from: string | undefined, url: string | undefined): FileOrigin {
  const name = basename(file.name);
  if (from !== undefined) return { from: statSync(from, { throwIfNoEntry: false })?.isDirectory() === true ? join(from, name) : resolve(from) };
  if (url === undefined) return { url: file.url };
  if (!URL.canParse(url)) throw new OptionError({ code: 'OPTION_INVALID', message: `--url ${url} is no address.`, help: 'give one such as https://example.org/file.tar.gz.' });
  return { url: files === 1 ? url : new URL(name, url.endsWith('/') ? url : `${url}/`).href };
}

function progressLine(name: string, bytes: number, of: number | undefined, rate: number): string {
  if (of === undefined) return `${name}  ${megabytes(bytes)} MB  ${megabytes(rate)} MB/s`;
  return `${bar(bytes / of, 24)} ${name}  ${megabytes(bytes)}/${megabytes(of)} MB  ${megabytes(rate)} MB/s${rate > 0 ? `  ${duration((of - bytes) / rate)} left` : ''}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
