import { reluForward } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';
import { sourceOf } from '../../src/gpujs/facade.js';
import { bodyOfText } from '../support/body-of-text.js';

it.each([
  ['leaves counters of loops', 'function(e,t){let n=0;for(let r=0;r<3;r++)n+=e[r];return n}', 'function(e,t){let n=0;for(let r=0;r<3;r++)n+=e[r];return n}'],
  ['a statement', 'function(e){let n=9;n--;return n}', 'function(e){let n=9;(n-=1);return n}'],
  ['behind a condition', 'function(e){let n=9;for(let r=0;r<3;r++)e[r]<0&&n--;return n}', 'function(e){let n=9;for(let r=0;r<3;r++)e[r]<0&&(n-=1);return n}'],
  ['before the value of a return', 'function(e){let n=9;return n++,n}', 'function(e){let n=9;return (n+=1),n}'],
  ['several declarations at once', 'function(e){let n=this.thread.x,r=n-.5,i=e[n];return r*i}', 'function(e){let n=this.thread.x;let r=n-.5;let i=e[n];return r*i}'],
  ['leaves the declaration of a loop', 'function(e){let n=0;for(let r=0,i=2;r<i;r++)n+=e[r];return n}', 'function(e){let n=0;for(let r=0,i=2;r<i;r++)n+=e[r];return n}'],
])('%s', (_, text, expected) => {
  expect(sourceOf({ ...reluForward, body: bodyOfText(text) })).toBe(expected);
});
