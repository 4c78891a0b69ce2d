import { reluForward } from '@convkit/kernels-gpu';
import { expect, it } from 'vitest';
import { sourceOf } from '../../src/gpujs/facade.js';
import { bodyOfText } from '../support/body-of-text.js';

const renamed = (text: string) => sourceOf({ ...reluForward, body: bodyOfText(text) });

it.each([
  ['leaves different names as they are', 'function(e,t){let n=0;for(let r=0;r<t;r++)n+=e[r];return n}', 'function(e,t){let n=0;for(let r=0;r<t;r++)n+=e[r];return n}'],
  ['a counter named like an argument', 'function(e,t){let n=t[0];for(let t=0;t<3;t++)n+=e[t];return n*t[1]}', 'function(e,t){let n=t[0];for(let t2=0;t2<3;t2++)n+=e[t2];return n*t[1]}'],
  ['counters of loops that follow one another', 'function(e){let n=0;for(let r=0;r<3;r++)n+=e[r];for(let r=0;r<2;r++)n-=e[r];return n}', 'function(e){let n=0;for(let r=0;r<3;r++)n+=e[r];for(let r2=0;r2<2;r2++)n-=e[r2];return n}'],
  ['blocks in blocks', 'function(e){let n=e[0];if(n>0){let n=e[1];if(n>1){let n=e[2];return n}return n}return n}', 'function(e){let n=e[0];if(n>0){let n2=e[1];if(n2>1){let n3=e[2];return n3}return n2}return n}'],
  ['a new name that is taken', 'function(e,n2){let n=0;for(let n=0;n<2;n++)e[n]>n2;return n}', 'function(e,n2){let n=0;for(let n3=0;n3<2;n3++)e[n3]>n2;return n}'],
  ['properties are no variables', 'function(x){let t=this.thread.x;for(let x=0;x<this.constants.x;x++)t+=x;return x[t]*Math.max(t,0)}', 'function(x){let t=this.thread.x;for(let x2=0;x2<this.constants.x;x2++)t+=x2;return x[t]*Math.max(t,0)}'],
])('%s', (_, text, expected) => {
  expect(renamed(text)).toBe(expected);
});
