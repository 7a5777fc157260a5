/** Root in a container may make device nodes (docker's capabilities include CAP_MKNOD), but must not be able to use one: it could be the host's disk. */

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MASKED_PATHS } from '../../src/plan/defaults.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';

/** Makes /dev/zero's twin in each directory that is named, and says where one byte could be read from it. */
const PAYLOAD = `${GUARD}
for place do
  mknod "$place/$HOSTNAME" c 1 5 2>/dev/null || continue
  if dd if="$place/$HOSTNAME" of=/dev/null bs=1 count=1 2>/dev/null; then echo "$place works"; else echo "$place is refused"; fi
done; dd if=/dev/zero of=/dev/null bs=1 count=1 2>/dev/null && echo "/dev/zero works"`;

eachMode(test, 'no device node works but those of /dev', async place => {
  makeImage(place);
  const data = ownDirectory(place.mode, join(place.dir, 'data'));
  const places = ['/', '/tmp', '/dev', '/dev/shm', '/scratch', '/data'];
  const options = ['--tmpfs', '/scratch:size=1m', '-v', `${data}:/data`];
  for (const [name, readOnly] of [
    ['writable', []],
    ['read-only', ['--read-only']],
  ] as const) {
    const argv = ['run', ...options, ...readOnly, name, 'sh', '-c', PAYLOAD, 'sh', ...places];
    const { stdout, stderr, status } = await tinydocker(place, argv);
    assert.is(status, 0, stderr);
    const works = stdout.split('\n').filter(line => line.endsWith(' works'));
    assert.equal(works, ['/dev/zero works'], stdout);
    // Only root may make nodes at all: there the test has to have had something to refuse.
    if (place.mode.name === 'root') assert.match(stdout, '/data is refused');
  }
});

eachMode(test, "the host's device nodes can be used, and not changed", async place => {
  makeImage(place);
  // The modes and owners that they have: a chmod(2) that succeeds harms nobody.
  const nodes = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map(name => {
    const { mode, uid, gid } = statSync(`/dev/${name}`);
    return `${(mode & 0o7777).toString(8)} ${uid}:${gid} /dev/${name}`;
  });
  const masks = MASKED_PATHS.map(path => nodes[0]?.replace('/dev/null', path));
  const text = `${GUARD}
set -- ${[...nodes, ...masks].join(' ')}
while [ $# -gt 0 ]; do
  [ -c "$3" ] && chmod "$1" "$3" 2>/dev/null && echo "changed the mode of $3"
  [ -c "$3" ] && chown "$2" "$3" 2>/dev/null && echo "changed the owner of $3"
  shift 3
done
echo x >/dev/null && echo x >>/dev/zero && head -c 1 /dev/urandom | wc -c`;
  const { status, stdout, stderr } = await tinydocker(place, ['run', 'box', 'sh', '-c', text]);
  assert.equal([status, stdout], [0, '1\n'], stderr);
});

test.run();
