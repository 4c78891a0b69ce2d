import { readdirSync } from 'node:fs';

/** The reference of all packages as one site; every public name needs a comment, every link a target. @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'convkit',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  packageOptions: { entryPoints: ['src/index.ts'], disableSources: true },
  projectDocuments: ['CONTRIBUTING.md', 'docs/*.md', 'docs/decisions/*.md', 'docs/results/*.md'],
  out: 'docs/site',
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  packagesRequiringDocumentation: readdirSync(new URL('packages', import.meta.url)).map((name) => `@convkit/${name}`),
  // A field of an options or report object may speak for itself; what is called or named may not.
  requiredToBeDocumented: ['Enum', 'EnumMember', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Method', 'Accessor'],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
