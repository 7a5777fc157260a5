/** Images that were made to attack whoever runs them: nothing of theirs may run, or be followed, outside the container. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage, program, staticBusybox } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { type Finished, runAs, tinydocker, withoutNotes } from '../support/run.ts';

/** As the run and as the printed script; nothing may be left, and `watched` may not change. */
async function bothWays(
  place: Place,
  args: readonly string[],
  watched: string,
): Promise<readonly Finished[]> {
  const before = hostState(place.store);
  const tree = treeOf(watched);
  const run = await tinydocker(place, ['run', ...args]);
  await assertUnchanged(before, place.store);
  const dry = await tinydocker(place, ['run', '--dry-run', ...args]);
  const script = await runAs(place, ['sh'], { input: dry.stdout });
  await assertUnchanged(before, place.store);
  assert.equal(treeOf(watched), tree, 'the host was written to');
  return [run, script];
}

/** A directory of the host that an attack would like to change. */
function victimIn(place: Place): string {
  const victim = ownDirectory(place.mode, join(place.dir, 'victim'), 0o777);
  for (const name of ['pts', 'shm', 'self']) mkdirSync(join(victim, name));
  writeFileSync(join(victim, 'file'), 'of the host\n');
  return victim;
}

/** Programs that the plan uses, and some that it might. */
const TRAPS = [
  ...[
    'sh',
    'bash',
    'dash',
    'env',
    'mount',
    'umount',
    'nsenter',
    'unshare',
    'setpriv',
    'setsid',
    'pivot_root',
    'hostname',
    'ip',
  ],
  ...[
    'mkdir',
    'rmdir',
    'rm',
    'ln',
    'cat',
    'sed',
    'printf',
    'readlink',
    'realpath',
    'script',
    'mkfifo',
    'df',
    'stat',
    'true',
  ],
];

eachMode(test, "no program of the image runs but the user's command", async place => {
  const victim = victimIn(place);
  makeImage(place, {
    change: root => {
      for (const name of readdirSync(join(root, 'bin')))
        if (name !== 'busybox') rmSync(join(root, 'bin', name));
      // Inside, the mark goes to the container's root; on the host, to the victim.
      const trap = (name: string) =>
        `#!/bin/busybox sh\nif [ -e /.tinydocker-image ]; then echo >/trapped-${name}; else echo >"${victim}/trapped-${name}"; fi\nexit 0\n`;
      for (const directory of ['bin', 'sbin', 'usr/bin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'])
        for (const name of TRAPS) program(root, join(directory, name), trap(name));
      writeFileSync(join(root, 'etc/ld.so.preload'), '/lib/evil.so\n');
      writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: evil\ngroup: evil\nhosts: evil\n');
      for (const name of ['profile', 'bash.bashrc', 'fstab', 'mtab'])
        writeFileSync(join(root, 'etc', name), 'echo evil >&2\n');
      writeFileSync(join(root, 'root/.bashrc'), 'echo evil >&2\n');
    },
  });
  const data = ownDirectory(place.mode, join(place.dir, 'data'));
  const options = ['-v', `${data}:/data:ro`, '--tmpfs', '/scratch', '-w', '/made/here', '--read-only'];
  for (const more of [[], options]) {
    for (const { status, stdout, stderr } of await bothWays(
      place,
      [...more, 'box', '/bin/busybox', 'ls', '/'],
      victim,
    )) {
      assert.equal([status, withoutNotes(stderr)], [0, '']);
      assert.not.match(stdout, 'trapped');
    }
  }
});

eachMode(test, 'links in the place of /proc, /sys, /dev, /etc, /tmp lead nowhere', async place => {
  const victim = victimIn(place);
  for (const target of [victim, `../../../../../../..${victim}`, '/proc/self/cwd', '/proc/1/root']) {
    makeImage(place, {
      change: root => {
        for (const name of ['proc', 'sys', 'dev', 'etc', 'tmp', 'root']) {
          rmSync(join(root, name), { recursive: true, force: true });
          symlinkSync(target, join(root, name));
        }
      },
    });
    const text = `${GUARD}[ -d /proc/1 ] && [ -c /dev/null ] && [ ! -L /dev ] && [ ! -L /sys ] && echo good`;
    for (const { status, stdout, stderr } of await bothWays(place, ['box', 'sh', '-c', text], victim))
      assert.equal([status, stdout, withoutNotes(stderr)], [0, 'good\n', ''], target);
  }
});

eachMode(test, 'targets of volumes that are links stay inside, or are refused', async place => {
  const victim = victimIn(place);
  const deep = '../'.repeat(20);
  const data = ownDirectory(place.mode, join(place.dir, 'data'));
  writeFileSync(join(data, 'file'), 'of the volume\n');
  makeImage(place, {
    change: root => {
      const links = {
        absolute: victim,
        relative: `${deep.slice(1)}.${victim}`,
        climbs: `${deep}${victim.slice(1)}`,
        loop: 'loop',
        one: 'two',
        two: '/links/one',
        dots: '..',
        proc: '/proc/self/root',
        fd: '/proc/self/fd/0',
        dev: '/dev/null',
        root: '/',
        devices: '../dev',
        kernel: '/proc/sys',
      };
      mkdirSync(join(root, 'links'));
      for (const [name, target] of Object.entries(links)) symlinkSync(target, join(root, 'links', name));
    },
  });
  const cases: Readonly<Record<string, RegExp | undefined>> = {
    '/links/absolute': undefined,
    '/links/absolute/pts': undefined,
    '/links/climbs': /leads out of the container/,
    '/links/climbs/new': /leads out of the container/,
    '/links/loop': /too many symbolic links/,
    '/links/one': /too many symbolic links/,
    '/links/root': /leads to \/, which tinydocker makes itself/,
    '/links/devices': /leads to \/dev\/, which tinydocker makes itself/,
    '/links/devices/pts': /leads to \/dev\/pts\/, which/,
    '/links/kernel': /leads to \/proc\/sys\/, which/,
    '/bin/../sys/': /leads to \/sys\/, which/,
    '/a/../../../x': /leads out of the container|can not/,
  };
  for (const [target, refused] of Object.entries(cases)) {
    const args = ['-v', `${data}:${target}`, 'box', 'sh', '-c', `${GUARD}cat "${target}/file"`];
    for (const [index, { status, stdout, stderr }] of (await bothWays(place, args, victim)).entries()) {
      if (refused === undefined)
        assert.equal([status, stdout, withoutNotes(stderr)], [0, 'of the volume\n', ''], target);
      else {
        assert.is(status, 125, `${target} ${stdout} ${stderr}`);
        if (index === 0) assert.match(stderr, refused);
      }
    }
  }
  // The working directory is made in the same way.
  for (const workdir of ['/links/climbs/new', '/links/loop/x', '/links/proc/x', '/links/fd/x'])
    for (const { status, stdout } of await bothWays(
      place,
      ['-w', workdir, 'box', 'sh', '-c', `${GUARD}pwd -P`],
      victim,
    ))
      assert.ok(status === 125 || status === 126 || stdout !== '', workdir);
});

eachMode(test, 'a program of the host can not be opened for writing (CVE-2019-5736)', async place => {
  // The image has the host's loader and libraries, so that /proc/self/exe, which is still the host's shell when init executes it, can start. It
  // keeps itself open, becomes busybox, and gives the file the mode that it has.
  makeImage(place, {
    change: root => {
      const shell = spawnSync('realpath', ['/bin/sh'], { encoding: 'utf8' }).stdout.trim();
      for (const [library] of spawnSync('ldd', [shell], { encoding: 'utf8' }).stdout.matchAll(/\/\S+/g)) {
        mkdirSync(join(root, dirname(library)), { recursive: true });
        if (!lstatSync(join(root, library), { throwIfNoEntry: false }))
          copyFileSync(library, join(root, library));
      }
      program(
        root,
        'bin/attack',
        `#!/proc/self/exe\n${GUARD}exec 8</proc/self/exe; exec /bin/busybox sh /bin/second\n`,
      );
      program(
        root,
        'bin/second',
        // chmod to the present mode changes nothing, and unlike open(2) it does not mind that the file is being executed.
        `${GUARD}f=/proc/self/fd/8; readlink $f; chmod "$(stat -L -c %a $f)" $f 2>/tmp/why && echo WRITABLE; sed 's/.*: //' /tmp/why\n`,
      );
    },
  });
  const victim = victimIn(place);
  for (const { stdout, stderr, status } of await bothWays(place, ['box', '/bin/attack'], victim)) {
    // The first line proves that the attack got as far as holding the host's shell.
    assert.equal([status, withoutNotes(stderr)], [0, '']);
    assert.match(stdout, /^\/\S+\nRead-only file system\n$/);
  }
});

eachMode(test, 'an image without any tool runs its one program', async place => {
  const busybox = staticBusybox();
  if (busybox === undefined) return;
  makeImage(place, { empty: true, change: root => copyFileSync(busybox, join(root, 'busybox')) });
  for (const { status, stdout, stderr } of await bothWays(
    place,
    ['box', '/busybox', 'echo', 'alone'],
    place.home,
  ))
    assert.equal([status, stdout, withoutNotes(stderr)], [0, 'alone\n', '']);
});

test.run();
