export { execute } from './threads/execute';
