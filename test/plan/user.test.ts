import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { resolveUser } from '../../src/plan/user.ts';

const PASSWD =
  'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1001::/home/ann:/bin/sh\nbroken\n:x:1:1::/:\n7:x:77:78::/seven:\nneg:x:-1:0::/:\nrel:x:5:5::home:\n';
const GROUP = 'root:x:0:\nann:x:1001:\nvideo:x:44:ann,root\naudio:x:29:ann\nann2:x:1001:ann\nbad:x:x:ann\n';

const CASES = {
  '': { uid: 0, gid: 0, additionalGids: [44], home: '/root' },
  root: { uid: 0, gid: 0, additionalGids: [44], home: '/root' },
  ann: { uid: 1000, gid: 1001, additionalGids: [44, 29], home: '/home/ann' },
  '1000': { uid: 1000, gid: 1001, additionalGids: [44, 29], home: '/home/ann' },
  'ann:video': { uid: 1000, gid: 44, additionalGids: [], home: '/home/ann' },
  'ann:0': { uid: 1000, gid: 0, additionalGids: [], home: '/home/ann' },
  '4321': { uid: 4321, gid: 0, additionalGids: [], home: '/' },
  '4321:9': { uid: 4321, gid: 9, additionalGids: [], home: '/' },
  // A name wins over a number.
  '7': { uid: 77, gid: 78, additionalGids: [], home: '/seven' },
  '4294967294': { uid: 4294967294, gid: 0, additionalGids: [], home: '/' },
  rel: { uid: 5, gid: 5, additionalGids: [], home: '/' },
} as const;

for (const [text, value] of Object.entries(CASES)) {
  test(`user ${JSON.stringify(text)}`, () =>
    assert.equal(resolveUser(text, PASSWD, GROUP), { ok: true, value }));
}

for (const [text, code] of [
  ['nobody', 'unknown-user'],
  ['ann:nogroup', 'unknown-group'],
  ['4294967295', 'unknown-user'],
  ['-1', 'unknown-user'],
  ['0x0', 'unknown-user'],
  ['ann:', 'bad-user'],
  ['a:b:c', 'bad-user'],
  ['neg', 'unknown-user'],
] as const) {
  test(`refused: ${text}`, () => {
    const result = resolveUser(text, PASSWD, GROUP);
    assert.is(result.ok ? 'accepted' : result.failures[0]?.code, code);
  });
}

test('an image without the files has numbers only', () => {
  assert.ok(resolveUser('0', '', '').ok);
  const result = resolveUser('ann', '', '');
  assert.match(result.ok ? '' : (result.failures[0]?.message ?? ''), 'is missing or empty');
});

test.run();
