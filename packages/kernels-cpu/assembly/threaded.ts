export { execute } from './threads/execute';
export { work } from './threads/work';
