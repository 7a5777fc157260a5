/** Runs on machines that lack programs of the steps, and commands that the image does not have. */

import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { saysCause } from '../support/causes.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage, program } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { assertRefused, PAYLOAD, refusesRun } from '../support/refusals.ts';
import { tinydocker } from '../support/run.ts';

const test: Test = suite('errors of programs');

eachPreparedMode(
  test,
  'a program that is missing is named with its package',
  async place => {
    makeImage(place);
    const packages = {
      unshare: 'util-linux',
      nsenter: 'util-linux',
      setpriv: 'util-linux',
      setsid: 'util-linux',
      pivot_root: 'util-linux',
      mount: 'mount',
      hostname: 'hostname',
      mkfifo: 'coreutils',
    };
    for (const [name, debian] of Object.entries(packages)) {
      await refusesRun(
        without(place, name),
        new RegExp(`${saysCause('program-missing', { name }).source}\\n.*apt-get install ${debian}\\.`, 'm'),
      );
    }
  },
  ['root'],
);

eachPreparedMode(test, 'script is missed only with a terminal', async place => {
  makeImage(place);
  const bare = without(place, 'script');
  await refusesRun(bare, /The program script is not installed/, ['-t']);
  const { stdout, status } = await tinydocker(bare, ['run', 'x1', ...PAYLOAD]);
  assert.equal({ stdout, status }, { stdout: 'ran inside\n', status: 0 });
});

eachPreparedMode(test, 'without ip the container runs, with loopback down', async place => {
  makeImage(place);
  const { stdout, status } = await tinydocker(without(place, 'ip'), ['run', 'x1', ...PAYLOAD]);
  assert.equal({ stdout, status }, { stdout: 'ran inside\n', status: 0 });
});

eachPreparedMode(
  test,
  'without newuidmap, or with an unshare that has no --map-auto, one id is mapped',
  async place => {
    makeImage(place);
    const old = prepared(
      place,
      'at=$(command -v unshare); sed s/map-auto/mxp-auto/g "$at" >"$dir/unshare"; chmod 755 "$dir/unshare"; mount --bind "$dir/unshare" "$at"',
    );
    for (const [bare, reason] of [
      [without(place, 'newuidmap'), /newuidmap is not installed \(package uidmap\)/],
      [old, /unshare is older than util-linux 2\.38/],
    ] as const) {
      const { stdout } = await tinydocker(bare, ['run', '--dry-run', '--format', 'json', 'x1']);
      assert.match(stdout, reason);
      assert.not.match(stdout, /"--map-auto"/);
      const result = await tinydocker(bare, ['run', 'x1', ...PAYLOAD]);
      assert.is(result.stdout, 'ran inside\n', result.stderr);
    }
  },
  ['range'],
);

eachMode(test, 'a command that can not be executed is told before anything is made', async place => {
  makeImage(place, {
    change: root => {
      program(root, '/bin/crlf', '#!/bin/sh\r\necho hi\r\n');
      program(root, '/bin/lost', '#!/usr/bin/python9\n');
      program(root, '/bin/garbage', '\x7fELF\x02\x01\x01\0\xff\xff\xff\xff');
      program(root, '/bin/dynamic', '');
      writeFileSync(join(root, 'bin/dynamic'), elf({ machine: 62, interpreter: '/lib64/ld-none.so.2' }));
      writeFileSync(join(root, 'bin/foreign'), elf({ machine: 8 }), { mode: 0o755 });
      chmodSync(join(root, 'bin/foreign'), 0o755);
      writeFileSync(join(root, 'etc/text'), 'x');
    },
  });
  const before = hostState(place.store);
  const cases: readonly (readonly [string, RegExp, number])[] = [
    ['lss', saysCause('command-not-in-path'), 127],
    ['lss', /\nDid you mean .*ls/, 127],
    ['/bin/shh', saysCause('command-missing'), 127],
    ['/bin/shh', /\nDid you mean \/bin\/sh/, 127],
    ['/etc', saysCause('command-directory'), 126],
    ['/etc/text', saysCause('command-no-execute'), 126],
    ['crlf', saysCause('command-crlf'), 126],
    ['lost', saysCause('script-interpreter'), 126],
    ...(process.arch === 'x64'
      ? ([
          ['dynamic', saysCause('elf-interpreter'), 126],
          ['foreign', saysCause('wrong-architecture', { name: 'x86-64' }), 126],
        ] as const)
      : []),
  ];
  for (const [command, cause, status] of cases)
    assertRefused(await tinydocker(place, ['run', 'x1', command]), cause, status);
  const garbage = await tinydocker(place, ['run', 'x1', '/bin/garbage']);
  assert.ok([126, 127, 2].includes(garbage.status ?? 0), `${garbage.status} ${garbage.stderr}`);
  await assertUnchanged(before, place.store);
});

eachMode(test, 'a command that a volume supplies is left to the container', async place => {
  makeImage(place, {
    change: root => spawnSync('ln', ['-s', '/srv/tools', join(root, 'tools')]),
  });
  const tools = ownDirectory(place.mode, join(place.dir, 'tools'));
  program(tools, 'hello', '#!/bin/sh\necho hello from a volume\n');
  for (const command of ['/srv/tools/hello', '/tools/hello', 'hello']) {
    const options = ['-v', `${tools}:/srv/tools`, '-e', 'PATH=/bin:/tools'];
    const { stdout, stderr } = await tinydocker(place, ['run', ...options, 'x1', command]);
    assert.is(stdout, 'hello from a volume\n', stderr);
  }
});

/** A machine without a program: an overlay with a whiteout over the directory that has it. */
function without(place: Place, name: string): Place {
  return prepared(
    place,
    `mkdir -p "$dir/hide"; mount -t tmpfs -o mode=755 tmpfs "$dir/hide"
     for d in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
       if [ -e "$d/${name}" ] && [ ! -L "$d" ]; then
         i=$(echo "$d" | tr / _); mkdir "$dir/hide/$i" "$dir/hide/$i.work"; mknod "$dir/hide/$i/${name}" c 0 0
         mount -t overlay -o "lowerdir=$d,upperdir=$dir/hide/$i,workdir=$dir/hide/$i.work" overlay "$d"
       fi
     done`,
  );
}

/** The smallest 64-bit ELF file that says what is asked; it has no code. */
function elf({ machine, interpreter }: { readonly machine: number; readonly interpreter?: string }): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('\x7fELF\x02\x01\x01', 'latin1');
  bytes.writeUInt16LE(2, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeBigUInt64LE(64n, 32);
  bytes.writeUInt16LE(56, 54);
  bytes.writeUInt16LE(interpreter === undefined ? 0 : 1, 56);
  if (interpreter === undefined) return bytes;
  bytes.writeUInt32LE(3, 64);
  bytes.writeBigUInt64LE(128n, 72);
  bytes.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
  bytes.write(interpreter, 128);
  return bytes;
}

test.run();
