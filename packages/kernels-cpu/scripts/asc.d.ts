/** What scripts/compile.mjs uses of the compiler. Its own types change those of arrays for the whole repository, such as what `at` returns. */
export interface Compiler {
  main(
    options: readonly string[],
    host: { writeFile(name: string, contents: Uint8Array | string, folder: string): void },
  ): Promise<{ readonly error: Error | null; readonly stderr: { toString(): string } }>;
}

declare const asc: Compiler;
export default asc;
