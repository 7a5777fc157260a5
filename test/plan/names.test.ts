import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerNameFailure, nearNames, parseImageName, recordFile, shown } from '../../src/plan/names.ts';

const GOOD = ['a', 'A9', 'hello1', '0', 'a.b-c_d', 'x'.repeat(63), 'a..', 'a-'];
const BAD: Readonly<Record<string, RegExp>> = {
  '': /it is empty/,
  ['x'.repeat(64)]: /64 characters/,
  '../x': /begins with "\."/,
  '.': /begins with "\."/,
  '-x': /begins with "-"/,
  _x: /begins with "_"/,
  'a,b': /contains ","/,
  'a b': /contains " "/,
  'a/b': /contains "\/"/,
  'a\nb': /contains "\\n"/,
  ünï: /begins with "ü"/,
  'a\u202eb': /contains "\\u202e"/,
  a$b: /contains "\$"/,
  'a😀': /contains "😀"/,
};

for (const name of GOOD) test(`a good name: ${name}`, () => assert.is(containerNameFailure(name), undefined));
for (const [name, says] of Object.entries(BAD)) {
  test(`a bad name: ${JSON.stringify(name)}`, () => {
    const failure = containerNameFailure(name);
    assert.match(failure?.message ?? '', says);
    assert.is(failure?.status, 2);
    assert.ok(failure?.hint);
  });
}

function failureOf(text: string) {
  const parsed = parseImageName(text);
  return parsed.ok ? undefined : parsed.failures[0];
}

test('image names', () => {
  for (const [text, name] of [
    ['debian', 'debian:latest'],
    ['debian:12', 'debian:12'],
    ['a/b:c', 'a/b:c'],
    ['a:5000x', 'a:5000x'],
  ] as const)
    assert.equal(parseImageName(text), { ok: true, value: name });
  for (const text of [
    '',
    ':',
    'a:',
    'a:b:c',
    '../a',
    'a//b',
    '/a',
    'a/',
    'a/..',
    'a b',
    'A:-x',
    `a:${'x'.repeat(129)}`,
    Array(5).fill('x'.repeat(60)).join('/'),
    Array(100).fill('x').join('/'),
  ])
    assert.is(failureOf(text)?.code, 'bad-image-name', text);
  for (const [text, says] of [
    ['a//b', /: a part of it is empty\./],
    ['a:', /: the tag after ":" is empty\./],
    ['a:-x', /: the tag after ":" begins with "-"\./],
    ['a:x+y', /: the tag after ":" contains "\+"\./],
    [`a:${'x'.repeat(129)}`, /: the tag after ":" has 129 characters, and 128 is the limit\./],
    [Array(100).fill('x').join('/'), /: it is too long for the name of a file\./],
  ] as const)
    assert.match(failureOf(text)?.message ?? '', says);
});

test('whatever is accepted is one safe path part, and whatever is said is one printable line', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z./:_-]{1,20}$/)),
      text => {
        const failure = containerNameFailure(text);
        if (failure === undefined) assert.match(text, /^[a-zA-Z0-9][\w.-]{0,62}$/);
        else assert.not.match(failure.message, /\p{Cc}/u);
        const image = parseImageName(text);
        if (image.ok) assert.ok(recordFile(image.value).length <= 255);
        if (image.ok) assert.not.match(image.value, /(^|\/)\.|\/\/|[^\w./:-]/);
        assert.not.match(shown(text), /[\p{Cc}\u2028-\u202e]/u);
        assert.ok(shown(text).length <= 120);
      },
    ),
  );
});

test('near names', () => {
  assert.equal(nearNames('rnu', ['run', 'rm', 'rmi', 'prune']), ['run']);
  assert.equal(nearNames('nosuch', ['touch', 'su']), []);
  assert.equal(nearNames('debain', ['debian', 'alpine', 'base']), ['debian']);
  assert.equal(nearNames('zzz', ['debian', 'alpine']), []);
  assert.equal(nearNames('Base', ['base']), ['base']);
});

test.run();
