import { readdirSync } from 'node:fs';

/** The site: the reference of all packages with the guides around it; every public name and every field needs a comment, every link a target. `tools/docs.mjs` builds it. @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'convkit',
  entryPointStrategy: 'packages',
  entryPoints: ['packages/*'],
  packageOptions: { entryPoints: ['src/index.ts'], disableSources: true },
  readme: 'docs/README.md',
  // Pages stand in the navigation in this order; guides in that in which they are best read.
  projectDocuments: [
    ...[
      'start-here', 'how-an-alexnet-works', 'your-own-data', 'your-own-layer', 'your-own-kernel', 'node-and-browser', 'reproduce-the-paper', 'differences-between-alexnets', 'architecture', 'glossary',
    ].map((name) => `docs/guides/${name}.md`),
    'docs/[a-z]*.md',
    'examples/README.md',
    'apps/*/README.md',
    'docs/results/*.md',
    'docs/results/*/card.md',
    'docs/decisions/README.md',
    'docs/decisions/0*.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'DEPENDENCIES.md',
  ],
  groupOrder: ['Guides', 'Packages', 'Applications and examples', 'Facts and figures', 'Results', 'Decisions', 'Working on it', '*'],
  navigation: { includeGroups: true, includeCategories: false, includeFolders: false },
  customCss: 'tools/docs/site.css',
  customJs: 'tools/docs/site.js',
  headings: { readme: false, document: false },
  searchInDocuments: true,
  hideGenerator: true,
  out: 'docs/site',
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  packagesRequiringDocumentation: readdirSync(new URL('packages', import.meta.url)).map((name) => `@convkit/${name}`),
  // The parameters of a function are in its own comment; those worth a word of their own have one.
  requiredToBeDocumented: ['Enum', 'EnumMember', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias', 'Property', 'Method', 'Accessor'],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
};
