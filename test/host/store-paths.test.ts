/** Where the store is: always an absolute path, whatever the environment says. */

import { userInfo } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { storeRoot } from '../../src/host/store-paths.ts';

test('a home directory that is no absolute path is not believed', () => {
  const own = join(userInfo().homedir, '.local/share/tinydocker');
  assert.is(storeRoot(false, { HOME: '/home/ann' }), '/home/ann/.local/share/tinydocker');
  for (const environment of [{}, { HOME: '' }, { HOME: 'ann' }, { HOME: './ann', XDG_DATA_HOME: 'data' }])
    assert.is(storeRoot(false, environment), own, JSON.stringify(environment));
});

test('XDG_DATA_HOME and TINYDOCKER_ROOT are asked first', () => {
  assert.is(storeRoot(false, { HOME: '', XDG_DATA_HOME: '/data' }), '/data/tinydocker');
  assert.is(storeRoot(false, { HOME: '', TINYDOCKER_ROOT: '/store//' }), '/store');
  assert.is(storeRoot(true, {}), '/var/lib/tinydocker');
  assert.throws(() => storeRoot(false, { TINYDOCKER_ROOT: 'store' }), /not an absolute path/);
});

test.run();
