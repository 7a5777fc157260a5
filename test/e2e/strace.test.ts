/** What the kernel is asked for: a dry run changes nothing, and a run executes what is printed. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { eachMode, MODES, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const WORKS = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const REASON = 'strace is not installed, or may not trace here';

/** Calls that change files, mounts, namespaces, or other processes. */
const MUTATING =
  'mkdir,mkdirat,mknod,mknodat,unlink,unlinkat,rmdir,rename,renameat,renameat2,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,truncate,ftruncate,fallocate,utimensat,utime,setxattr,fsetxattr,lsetxattr,removexattr,mount,umount2,pivot_root,chroot,unshare,setns,sethostname,move_mount,fsopen,open_tree,mount_setattr,kill,tgkill,bind,connect,openat,open,creat,openat2,execve,clone3,vfork,fork';

interface Call {
  readonly name: string;
  readonly text: string;
}

/** strace's command line, up to the program that it starts. */
function strace(calls: string, log: string): readonly string[] {
  return ['strace', '-f', '-qq', '-s', '65536', '-v', '-e', 'signal=none', '-e', `trace=${calls}`, '-o', log];
}

async function trace(place: Place, calls: string, args: readonly string[]): Promise<readonly Call[]> {
  const log = join(place.home, 'trace');
  const { status, stderr } = await runAs(place, [...strace(calls, log), ...tinydockerProgram(), ...args]);
  assert.is(status, 0, stderr);
  return callsIn(log);
}

function callsIn(log: string): readonly Call[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap(line => {
      const call = /^\d+ +(\w+)\((.*)/.exec(line);
      return call === null ? [] : [{ name: call[1] ?? '', text: call[2] ?? '' }];
    });
}

if (!WORKS)
  for (const name of ['a dry run changes nothing', 'a run executes what is printed'])
    skipUnless(test, name, false, REASON, () => undefined);
else {
  eachMode(test, 'a dry run changes nothing', async place => {
    makeImage(place);
    const data = ownDirectory(place.mode, join(place.dir, 'data'));
    for (const format of ['sh', 'json', 'oci']) {
      const calls = await trace(place, MUTATING, [
        'run',
        '--dry-run',
        '--format',
        format,
        '-v',
        `${data}:/data`,
        '-w',
        '/x',
        'dry',
        'sh',
      ]);
      assert.ok(calls.length > 5, 'strace saw nothing');
      assert.equal(
        calls.filter(changes).map(({ name, text }) => `${name}(${text}`),
        [],
        format,
      );
      assert.is(calls.filter(call => call.name === 'execve').length, 1, 'it started a process');
    }
  });

  eachMode(
    test,
    'diff and why change nothing',
    async place => {
      makeImage(place);
      const edits = `${GUARD}echo x >>/etc/group; mkdir /var/new; echo x >/var/new/file`;
      const args = ['run', '-q', '--keep', 'kept', 'sh', '-c', edits];
      assert.is((await runAs(place, [...tinydockerProgram(), ...args])).status, 0);
      for (const look of [
        ['diff', 'kept'],
        ['diff', '--stat', 'kept'],
        ['diff', '--content', 'kept'],
        ['why', 'kept', '/etc/group'],
      ]) {
        const calls = await trace(place, MUTATING, look);
        assert.ok(calls.length > 5, 'strace saw nothing');
        // dash and tar set up their own descriptors; nothing of that is a file on a disk.
        assert.equal(
          calls.filter(changes).map(({ name, text }) => `${name}(${text}`),
          [],
          look.join(' '),
        );
      }
    },
    ['root'],
  );

  // A user with ranges needs newuidmap, a set-uid program, which strace takes the privileges from.
  const traceable = MODES.filter(mode => mode.name !== 'range').map(mode => mode.name);
  eachMode(
    test,
    'a run executes what is printed',
    async place => {
      makeImage(place);
      const data = ownDirectory(place.mode, join(place.dir, 'data'));
      const args = ['-v', `${data}:/data:ro`, '-w', '/made', 'real', 'sh', '-c', `${GUARD}true`];
      const run = commands(await trace(place, 'execve', ['run', ...args]));
      const printed = await runAs(place, [...tinydockerProgram(), 'run', '--dry-run', ...args]);
      const script = join(place.home, 'trace.sh');
      assert.is(
        (await runAs(place, [...strace('execve', script), 'sh'], { input: printed.stdout })).status,
        0,
      );
      const shell = commands(callsIn(script));
      // The script writes its files with cat, the executor without a process. The first is the shell, or node.
      const [ran, ought] = [run.slice(1), shell.slice(1).filter(argv => argv !== '["cat"]')];
      // The two sides of a pipe start in any order; what enters the container does not.
      assert.equal(ran.toSorted(), ought.toSorted());
      const entering = (argv: string) => argv.startsWith('["nsenter"');
      assert.equal(ran.filter(entering), ought.filter(entering));
      assert.ok(run.length > 15);
    },
    traceable,
  );
}

/** The argv of each program that was really executed; what was tried in other directories of PATH is left out. */
function commands(calls: readonly Call[]): readonly string[] {
  return calls.flatMap(({ text }) => {
    const argv = /^"[^"]*", (\[.*?\]), \[/.exec(text);
    if (argv === null || / = -1 E/.test(text)) return [];
    return [
      (argv[1] ?? '')
        .replace(/"--target", "\d+"/, '"--target", "$INIT"')
        .replaceAll(/\/proc\/\d+\//g, '/proc/$INIT/'),
    ];
  });
}

function changes({ name, text }: Call): boolean {
  switch (name) {
    case 'open':
    case 'openat':
    case 'openat2':
      // Terminals and /dev/null may be opened for writing; nothing that could be a file on a disk.
      return /O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)/.test(text) && !/"\/dev\/(null|tty|pts\/\d+)"/.test(text);
    case 'execve':
    case 'clone3':
    case 'vfork':
    case 'fork':
      return false;
    default:
      return !/ = -1 /.test(text) || name === 'mount';
  }
}

test.run();
