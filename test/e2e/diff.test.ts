/** What a container changed, over the matrix of what was there and what was done to it; by the tool, and by the container itself. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { edits } from '../support/edits.ts';
import { treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { CELLS, editsOf, fill, SOCKET_CELLS, socketVolume } from '../support/matrix.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { applied, changesOf, editIn, sorted } from '../support/trees.ts';
import { until } from '../support/until.ts';

const WITHOUT_BUSYBOX = 'there is no static busybox';
const hasBusybox = staticBusybox() !== undefined;

function eachWithBusybox(name: string, body: (place: Place) => Promise<void>): void {
  if (hasBusybox) eachMode(test, name, body);
  else skipUnless(test, name, false, WITHOUT_BUSYBOX, () => undefined);
}

eachWithBusybox('base and diff are what the container saw, over the matrix', async place => {
  makeImage(place, { change: fill });
  const edits = editsOf([...CELLS, ...SOCKET_CELLS]);
  const { before, after } = await editIn(place, 'c1', edits, socketVolume(place));
  assert.match(sorted(after).join('\n'), /^\/m\/directory-create-socket socket/m);
  const stored = treeOf(place.store);
  const changes = await changesOf(place, 'c1');
  assert.equal(sorted(applied(before, changes)), sorted(after));
  const list = await tinydocker(place, ['diff', 'c1', '/m']);
  assert.equal(
    list.stdout,
    changes.map(({ change, path }) => `${change} ${path}\n`).join(''),
    'the plain list is the same',
  );
  const paths = changes.map(({ path }) => Buffer.from(path));
  assert.equal(
    paths,
    paths.toSorted((a, b) => Buffer.compare(a, b)),
  );
  const kind = (path: string) => changes.find(change => change.path === `/m/${path}`)?.kind;
  assert.equal(
    [
      ...['file-same-mode', 'file-touch', 'file-change-mode', 'file-write-inside'],
      ...['file-create-fifo', 'file-create-socket', 'absent-create-socket'],
    ].map(kind),
    ['copied', 'touched', 'metadata', 'content', 'type', 'type', 'added'],
  );
  assert.equal(['directory-make-and-remove', 'directory-write-inside', 'directory-delete'].map(kind), [
    'touched',
    'inside',
    'deleted',
  ]);
  assert.equal(treeOf(place.store), stored, 'a look changes nothing');
});

const SEED = Number(process.env['SEED'] ?? 20_261_124);

eachWithBusybox(`base and diff are what the container saw, whatever it does (SEED=${SEED})`, async place => {
  const base = makeImage(place, { change: root => mkdirSync(join(root, 'm/a/b/c'), { recursive: true }) });
  let count = 0;
  await fc.assert(
    fc.asyncProperty(edits, edits, async (first, second) => {
      count += 1;
      await editIn(place, `low${count}`, first);
      // What one container wrote becomes a layer, whiteouts and all, for another one.
      const below = process.getuid?.() === 0 ? layered(place, base, `low${count}`, `two${count}`) : 'base';
      const { before, after } = await editIn(place, `c${count}`, second, ['--image', below]);
      const changes = await changesOf(place, `c${count}`);
      assert.equal(sorted(applied(before, changes)), sorted(after));
    }),
    { seed: SEED, numRuns: 4, endOnFailure: true },
  );
});

function layered(place: Place, base: ReturnType<typeof makeImage>, from: string, name: string): string {
  const image = makeImage(place, { name: `${name}:latest`, on: base.layers, empty: true });
  const layer = join(place.store, 'layers', image.layers.at(-1)?.digest ?? '', 'files');
  const upper = join(place.store, 'containers', from, 'upper');
  assert.is(spawnSync('cp', ['-a', `${upper}/m`, layer]).status, 0);
  return name;
}

eachWithBusybox(
  'mount points are left out, a working directory is not; a running container can be looked at',
  async place => {
    makeImage(place, { change: root => symlinkSync('usr', join(root, 'link')) });
    const volume = join(place.home, 'volume');
    mkdirSync(volume, { mode: 0o777 });
    writeFileSync(join(volume, 'file'), 'x');
    const running = startTinydocker(place, [
      ...[
        'run',
        '-q',
        '-v',
        `${volume}:/data/deep`,
        '-v',
        `${volume}/file:/etc/new-file`,
        '--tmpfs',
        '/link/t',
      ],
      ...['-v', `${volume}:/shared/v`, '-w', '/work/here', 'c1', 'sh', '-c'],
      `${GUARD}echo x >/shared/own; echo x >/data/deep/ignored; chmod 700 /; echo up; sleep 60`,
    ]);
    try {
      await until(() => running.stdout() === 'up\n');
      const { stdout, stderr } = await tinydocker(place, ['diff', 'c1']);
      assert.is(stdout, 'C /\nA /shared\nA /shared/own\nA /work\nA /work/here\n', stderr);
      const narrow = await tinydocker(place, ['diff', 'c1', 'work', '/none']);
      assert.is(narrow.stdout, 'A /work\nA /work/here\n');
      assert.match(
        narrow.stderr,
        /^tinydocker: note: "\/none" is neither in the container nor in its image$/m,
      );
    } finally {
      running.kill('SIGTERM');
      await running.ended;
    }
    const gone = await tinydocker(place, ['diff', 'c1']);
    assert.is(gone.status, 1);
    assert.match(gone.stderr, /^tinydocker: There is no container "c1"\.\n/m);
  },
);

eachWithBusybox('content is shown as patch(1) takes it, and the rest in words', async place => {
  const old = new Date('2001-01-01T00:00:00Z');
  const image = makeImage(place, {
    change: root => {
      writeFileSync(join(root, 'etc/text'), 'one\ntwo\nthree\n');
      writeFileSync(join(root, 'etc/no-end'), 'one\ntwo');
      writeFileSync(join(root, 'etc/binary'), Buffer.from([0, 1, 2]));
      for (const name of ['text', 'no-end', 'binary']) utimesSync(join(root, 'etc', name), old, old);
    },
  });
  const command = `${GUARD}sed -i s/two/2/ /etc/text; echo >>/etc/no-end; printf 'a\\0' >>/etc/binary; printf 'new\\n' >/etc/new; chmod 4755 /etc/group; printf '\\033[31m\\n' >"/etc/$(printf 'odd\\033\\377')"; ln -s there /etc/link; mkfifo /etc/fifo`;
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', command])).status, 0);
  const { stdout, stderr, status } = await tinydocker(place, ['diff', '--content', 'c1']);
  assert.is(status, 0, stderr);
  assert.is(
    stdout.replaceAll(/sha256:[0-9a-f]{60}/g, 'sha256:'),
    `C /etc: changes inside
C /etc/binary: content 3 B -> 5 B: 3 B sha256:53fc -> 5 B sha256:${stdout.match(/5 B sha256:[0-9a-f]{60}(.{4})/)?.[1]}
A /etc/fifo: new fifo, mode 0644, owner 0:0
C /etc/group: mode 0644 -> 4755
A /etc/link: new symlink, mode 0777, owner 0:0: there
A /etc/new: new file, 4 B, mode 0644, owner 0:0
--- /dev/null
+++ b/etc/new
@@ -0,0 +1 @@
+new
C /etc/no-end: content 7 B -> 8 B
--- a/etc/no-end
+++ b/etc/no-end
@@ -1,2 +1,2 @@
 one
-two
\\ No newline at end of file
+two
A /etc/odd\\x1b\\xff: new file, 6 B, mode 0644, owner 0:0
--- /dev/null
+++ b/etc/odd\\x1b\\xff
@@ -0,0 +1 @@
+\u001b[31m
C /etc/text: content 14 B -> 12 B
--- a/etc/text
+++ b/etc/text
@@ -1,3 +1,3 @@
 one
-two
+2
 three
`,
  );
  const json = await tinydocker(place, ['diff', '--format', 'json', 'c1', '/etc']);
  const odd = json.stdout.split('\n').find(line => line.includes('odd')) ?? '{}';
  const { path, pathBase64 } = JSON.parse(odd) as { readonly path: string; readonly pathBase64: string };
  assert.is(path, '/etc/odd\u001b\ufffd');
  assert.is(Buffer.from(pathBase64, 'base64').toString('latin1'), '/etc/odd\u001b\u00ff');
  const layer = join(place.store, 'layers', image.layers[0]?.digest ?? '', 'files');
  assert.is(statSync(join(layer, 'etc/text')).atime.toISOString(), old.toISOString(), 'nothing was accessed');
  const stat = await tinydocker(place, ['diff', '--stat', 'c1']);
  assert.match(
    stat.stdout,
    /^9 changes: 4 added \(10 B\), 5 changed \(3 content, 1 with changes inside, 1 metadata, .*\), 0 deleted \(0 B\)\n$/m,
  );
});

/** Swaps a directory, a link to the root and a fifo as fast as it can. */
const SWAP = `${GUARD}mkdir /s; echo up; while :; do
  mkdir /s/x; echo own >/s/x/own; rm -r /s/x; ln -s / /s/x; rm /s/x; mkfifo /s/x; rm /s/x
done`;

eachWithBusybox('a container that swaps directories and links meanwhile leads nowhere', async place => {
  makeImage(place);
  const running = startTinydocker(place, ['run', '-q', 'c1', 'sh', '-c', SWAP]);
  try {
    await until(() => running.stdout() === 'up\n');
    for (const options of [[], ['--stat'], ['--content'], ['--format', 'json']]) {
      for (let round = 0; round < 3; round++) {
        const { status, stdout, stderr } = await tinydocker(place, ['diff', ...options, 'c1']);
        assert.not.match(stderr, /\n\s+at |defect/);
        const paths = [...stdout.matchAll(/\/s(\/[^\s":]*)?/g)].map(([path]) => path);
        assert.ok(
          paths.every(path => ['/s', '/s/x', '/s/x/own'].includes(path)),
          stdout,
        );
        assert.ok(status === 0 || /could not be looked into/.test(stderr), stderr);
      }
    }
  } finally {
    running.kill('SIGTERM');
    await running.ended;
  }
});

test.run();
