import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Arg, arg, C, INIT, join, partsOf, resolve, variablesIn } from '../../src/plan/arg.ts';

const values = new Map([
  ['C', '/store/c'],
  ['INIT', '42'],
]);
const word: fc.Arbitrary<Arg> = fc.oneof(
  fc.string(),
  fc.array(fc.oneof(fc.string(), fc.constantFrom(C, INIT))),
);

test('a template becomes a word, and a plain one a string', () => {
  assert.equal(arg`${C}/upper`, [C, '/upper']);
  assert.equal(arg`a${'b'}c`, 'abc');
  assert.equal(arg``, '');
  assert.equal(arg`${arg`${C}/x`}/y${INIT}`, [C, '/x/y', INIT]);
});

test('putting words into words and resolving them commute', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      assert.is(resolve(arg`<${a}-${b}>`, values), `<${resolve(a, values)}-${resolve(b, values)}>`);
      assert.is(
        resolve(join([a, b, a], ':'), values),
        [a, b, a].map(each => resolve(each, values)).join(':'),
      );
    }),
  );
});

test('variables are found and kept apart', () => {
  fc.assert(
    fc.property(word, each => {
      assert.equal(
        variablesIn(each),
        partsOf(each).flatMap(part => (typeof part === 'string' ? [] : [part.var])),
      );
    }),
  );
  assert.throws(() => resolve(arg`${INIT}`, new Map()), /\$INIT before it has a value/);
});

test.run();
