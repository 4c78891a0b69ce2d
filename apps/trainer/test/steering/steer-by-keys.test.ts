import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { TrainingCommand } from '@convkit/training';
import { steerByKeys, type Keyboard } from '../../src/steering/steer-by-keys.js';

/** A terminal that remembers what was done to it. */
class Terminal extends EventEmitter {
  readonly calls: string[] = [];
  isTTY = true as const;
  setRawMode = (raw: boolean) => this.#call(`raw ${raw}`);
  setEncoding = (encoding?: string) => this.#call(`encoding ${encoding}`);
  override on = (name: string, listener: (text: string) => void) => super.on(name, listener);
  resume = () => this.#call('resume');
  pause = () => this.#call('pause');

  #call(what: string): this {
    this.calls.push(what);
    return this;
  }
}

describe('steerByKeys', () => {
  it('sends what the keys mean, pauses and goes on in turn, and gives the terminal back', () => {
    const terminal = new Terminal();
    const sent: TrainingCommand[] = [];
    let interrupts = 0;
    const stop = steerByKeys(terminal as unknown as Keyboard, (command) => sent.push(command), () => interrupts++);
    terminal.emit('data', 'pcx');
    terminal.emit('data', 'p');
    terminal.emit('data', 'd\u0003q');
    terminal.emit('data', '__proto__'[0]);
    expect(sent).toEqual([{ type: 'pause' }, { type: 'checkpoint' }, { type: 'resume' }, { type: 'divide-rate', by: 10 }, { type: 'stop' }]);
    expect(interrupts).toBe(1);
    stop();
    terminal.emit('data', 'q');
    expect(sent).toHaveLength(5);
    expect(terminal.calls).toEqual(['raw true', 'encoding utf8', 'resume', 'raw false', 'pause']);
    expect(terminal.listenerCount('data')).toBe(0);
  });
});
