/** Prints what goes against the package levels, and fails if anything does. */
import { fileURLToPath } from 'node:url';
import { findArrowProblems } from './arrows.mjs';

const problems = findArrowProblems(fileURLToPath(new URL('..', import.meta.url)));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
