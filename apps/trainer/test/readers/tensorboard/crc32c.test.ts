import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32c } from '../../../src/readers/tensorboard/crc32c.js';
import { crc32cOf } from '../../support/read-event-file.js';

it('has the values of RFC 3720, appendix B.4, and those of the division bit by bit', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void expect(crc32c(bytes)).toBe(crc32cOf(bytes))));
});
