/** Frames between whoever watches a container and those who are attached. */

import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Frame, frameBytes, frameReader } from '../../src/exec/attach-frame.ts';

const test = suite('exec/attach-frame');

test('output is framed as docker does it', () => {
  const frame = frameBytes({ kind: 'stderr', bytes: Buffer.from('hi') });
  assert.equal(Buffer.concat(frame), Buffer.from([2, 0, 0, 0, 0, 0, 0, 2, 0x68, 0x69]));
});

test('what is of no kind that is known is left out', () => {
  const unknown = Buffer.from([77, 0, 0, 0, 0, 0, 0, 1, 0]);
  const known = frameBytes({ kind: 'status', number: 3 });
  assert.equal(frameReader()(Buffer.concat([unknown, ...known])), [{ kind: 'status', number: 3 }]);
});

test('any frames come through, however they are cut', () => {
  const frame: fc.Arbitrary<Frame> = fc.oneof(
    fc
      .tuple(fc.constantFrom('stdout', 'stderr'), fc.uint8Array({ maxLength: 30 }))
      .map(([kind, bytes]) => ({ kind, bytes: Buffer.from(bytes) })),
    fc
      .tuple(fc.constantFrom('skipped', 'status'), fc.nat(2 ** 40))
      .map(([kind, number]) => ({ kind, number })),
  );
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), fc.integer({ min: 1, max: 20 }), (frames, step) => {
      const bytes = Buffer.concat(frames.flatMap(frameBytes));
      const read = frameReader();
      const found: Frame[] = [];
      for (let at = 0; at < bytes.length; at += step) found.push(...read(bytes.subarray(at, at + step)));
      assert.equal(found, frames);
    }),
  );
});

test.run();
