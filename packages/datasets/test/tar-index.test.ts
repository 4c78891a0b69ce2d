import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';

import { FormatError } from '@convkit/tensor';

import { bytesAccess } from '../src/random-access.js';
import { indexTar, type TarEntry } from '../src/tar-index.js';
import { joined, paxRecord, tarEntry, tarHeader, tarOf } from './support/tar.js';

async function index(bytes: Uint8Array, source = bytesAccess('a.tar', bytes)): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const entry of indexTar(source)) entries.push(entry);
  return entries;
}
/** Names and contents, as the places say. */
const contents = async (bytes: Uint8Array) => (await index(bytes)).map(({ name, at, size }) => [name, new TextDecoder().decode(bytes.subarray(at, at + size))]);
const failure = (work: Promise<unknown>) =>
  work.then(String, (error: unknown) => {
    expect(error).toBeInstanceOf(FormatError);
    return (error as Error).message;
  });

describe('indexTar', () => {
  it('finds the files of an archive that another writer made', async () => {
    const long = `${'deep/'.repeat(60)}${'n'.repeat(120)}.jpg`;
    const entries = [['a.cls', '7'], ['dir/b.jpg', 'x'.repeat(513)], ['empty', ''], [long, 'long'], ['写真.jpg', 'photo']] as const;
    const bytes = await packTar([
      { header: { name: 'dir/', size: 0, type: 'directory' } },
      ...entries.map(([name, body]) => ({ header: { name, size: body.length, type: 'file' as const }, body })),
      { header: { name: 'link', size: 0, type: 'symlink', linkname: 'a.cls' } },
    ]);
    expect(await contents(bytes)).toEqual(entries);
  });

  it('reads prefixes, GNU and pax names and sizes, and passes over what is no file', async () => {
    const big = Uint8Array.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
    const bytes = tarOf(
      tarEntry({ name: 'b.jpg', prefix: 'some/where' }, 'prefix'),
      tarEntry({ name: 'gnu.jpg', prefix: '14123456701', magic: 'ustar  \x00' }, 'no prefix in GNU'),
      tarEntry({ name: 'old.jpg', kind: '\x00', magic: '' }, 'before ustar'),
      tarEntry({ name: 'oldfolder/', kind: '\x00', magic: '' }),
      tarEntry({ name: '././@LongLink', kind: 'L' }, `${'l'.repeat(200)}.jpg\x00`),
      tarEntry({ name: 'cut', magic: 'ustar  \x00' }, 'GNU name'),
      tarEntry({ name: '././@LongLink', kind: 'K' }, 'where a link leads\x00'),
      tarEntry({ name: 'link', kind: '2', size: 700 }),
      tarEntry({ name: 'pax_global_header', kind: 'g' }, paxRecord('path', 'nobody')),
      tarEntry({ name: 'pax', kind: 'x' }, paxRecord('mtime', '1') + paxRecord('path', 'päx.jpg') + paxRecord('size', '3') + paxRecord('comment', 'a=b')),
      joined(tarHeader({ name: 'cut', size: 0 }), tarEntry('', 'pax').subarray(512)),
      tarEntry({ name: 'binary', size: 3, sizeField: big }, 'abc'),
      tarEntry({ name: 'pipe', kind: '6' }),
      tarEntry({ name: 'contiguous', kind: '7' }, 'seven'),
      tarEntry('../../etc/passwd', 'only a name'),
      tarEntry('/absolute', 'too'),
      tarEntry('/absolute', 'twice'),
    );
    expect(await contents(bytes)).toEqual([
      ['some/where/b.jpg', 'prefix'],
      ['gnu.jpg', 'no prefix in GNU'],
      ['old.jpg', 'before ustar'],
      [`${'l'.repeat(200)}.jpg`, 'GNU name'],
      ['päx.jpg', 'pax'],
      ['binary', 'abc'],
      ['contiguous', 'seven'],
      ['../../etc/passwd', 'only a name'],
      ['/absolute', 'too'],
      ['/absolute', 'twice'],
    ]);
    expect(await contents(tarOf())).toEqual([]);
  });

  it('reads headers only', async () => {
    const bytes = tarOf(tarEntry('a', new Uint8Array(1_000_000)), tarEntry('b', new Uint8Array(2_000_000)));
    const source = bytesAccess('a.tar', bytes);
    let read = 0;
    await index(bytes, { ...source, read: (at, length) => ((read += length), source.read(at, length)) });
    expect(read).toBe(4 * 512);
  });

  it('says what is wrong, and at which byte', async () => {
    const good = tarEntry('a', 'content');
    expect(await failure(index(new TextEncoder().encode('hello')))).toMatchInlineSnapshot(`
      "a.tar: ends at byte 5 without the empty blocks that end a tar archive; the next header should be at byte 0.
        help: the file is torn, or no tar archive: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await failure(index(good))).toMatchInlineSnapshot(`
      "a.tar: ends at byte 1024 without the empty blocks that end a tar archive; the next header should be at byte 1024.
        help: the file is torn, or no tar archive: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await failure(index(tarOf(good, new Uint8Array(512).fill(65))))).toMatchInlineSnapshot(`
      "a.tar: no good tar archive: at byte 1024 is no header with its checksum.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await failure(index(joined(good, new Uint8Array(512), good, new Uint8Array(1024))))).toMatchInlineSnapshot(`
      "a.tar: no good tar archive: at byte 1024 an empty block lies between headers.
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    expect(await failure(index(tarOf(tarEntry({ name: 'b', size: 8 ** 11 - 1 }))))).toMatchInlineSnapshot(`
      "a.tar: ends at byte 1536, but "b" (header at byte 0) should reach to byte 8589935103.
        help: the file is torn or not what its header says: get it again.
        code: FILE_TRUNCATED"
    `);
    expect(await failure(index(tarOf(tarEntry({ name: 'b', sizeField: '-0000000001\x00' }))))).toMatchInlineSnapshot(`
      "a.tar: no good tar archive: at byte 124 is no size (of "b").
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    for (const first of [0x81, 0xff]) expect(await failure(index(tarOf(tarEntry({ name: 'b', sizeField: new Uint8Array(12).fill(first) }))))).toContain('is no size (of "b")');
    expect(await failure(index(tarOf(tarEntry({ name: 's', kind: 'S' }))))).toMatchInlineSnapshot(`
      "a.tar: "s" (header at byte 0) is stored as a sparse file.
        help: pack it without --sparse.
        code: FILE_UNSUPPORTED"
    `);
    expect(await failure(index(tarOf(tarEntry({ name: 'x', kind: 'x' }, paxRecord('size', '-5')), good)))).toMatchInlineSnapshot(`
      "a.tar: no good tar archive: at byte 512 is no size (pax "-5").
        help: get the file again.
        code: FILE_CORRUPT"
    `);
    for (const records of ['9 a=b\n', 'a=b\n', '5a=b\n', '5 ab\n', '99999999999 a=b\n', ' =\n', '\x00', '6 a=b\x00', '0 a=b\n']) {
      expect(await failure(index(tarOf(tarEntry({ name: 'x', kind: 'x' }, records), good)))).toContain('at byte 512 are no pax records');
    }
    expect(await failure(index(tarOf(tarEntry({ name: 'x', kind: 'L' }, new Uint8Array(2 ** 20 + 1)), good)))).toMatchInlineSnapshot(`
      "a.tar: the header at byte 0 has 1048577 bytes, but at most 1048576 are read.
        code: FILE_TOO_LARGE"
    `);
  });
});
