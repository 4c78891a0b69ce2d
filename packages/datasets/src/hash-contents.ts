import { sha256 } from '@convkit/tensor';

/** What counts of an example. */
export interface Content {
  readonly label: number;
  readonly bytes: Uint8Array;
}

/**
 * The hash of a data set: SHA-256 of a text with the names of its classes as JSON in the first line, then a line `LABEL SHA-256` for every example.
 * So memory stays small however large the data set is, and who keeps the lines can tell the hash without reading anything again.
 *
 * @throws ConvkitError `HASH_UNAVAILABLE` on a web page that is not served securely; what `contentOf` throws.
 */
export async function hashContents(classes: readonly string[], length: number, contentOf: (index: number) => Content | Promise<Content>): Promise<string> {
  const lines = [JSON.stringify(classes)];
  for (let index = 0; index < length; index++) {
    const { label, bytes } = await contentOf(index);
    lines.push(contentLine(label, await sha256(bytes)));
  }
  return hashOfLines(lines);
}

/** What {@link hashContents} makes of an example. */
export function contentLine(label: number, digest: string): string {
  return `${label} ${digest}`;
}

/** Of the classes as JSON and the lines of all examples. */
export function hashOfLines(lines: readonly string[]): Promise<string> {
  return sha256(new TextEncoder().encode(lines.join('\n')));
}
