/** Deletions between the layers of an image: what a layer's archive says is gone, the container does not see. */

import { chmodSync, copyFileSync, readdirSync } from 'node:fs';
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

const USERS: readonly Member[] = [
  { name: '.tinydocker-image', text: 'test' },
  { name: 'etc', type: 'directory', mode: 0o755 },
  { name: 'etc/passwd', text: 'root:x:0:0::/:/bin/sh\nann:x:1000:1000::/:/bin/sh\n' },
  { name: 'opt', type: 'directory', mode: 0o755 },
  { name: 'opt/tool', text: '#!/bin/sh\n', mode: 0o755 },
];

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

/** An image of the tools, the users, and one more layer with this mark; then what is said about a user and a command of the layer with the users. */
async function hidden(place: Place, busyboxPath: string, mark: readonly Member[]): Promise<void> {
  const users = archive(place, USERS, 'users.tar');
  const above = [archive(place, mark, 'mark.tar'), tools(place, busyboxPath)];
  const imported = await tinydocker(place, ['image', 'import', '-q', 'x', users, ...above]);
  assert.is(imported.status, 0, imported.stderr);
  const asAnn = await tinydocker(place, ['run', '-q', '-u', 'ann', '--image', 'x', 'x1', 'sh', '-c', GUARD]);
  assert.match(asAnn.stderr, /has no user "ann"/);
  assert.is(asAnn.status, 125);
  const command = await tinydocker(place, ['run', '-q', '--image', 'x', 'x1', '/opt/tool']);
  assert.match(command.stderr, /The command "\/opt\/tool" does not exist in the image/);
  assert.is(command.status, 127);
  const look = `${GUARD}for f in /etc/passwd /opt/tool /etc/own; do [ ! -e $f ] || echo $f; done`;
  const inside = await tinydocker(place, ['run', '-q', '--image', 'x', 'x1', 'sh', '-c', look]);
  assert.is(inside.stdout, '/etc/own\n', inside.stderr);
  assert.is((await tinydocker(place, ['rmi', '-q', 'x'])).status, 0);
  assert.equal(readdirSync(join(place.store, 'layers')), []);
}

const opaque = 'from outside, an opaque directory hides what is below it, too';
const opaqueRoot = 'an opaque root directory hides all layers below it';
if (busybox === undefined)
  for (const name of [opaque, opaqueRoot])
    skipUnless(test, name, false, 'there is no static busybox', () => undefined);
else {
  eachMode(test, opaque, place =>
    hidden(place, busybox, [
      { name: 'etc/.wh..wh..opq', text: '' },
      { name: 'etc/own', text: '' },
      { name: '.wh.opt', text: '' },
      { name: 'opt', type: 'directory', mode: 0o755 },
    ]),
  );
  eachMode(test, opaqueRoot, place =>
    hidden(place, busybox, [
      { name: '.tinydocker-image', text: 'test' },
      { name: '.wh..wh..opq', text: '' },
      { name: 'etc/own', text: '' },
    ]),
  );
}

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
