/** Containers that try to make a commit say, delete, or read what it should not; and containers that do not stand still. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { makeImage, staticBusybox } from '../support/image.ts';
import { linesOf, packedLayer } from '../support/layer.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('commit-hostile');

function eachWithBusybox(
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  if (staticBusybox() !== undefined) eachMode(test, name, body, only);
  else skipUnless(test, name, false, 'there is no static busybox', () => undefined);
}

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

async function kept(place: Place, name: string, command: string): Promise<void> {
  await done(place, 'run', '-q', '--keep', name, 'sh', '-ec', `${GUARD}${command}`);
}

/** Sets or reads an extended attribute, as the place's user. */
async function xattr(place: Place, call: string): Promise<string> {
  const { status, stdout, stderr } = await runAs(place, ['python3', '-c', `import os; print(${call})`]);
  assert.is(status, 0, stderr);
  return stdout.trim();
}

eachWithBusybox(
  'a name that would delete something is refused, by the verb and by the script',
  async place => {
    makeImage(place);
    for (const [index, [command, path]] of (
      [
        ['mkdir /d; : >/d/.wh.etc', '/d/.wh.etc'],
        ['mkdir -p /home/.wh.ann/x', '/home/.wh.ann'],
        [': >/.wh..wh..opq', '/.wh..wh..opq'],
        ['ln -s x /tmp/.wh.', '/tmp/.wh.'],
      ] as const
    ).entries()) {
      const name = `c${index}`;
      await kept(place, name, command);
      const store = treeOf(place.store);
      const refused = await tinydocker(place, ['commit', name, 'mine']);
      assert.is(refused.status, 1);
      assert.match(
        refused.stderr,
        /^tinydocker: ".*" can not be part of an image: in a layer, a name that begins with "\.wh\."/m,
      );
      assert.ok(refused.stderr.includes(`--except "${path}"`), refused.stderr);
      assert.equal(treeOf(place.store), store);
      await done(place, 'commit', '--except', path, name, 'mine');
      await done(place, 'rmi', '-q', 'mine');
    }
    // It was not there when the script was printed.
    await kept(place, 'late', 'mkdir /d');
    const script = await done(place, 'commit', '--dry-run', 'late', 'mine');
    const json = await done(place, 'commit', '--dry-run', '--format', 'json', 'late', 'mine');
    assert.equal((JSON.parse(json) as { readonly contents: unknown }).contents, ['A /d']);
    await runAs(place, ['touch', join(place.store, 'containers/late/upper/d/.wh.x')]);
    const store = treeOf(place.store);
    const { status, stderr } = await runAs(place, ['sh'], { input: script });
    assert.is(status, 125, stderr);
    assert.match(stderr, /^reserved name: \.\/d\/\.wh\.x$/m);
    assert.equal(treeOf(place.store), store);
  },
);

eachWithBusybox(
  "attributes of overlay that are not the mount's own are neither believed nor packed",
  async place => {
    makeImage(place, {
      change: root => {
        mkdirSync(join(root, 'low'));
        writeFileSync(join(root, 'low/stays'), 'x');
      },
    });
    await kept(place, 'c1', 'echo own >/low/own; echo x >/file');
    const upper = join(place.store, 'containers/c1/upper');
    const forged = place.mode.name === 'root' ? 'user.overlay.opaque' : 'user.other.opaque';
    await xattr(place, `os.setxattr('${upper}/low', '${forged}', b'y')`);
    await xattr(place, `os.setxattr('${upper}/file', 'user.note', b'kept')`);
    await xattr(place, `os.setxattr('${upper}/file', 'user.overlay.redirect', b'/etc')`);
    if (place.mode.name === 'root') {
      await xattr(place, `os.setxattr('${upper}/file', 'trusted.overlay.metacopy', b'')`);
      await xattr(
        place,
        `os.setxattr('${upper}/file', 'security.capability', bytes.fromhex('0100000200040000000000000000000000000000'))`,
      );
    }
    const { members } = await packedLayer(place, ['c1', 'mine']);
    assert.equal(linesOf(members).toSorted(), ['+ /file', '+ /low', '+ /low/own']);
    assert.is(
      await done(place, 'run', '-q', '--image', 'mine', 'c2', 'cat', '/low/stays', '/low/own'),
      'xown\n',
    );
    const layer = readdirSync(join(place.store, 'layers')).find(name =>
      existsSync(join(place.store, 'layers', name, 'files/low/own')),
    );
    const names = await xattr(
      place,
      `sorted(os.listxattr('${join(place.store, 'layers', layer ?? '', 'files/file')}'))`,
    );
    assert.is(names, place.mode.name === 'root' ? "['security.capability', 'user.note']" : "['user.note']");
  },
);

eachWithBusybox(
  'what no layer can hold: sockets, names that leave no room for a mark, paths that are too long',
  async place => {
    const long = 'n'.repeat(255);
    makeImage(place, { change: root => writeFileSync(join(root, long), 'x') });
    await kept(place, 'c1', `rm /${long}`);
    await kept(
      place,
      'c2',
      'n=$(printf %0200d 0); for d in /deep /more; do mkdir $d; cd $d; for i in 1 2 3 4 5 6 7 8 9 0 1; do mkdir $n; cd $n; done; done; echo x >end; cd /deep; for i in 1 2 3 4 5 6 7 8 9 0 1; do cd $n; done; mv /more .',
    );
    await kept(place, 'c3', '(nc -l -s 127.0.0.1 -p 1 >/dev/null 2>&1 || :) & echo x >/x');
    const socket = join(place.store, 'containers/c3/upper/sock');
    assert.is(
      (
        await runAs(place, [
          'python3',
          '-c',
          `import os, socket; os.chdir('${join(socket, '..')}'); socket.socket(socket.AF_UNIX).bind('sock')`,
        ])
      ).status,
      0,
    );
    const left = () => ['images', 'layers', 'tmp'].map(name => treeOf(join(place.store, name)));
    await tinydocker(place, ['commit', '--fail-at', 'pack-2', 'c3', 'mine']);
    const before = left();
    for (const [name, says] of [
      [
        'c1',
        /^tinydocker: The container "c1" deleted a file whose name is too long to be marked as deleted in a layer/m,
      ],
      ['c2', /^tinydocker: .* of the container "c2" lies too deep: its path is longer than 4096 bytes\.$/m],
    ] as const) {
      const { status, stderr } = await tinydocker(place, ['commit', name, 'mine']);
      assert.is(status, 1);
      assert.match(stderr, says);
      assert.equal(left(), before);
    }
    await done(place, 'commit', '--except', `/${long}`, 'c1', 'mine');
    await done(place, 'commit', '--except', '/deep', 'c2', 'mine');
    const { stderr } = await tinydocker(place, ['commit', '--progress', 'plain', 'c3', 'mine']);
    assert.match(stderr, /^tinydocker: note: a socket is left out: an archive can not hold one$/m);
    const { contents, members } = await packedLayer(place, ['c3', 'mine']);
    assert.equal([contents, linesOf(members)], [['A /x'], ['+ /x']]);
  },
);

eachWithBusybox(
  'a list with names that would be commands does not become any',
  async place => {
    makeImage(place);
    await kept(
      place,
      'c1',
      `mkdir /x; cd /x; for n in "$(printf 'a\\nexit 7\\n#')" '$(exit 7)' "'; exit 7; '" "$(printf '\\342\\200\\250exit 7')"; do echo x >"$n"; done`,
    );
    const { contents } = await packedLayer(place, ['--except', "/x/'; exit 7; '", 'c1', 'mine']);
    assert.is(contents.length, 4);
    const count = await done(place, 'run', '-q', '--image', 'mine', 'c2', 'sh', '-c', 'set -- /x/*; echo $#');
    assert.is(count, '3\n');
  },
  ['root', 'range'],
);

eachWithBusybox(
  'a directory that becomes a link after it was listed does not lead to the files of the host',
  async place => {
    makeImage(place);
    const secret = join(place.home, 'secret');
    for (const name of ['sub', 'empty']) mkdirSync(join(secret, name), { recursive: true });
    for (const name of ['key', 'sub/key']) writeFileSync(join(secret, name), 'of the host');
    await kept(
      place,
      'c1',
      'mkdir -p /s/x/sub; echo own >/s/x/key; echo own >/s/x/sub/key; mkdir /s/x/empty',
    );
    const printed = await done(place, 'commit', '--dry-run', 'c1', 'mine');
    await tinydocker(place, ['commit', '--fail-at', 'pack-2', 'c1', 'mine']);
    for (const step of ['mark-deletions-2', 'pack-2']) {
      const swap = `mv "$C/upper/s/x" "$C/upper/s/y"; ln -s '${secret}' "$C/upper/s/x"`;
      const script = printed.replace(`\n# ${step}:`, `\n${swap}\n# ${step}:`);
      assert.ok(script.length > printed.length);
      const before = ['images', 'layers', 'tmp'].map(name => treeOf(join(place.store, name)));
      const { status, stderr } = await runAs(place, ['sh'], { input: script });
      assert.is(status, 125, stderr);
      assert.match(stderr, /\.\/s\/x\/.*: Too many levels of symbolic links/);
      assert.equal(
        ['images', 'layers', 'tmp'].map(name => treeOf(join(place.store, name))),
        before,
      );
      await runAs(place, ['sh', '-ec', `cd '${place.store}/containers/c1/upper/s'; rm x; mv y x`]);
    }
  },
);

/** Writes, replaces and removes as fast as it can. */
const BUSY = `${GUARD}mkdir /s; echo up; while :; do
  echo line >>/s/log; mkdir -p /s/x; echo own >/s/x/own; rm -r /s/x; ln -s / /s/x; rm /s/x; mkfifo /s/x; rm /s/x
done`;

eachWithBusybox(
  'a container that swaps directories and links meanwhile leads nowhere, and is told as it is',
  async place => {
    makeImage(place);
    const running = startTinydocker(place, ['run', '-q', 'c1', 'sh', '-c', BUSY]);
    try {
      await until(() => running.stdout() === 'up\n');
      for (let round = 0; round < 6; round++) {
        const before = treeOf(join(place.store, 'images'));
        const { status, stderr } = await tinydocker(place, ['commit', '-q', 'c1', `mine:${round}`]);
        if (status === 0) {
          const [link] = (
            JSON.parse(readFileSync(join(place.store, `images/mine:${round}.json`), 'utf8')) as {
              readonly layers: readonly { readonly digest: string }[];
            }
          ).layers.slice(-1);
          const names = readdirSync(join(place.store, 'layers', link?.digest ?? '', 'files'));
          assert.ok(
            names.every(name => name === 's'),
            names.join(),
          );
        } else {
          assert.match(
            stderr,
            /^tinydocker: .*of the container "c1" changed while it was read\.\nLet the container end first/m,
          );
          assert.equal(treeOf(join(place.store, 'images')), before);
        }
      }
    } finally {
      running.kill('SIGTERM');
      await running.ended;
    }
  },
);

test.run();
