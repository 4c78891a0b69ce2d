import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { kernelDialect } from './tools/eslint/kernel-dialect.js';

export default defineConfig(
  { ignores: ['**/dist/', 'packages/kernels-cpu/assembly/', 'packages/kernels-cpu/src/wasm/modules.js', 'docs/site/', 'runs/'] },
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { convkit: { rules: { 'kernel-dialect': kernelDialect } } },
    rules: {
      'convkit/kernel-dialect': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme'] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // A variable that only `using` reads is called `_name`.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      // The contracts are asynchronous; an implementation may have nothing to wait for.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['packages/*/src/**/*.ts', 'apps/*/src/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name: a name is the same everywhere.' },
        { selector: 'ExportAllDeclaration', message: 'List the exported names: the public surface is what index.ts shows.' },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'Draw from a RandomStream: a run must be repeatable.' }],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['packages/*/test/**/*.ts', 'apps/*/test/**/*.ts', 'test/**/*.ts'],
    rules: {
      // `expect(spec.plan)` and the like take a function without calling it.
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-properties': [
        'error',
        ...['it', 'test', 'describe'].flatMap((object) => [
          { object, property: 'only', message: 'The other tests would not run.' },
          { object, property: 'skip', message: 'Mend the test or delete it.' },
          { object, property: 'todo', message: 'A test that is not written yet is no test.' },
        ]),
      ],
    },
  },
  {
    files: ['studies/**/*.mjs', 'tools/**/*.{js,mjs}', 'eslint.config.js'],
    rules: {
      // What comes out of JSON.parse and syntax trees is typed by comments here.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Its dependencies are installed apart, so types cannot be relied on there.
    files: ['bench/peers/**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
  },
);
