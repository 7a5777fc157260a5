// @parallel
/** Deletions between the layers of an image: what a layer's archive says is gone, the container does not see. */

import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { staticBusybox } from '../support/image.ts';
import { archive, emptyStore, refused } from '../support/imports.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import type { Member } from '../support/tar.ts';

const LOW: readonly Member[] = [
  { name: '.tinydocker-image', text: 'test' },
  { name: 'a', type: 'directory', mode: 0o755 },
  { name: 'a/gone', text: 'low' },
  { name: 'a/kept', text: 'low' },
  { name: 'a/new\nline', text: 'low' },
  { name: 'emptied', type: 'directory', mode: 0o755 },
  { name: 'emptied/x', text: 'low' },
  { name: 'replaced', type: 'directory', mode: 0o755 },
  { name: 'replaced/x', text: 'low' },
  { name: 'tree', type: 'directory', mode: 0o755 },
  { name: 'tree/x', text: 'low' },
  { name: 'link', type: 'symlink', target: 'a' },
  { name: 'rewritten', text: 'low' },
];

const HIGH: readonly Member[] = [
  { name: 'a', type: 'directory', mode: 0o750 },
  { name: 'a/.wh.gone', text: '' },
  { name: 'a/.wh.new\nline', text: '' },
  { name: 'a/.wh.never', text: '' },
  { name: 'a/.wh..wh.plnk', type: 'directory', mode: 0o755 },
  { name: 'emptied', type: 'directory', mode: 0o711 },
  { name: 'emptied/new', text: 'high' },
  { name: 'emptied/.wh..wh..opq', text: '' },
  // Deleted and made again in one layer: nothing of the old one shows through.
  { name: '.wh.replaced', text: '' },
  { name: 'replaced', type: 'directory', mode: 0o755 },
  { name: 'replaced/y', text: 'high' },
  { name: '.wh.tree', text: '' },
  { name: '.wh.link', text: '' },
  { name: 'rewritten', text: 'high' },
  { name: '.wh.rewritten', text: '' },
];

/** What the container sees of both: mode, type, time stamp, name. */
const SEEN = [
  '750 directory 1600000000 /a',
  '644 regular file 1600000000 /a/kept',
  '711 directory 1600000000 /emptied',
  '644 regular file 1600000000 /emptied/new',
  '755 directory 1600000000 /replaced',
  '644 regular file 1600000000 /replaced/y',
  '644 regular file 1600000000 /rewritten',
];

/** A layer with busybox, and nothing else. */
function tools(place: Place, busybox: string): string {
  const directory = ownDirectory(place.mode, join(place.dir, 'tools'));
  ownDirectory(place.mode, join(directory, 'bin'));
  for (const name of ['sh', 'find', 'stat', 'sort']) {
    copyFileSync(busybox, join(directory, 'bin', name));
    chmodSync(join(directory, 'bin', name), 0o755);
  }
  return directory;
}

const busybox = staticBusybox();
const seen = 'what a layer deletes, the container does not see';
if (busybox === undefined) skipUnless(test, seen, false, 'there is no static busybox', () => undefined);
else
  eachMode(test, seen, async place => {
    const sources = [tools(place, busybox), archive(place, LOW, 'low.tar'), archive(place, HIGH, 'high.tar')];
    const imported = await tinydocker(place, ['image', 'import', '-q', 'x', ...sources]);
    assert.is(imported.status, 0, imported.stderr);
    const look = `${GUARD}find / -xdev -mindepth 1 ! -path '/bin*' ! -path '/dev*' ! -path '/proc*' ! -path '/sys*' ! -name .tinydocker-image -exec stat -c '%a %F %Y %n' {} + | sort -k 5`;
    const { stdout, stderr } = await tinydocker(place, ['run', '-q', '--image', 'x', 'x1', 'sh', '-c', look]);
    const lines = stdout.trim().split('\n');
    assert.equal(lines.toSorted(), SEEN.toSorted(), stderr);
  });

for (const name of ['.wh.', 'd/.wh..', 'd/.wh...'])
  eachMode(
    test,
    `a deletion of nothing, ${name}, is refused`,
    async place => {
      await emptyStore(place);
      const tar = archive(place, [
        { name: 'd', type: 'directory', mode: 0o755 },
        { name, text: '' },
      ]);
      await refused(
        place,
        ['image', 'import', 'x', tar],
        /has a mark of deletion that names nothing, "\.\/(d\/)?\.wh\.*"/,
      );
    },
    ['root', 'single'],
  );

test.run();
