/** A process in the container swaps directories and links while we copy: nothing outside is ever read or changed (CVE-2018-15664). */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('cp-race');
const ROUNDS = 12;

/**
 * /r/a is now a directory, now a link to a directory of the host with a file of the same name, and what is in it changes as well; so does whatever
 * staging directory can be seen. Each of the links is tried in turn, with as many ".." as lead anywhere.
 */
const swapping = (outside: string) => `mkdir -p /r/real/b; echo inside >/r/real/b/marker; cp -r /r/real /r/a
(n=0; while :; do
  n=$((n + 1))
  case $((n % 3)) in 0) to=${outside} ;; 1) to=../../../../../../../../../..${outside} ;; 2) to=/proc/1/root${outside} ;; esac
  rm -rf /r/x; mv /r/a /r/x 2>/dev/null; ln -s "$to" /r/a; rm -f /r/a; mv /r/x /r/a 2>/dev/null
  rm -rf /r/y; mv /r/a/b /r/y 2>/dev/null; ln -s "$to/b" /r/a/b; rm -rf /r/a/b; mv /r/y /r/a/b 2>/dev/null
  [ -d /r/a/b ] || { rm -rf /r/a; cp -r /r/real /r/a; }
  for s in /.tinydocker-* /r/.tinydocker-* /r/a/.tinydocker-* /proc/.tinydocker-*; do
    [ -e "$s/new" ] && { rm -rf "$s/new"; ln -s "$to" "$s/new"; echo caught >/caught; }
  done
done) 2>/dev/null &
`;

function outsideOf(place: Place): string {
  const outside = join(place.home, 'outside');
  mkdirSync(join(outside, 'b'), { recursive: true });
  for (const file of ['marker', 'b/marker']) writeFileSync(join(outside, file), 'must never be read\n');
  assert.is(spawnSync('chown', ['-R', `${place.mode.uid}`, outside]).status, 0);
  return outside;
}

function race(name: string, body: (place: Place, outside: string) => Promise<void>): void {
  if (staticBusybox() === undefined) {
    skipUnless(test, name, false, 'there is no static busybox', () => undefined);
    return;
  }
  eachMode(test, name, async place => {
    makeImage(place);
    const outside = outsideOf(place);
    await whileRuns(place, 'c1', swapping(outside), () => body(place, outside));
    assert.equal(readdirSync(outside), ['b', 'marker']);
    assert.equal(readdirSync(join(outside, 'b')), ['marker']);
    assert.is(readFileSync(join(outside, 'b/marker'), 'utf8'), 'must never be read\n');
  });
}

const CAUSES =
  /^tinydocker: ("\/r.*" in c1 (changed while|is not a directory|is a directory)|There is no (file|directory) "|The step (pack|place) )/m;

race('out', async (place, outside) => {
  let copied = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [path, options] = (
      [
        ['/r/a/b/marker', []],
        ['/r/a', []],
        ['/r/a/.', ['-a']],
        ['/r/a/b', ['-L']],
      ] as const
    )[round % 4] ?? ['/r', []];
    const to = join(place.home, `out${round}`);
    const { status, stderr } = await tinydocker(place, ['cp', ...options, `c1:${path}`, to]);
    if (status === 0) copied += 1;
    else assert.match(stderr, CAUSES, `${stderr} does not match`);
    const found = spawnSync('grep', ['-r', '-l', 'must never', to], { encoding: 'utf8' });
    assert.is(found.stdout, '', `${path} came from ${outside}`);
  }
  assert.ok(copied > 0, 'nothing was ever copied');
});

race('in', async place => {
  const source = join(place.home, 'source');
  mkdirSync(join(source, 'b'), { recursive: true });
  for (const file of ['marker', 'b/marker', 'b/new']) writeFileSync(join(source, file), 'written\n');
  spawnSync('chown', ['-R', `${place.mode.uid}`, source]);
  let copied = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const [from, path] = (
      [
        ['source/.', '/r/a'],
        ['source/marker', '/r/a/b/marker'],
        ['source/b', '/r/a'],
        ['source/b/.', '/r/a/b/'],
      ] as const
    )[round % 4] ?? ['source', '/r'];
    const { status, stderr } = await tinydocker(place, ['cp', from, `c1:${path}`]);
    if (status === 0) copied += 1;
    else if (!/NOT EVERYTHING WAS UNDONE/.test(stderr))
      assert.match(stderr, CAUSES, `${stderr} does not match`);
  }
  assert.ok(copied > 0, 'nothing was ever copied');
  const caught = await tinydocker(place, ['cp', 'c1:/caught', 'caught']);
  assert.is(caught.status, 1);
  assert.not.ok(existsSync(join(place.home, 'caught')), 'the staging directory can be reached');
});

test.run();
