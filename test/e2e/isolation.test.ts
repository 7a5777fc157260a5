/** What a container sees, holds and may do by default; compared with what docker's containers get. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_CAPABILITIES, MASKED_PATHS, READONLY_PATHS } from '../../src/plan/defaults.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD, PROBE, sections } from '../support/probe.ts';
import {
  type Finished,
  runAs,
  startTinydocker,
  tinydocker,
  tinydockerProgram,
  withoutNotes,
} from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const RUNC = spawnSync('runc', ['--version']).status === 0;

/** Runs a shell text in a container of the base image; nothing may be left. */
async function inContainer(place: Place, text: string, options: readonly string[] = []): Promise<Finished> {
  makeImage(place);
  const before = hostState(place.store);
  const done = await tinydocker(place, ['run', ...options, 'box', 'sh', '-c', GUARD + text]);
  await assertUnchanged(before, place.store);
  return done;
}

eachMode(test, 'only its own mounts, and nothing of the host', async place => {
  const { stdout } = await inContainer(place, PROBE);
  const { mounts = '', root, dev = '', descriptors, environment, session } = sections(stdout);
  const targets = mounts.split('\n').map(line => line.split(' ')[1] ?? '');
  const own = ['/', '/proc', '/sys', '/dev', '/dev/pts', '/dev/shm', '/dev/mqueue'];
  const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty'].map(name => `/dev/${name}`);
  const covered = [...MASKED_PATHS, ...READONLY_PATHS].filter(path => targets.includes(path));
  assert.equal(targets.toSorted(), [...own, ...devices, ...covered].toSorted());
  assert.is(root, '.tinydocker-image\nbin\ndev\netc\nhome\nproc\nroot\nsys\ntmp\nusr\nvar');
  const names = dev.matchAll(/^[-a-z]{10} .*?(\S+)(?: -> \S+)?$/gm);
  const expected =
    'console fd full mqueue null ptmx ptmx pts random shm stderr stdin stdout tty urandom zero';
  const found = [...names].map(([, name = '']) => name);
  assert.is(found.toSorted().join(' '), expected);
  assert.match(descriptors ?? '', /^0 \/dev\/null\n1 \S+\n2 \S+\n3 pipe:\[\d+\]$/);
  assert.equal(environment?.split('\n').toSorted(), [
    'HOME=/root',
    'HOSTNAME=box',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ]);
  assert.is(session, '0 0 0 0 -1');
});

eachMode(test, "the caller's descriptors and variables stay outside", async place => {
  makeImage(place);
  const text = `${GUARD}for f in /proc/self/fd/*; do echo "\${f##*/}"; done; env | sort | cut -d= -f1`;
  const args = ['run', 'box', 'sh', '-c', text];
  const script = join(place.dir, 'script.sh');
  writeFileSync(script, (await tinydocker(place, ['run', '--dry-run', ...args.slice(1)])).stdout);
  const marks = join(place.dir, 'marks.sh');
  writeFileSync(marks, 'echo "a file of the caller was read" >&2\n');
  const setting = [
    'SECRET=x',
    'LD_LIBRARY_PATH=/nowhere',
    `BASH_ENV=${marks}`,
    `ENV=${marks}`,
    'BASH_FUNC_setpriv%%=() { echo mine; }',
  ];
  const opening = 'exec 3</etc/passwd 7</etc 9</etc/group 20</etc/passwd 255</; exec "$@"';
  const open = ['bash', '-c', opening, 'open', 'env', ...setting];
  const before = hostState(place.store);
  for (const command of [
    [...tinydockerProgram(), ...args],
    ...['sh', 'dash'].map(shell => [shell, script]),
  ]) {
    const { status, stdout, stderr } = await runAs(place, [...open, ...command]);
    // 3 is the directory that the loop reads; PWD and SHLVL are the shell's own.
    assert.is(stdout, '0\n1\n2\n3\nHOME\nHOSTNAME\nPATH\nPWD\nSHLVL\n', command.join(' '));
    assert.equal([status, withoutNotes(stderr)], [0, ''], command[0]);
  }
  await assertUnchanged(before, place.store);
});

eachMode(test, "docker's default capabilities, and no way to more", async place => {
  const { stdout } = await inContainer(place, 'grep -E "^(Cap|NoNewPrivs)" /proc/1/status');
  const bits = DEFAULT_CAPABILITIES.length;
  const set = '00000000a80425fb';
  assert.is(bits, 14);
  assert.is(
    stdout,
    `CapInh:\t0000000000000000\nCapPrm:\t${set}\nCapEff:\t${set}\nCapBnd:\t${set}\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\n`,
  );
});

eachMode(test, 'masked paths show nothing, read-only paths can not be opened for writing', async place => {
  // Opening is tried, nothing is ever written: on a host that would still be harmless.
  const text = `
for p in ${MASKED_PATHS.join(' ')}; do
  [ -e $p ] || continue
  if [ -d $p ]; then [ -z "$(ls -A $p)" ] || echo "shown $p"; else [ -z "$(head -c 1 $p 2>/dev/null)" ] || echo "shown $p"; fi
done
for p in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sysrq-trigger /proc/irq/default_smp_affinity /sys/kernel/uevent_helper /sys/power/state /proc/sys/vm/panic_on_oom; do
  [ -e $p ] || continue
  ( : >>$p ) 2>/dev/null && echo "writable $p"
done
mkdir /sys/x /proc/sys/x 2>/dev/null && echo "made a directory"
echo done`;
  const { status, stdout } = await inContainer(place, text);
  assert.equal([status, stdout], [0, 'done\n']);
});

skipUnless(test, "runc's lists of masked and read-only paths are ours", RUNC, 'runc is not installed', () => {
  const bundle = spawnSync(
    'sh',
    ['-c', 'cd "$(mktemp -d)" && runc spec && cat config.json && rm config.json && rmdir "$PWD"'],
    { encoding: 'utf8' },
  );
  const { linux } = JSON.parse(bundle.stdout) as {
    linux: { maskedPaths: string[]; readonlyPaths: string[] };
  };
  assert.equal(
    linux.maskedPaths.filter(path => !(MASKED_PATHS as readonly string[]).includes(path)),
    [],
  );
  assert.equal(
    linux.readonlyPaths.filter(path => !(READONLY_PATHS as readonly string[]).includes(path)),
    [],
  );
});

// The server's stdin never ends, so that it reads all that was sent before it closes the connection.
eachMode(test, 'processes, loopback, hostname, PID 1', async place => {
  const { stdout } = await inContainer(
    place,
    `echo $$; set -- /proc/[0-9]*; echo $#; hostname; cat /proc/sys/kernel/hostname; ip -o link show up | cut -d: -f2
mkfifo /open; nc -l -p 8080 <>/open >/got & i=0; until echo sent | nc 127.0.0.1 8080; do i=$((i+1)); [ $i -lt 100 ] || break; sleep 0.1; done 2>/dev/null
wait; cat /got
[ "$(readlink /proc/1/ns/pid)" ] && head -n 1 /proc/1/status; true`,
  );
  assert.is(stdout, '1\n1\nbox\nbox\n lo\nsent\nName:\tsh\n');
});

eachMode(test, 'a session of its own, without a terminal', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const running = startTinydocker(place, ['run', 'box', 'sh', '-c', `${GUARD}echo running; exec sleep 32`]);
  await until(() => running.stdout() === 'running\n');
  const line = hostState(place.store).processes.find(entry => /^\d+ \d+ sleep 32$/.test(entry)) ?? '';
  const fields = statOf(Number(line.split(' ')[0]));
  assert.ok(
    fields.session > 0 && fields.session !== statOf(process.pid).session,
    'the session is the caller’s',
  );
  assert.is.not(fields.session, statOf(running.pid).session);
  assert.is(fields.tty, 0);
  running.kill('SIGTERM');
  assert.is((await running.ended).status, 143);
  await assertUnchanged(before, place.store);
});

eachMode(test, 'stopping: TERM, INT, HUP and KILL to tinydocker', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const deaf = `${GUARD}echo running; exec sleep 33`;
  const handles = `${GUARD}trap 'echo handled; exit 5' TERM INT HUP; echo running; while :; do sleep 0.1; done`;
  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    for (const [text, expected] of [
      [deaf, status],
      [handles, 5],
    ] as const) {
      const running = startTinydocker(place, ['run', 'box', 'sh', '-c', text]);
      await until(() => running.stdout().startsWith('running\n'));
      running.kill(signal);
      const { status: actual, stdout } = await running.ended;
      assert.is(actual, expected, signal);
      assert.is(stdout.includes('handled'), text === handles);
      await assertUnchanged(before, place.store);
    }
  }
  const running = startTinydocker(place, ['run', 'box', 'sh', '-c', deaf]);
  await until(() => running.stdout().startsWith('running\n'));
  running.kill('SIGKILL');
  await running.ended;
  // What is on disk is for prune; nothing of it may run.
  await until(() => hostState(place.store).processes.length === before.processes.length, 2000);
  assert.is(hostState(place.store).mounts, before.mounts);
});

eachMode(test, 'cgroups can not be mounted (CVE-2022-0492)', async place => {
  const { stdout } = await inContainer(
    place,
    `mkdir /tmp/cg; for o in memory rdma pids; do mount -t cgroup -o $o cgroup /tmp/cg 2>/dev/null && echo "mounted $o"; done
mount -t cgroup2 none /tmp/cg 2>/dev/null && echo mounted; ls /tmp/cg; ls -d /sys/fs/cgroup/*/release_agent 2>/dev/null; echo end`,
  );
  assert.is(stdout, 'end\n');
});

eachMode(test, 'no program of the host can be seen in /proc', async place => {
  const { stdout } = await inContainer(
    place,
    'for p in /proc/[0-9]*; do readlink $p/exe; readlink $p/root; readlink $p/cwd; done; ls /proc/1/map_files 2>/dev/null | wc -l >/dev/null; cut -c74- /proc/1/maps | grep / | sort -u',
  );
  assert.is(stdout, '/bin/busybox\n/\n/\n/bin/busybox\n');
});

eachMode(
  test,
  'a working directory behind a descriptor of the host leads nowhere (CVE-2024-21626)',
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    const open = ['bash', '-c', 'exec 7</; exec "$@"', 'open', ...tinydockerProgram(), 'run'];
    for (const fd of [3, 4, 5, 7, 8, 9, 20]) {
      for (const where of [`/proc/self/fd/${fd}`, `/proc/self/fd/${fd}/../..`, `/proc/1/cwd`]) {
        const look = `${GUARD}[ -e .tinydocker-image ] || [ "$(ls -A)" = "" ] || ls -A`;
        const { status, stdout } = await runAs(place, [...open, '-w', where, 'box', 'sh', '-c', look]);
        assert.ok(status === 125 || status === 126 || status === 0, `${where}: ${status}`);
        assert.is(stdout, '', where);
      }
    }
    await assertUnchanged(before, place.store);
  },
);

function statOf(pid: number): { readonly session: number; readonly tty: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  return { session: fields[3] ?? 0, tty: fields[4] ?? 0 };
}

eachMode(test, 'a directory of the host is not passed on', async place => {
  makeImage(place);
  const before = hostState(place.store);
  const words = [...tinydockerProgram(), 'run', '-q', '-i', 'box', 'true'];
  for (const redirection of ['</', '</dev/null 2>/dev/null 1</']) {
    const { status, stderr } = await runAs(place, ['sh', '-c', `"$@" ${redirection}`, 'sh', ...words]);
    assert.is(status, 125, redirection);
    if (redirection === '</')
      assert.match(stderr, /^tinydocker: stdin, stdout or stderr is a directory, .*\n.*<\/dev\/null\.\n$/);
  }
  const { stdout } = await tinydocker(place, ['run', '--dry-run', '-i', 'box', 'true']);
  writeFileSync(join(place.home, 'run.sh'), stdout);
  const { status, stderr } = await runAs(place, ['sh', '-c', 'sh run.sh </']);
  assert.is(status, 125);
  assert.match(stderr, /a directory can not be passed on/);
  await assertUnchanged(before, place.store);
});

test.run();
