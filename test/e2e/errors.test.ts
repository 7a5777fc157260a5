/** Every way in which `run` can fail on a machine, made for real in private namespaces: the true cause is said, and nothing is left. */

import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage, program } from '../support/image.ts';
import { eachMode, type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { type Finished, startTinydocker, tinydocker } from '../support/run.ts';

const test: Test = suite('errors of run');
const isRoot = process.getuid?.() === 0;

/** Harmless wherever it runs: it says that it ran, and where. */
const PAYLOAD = ['/bin/sh', '-c', '[ -e /.tinydocker-image ] && echo ran inside || echo ran outside'];

/** The place, with a shell program that root runs first in a private mount namespace. $1 is the place's scratch directory. */
function prepared(place: Place, program: string): Place {
  const prefix = [
    ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
    `dir=$1; shift; ${program}; exec "$@"`,
    ...['prepare', place.dir, ...place.mode.prefix],
  ];
  return { ...place, mode: { ...place.mode, prefix } };
}

/** The place, with words between what makes the user and the command. */
function wrapped(place: Place, ...words: readonly string[]): Place {
  return { ...place, mode: { ...place.mode, prefix: [...place.mode.prefix, ...words] } };
}

/** Root of a user namespace made for the test, in which a limit was set. */
function limited(place: Place, name: string, value: number): Place {
  const set = `echo ${value} >/proc/sys/user/${name}; exec "$@"`;
  return wrapped(place, 'unshare', '--user', '--map-root-user', '--', 'sh', '-ec', set, 'limit');
}

function assertRefused(result: Finished, cause: RegExp, status = 125): void {
  assert.match(result.stderr, cause, `${cause} does not match: ${result.stderr}`);
  assert.is(result.status, status, result.stderr);
  assert.is(result.stdout, '', 'the payload ran');
  assert.not.match(result.stderr, /^\s+at .*:\d+:\d+/m, 'a stack trace');
  const sentence = result.stderr.split('\n').find(line => /^tinydocker: (?!note)/.test(line)) ?? '';
  assert.match(sentence, /^tinydocker: [A-Z"].*\.$/, 'a whole sentence');
}

/** Runs with the payload, expects the refusal, and that the host and the store are as before. */
async function refused(place: Place, cause: RegExp, options: readonly string[] = []): Promise<void> {
  const before = hostState(place.store);
  assertRefused(await tinydocker(place, ['run', ...options, 'x1', ...PAYLOAD]), cause);
  await assertUnchanged(before, place.store);
}

/** For tests that change what the machine looks like, which only root can do, privately. */
function prepares(name: string, body: (place: Place) => Promise<void>, only?: readonly Mode['name'][]): void {
  if (isRoot) eachMode(test, name, body, only);
  else test.skip(name, () => undefined);
  if (!isRoot) console.log(`# skip ${JSON.stringify({ name, reason: 'only root can prepare the machine' })}`);
}

/** A tmpfs with a copy of the store, as $dir/other; the shell program goes on in it. */
const COPY = (options: string, program: string) =>
  `mkdir "$dir/other"; mount -t tmpfs -o mode=755,${options} tmpfs "$dir/other"; cp -a "$dir/store/." "$dir/other"; chown --reference="$dir/store" "$dir/other"; ${program}`;

/** Runs in a copy of the store that `program` has made in the way; what is left in it is read before its namespace goes. */
async function refusedInCopy(place: Place, options: string, program: string, cause: RegExp): Promise<void> {
  const prefix = [
    ...['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'],
    `dir=$1; shift; ${COPY(options, program)}; rc=0; "$@" || rc=$?; ls -A "$dir/other/containers" >"$dir/left"; exit $rc`,
    ...['prepare', place.dir, ...place.mode.prefix],
  ];
  const copy = { ...place, mode: { ...place.mode, prefix } };
  const result = await tinydocker(copy, ['run', 'x1', ...PAYLOAD], { store: join(place.dir, 'other') });
  assertRefused(result, cause);
  assert.is(readFileSync(join(place.dir, 'left'), 'utf8'), '', 'something is left');
}

eachMode(test, 'a step that fails on purpose is undone, and says so', async place => {
  makeImage(place);
  const { stdout } = await tinydocker(place, ['run', '--dry-run', '--format', 'json', '-w', '/new', 'x1']);
  const plan = JSON.parse(stdout) as { readonly steps: readonly { readonly id: string }[] };
  const before = hostState(place.store);
  for (const { id } of plan.steps.filter(step => step.id !== 'wait')) {
    const options = ['run', '--fail-at', id, '-w', '/new', 'x1', ...PAYLOAD];
    assertRefused(await tinydocker(place, options), new RegExp(`The step ${id} failed because --fail-at`));
  }
  await assertUnchanged(before, place.store);
});

eachMode(test, 'output that can not be written, and a reader that went away', async place => {
  makeImage(place);
  const full = wrapped(place, 'sh', '-c', 'exec "$@" >/dev/full', 'full');
  const said = /^tinydocker: What was to be printed could not be written: no space left on device\.$/m;
  assertRefused(await tinydocker(full, ['run', '--dry-run', 'x1', ...PAYLOAD]), said);
  assertRefused(await tinydocker(full, ['images']), said, 1);
  // Nobody reads, and what was asked for is done all the same.
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'x1', 'true'])).status, 0);
  const unread = wrapped(
    place,
    ...['sh', '-c', 'mkfifo p; exec 3<>p 4>p 3<&-; exec "$@" >&4 4>&-', 'unread'],
  );
  assert.is((await tinydocker(unread, ['rm', 'x1'])).status, 0);
  assert.equal(readdirSync(join(place.store, 'containers')), []);
});

eachMode(test, 'too few open files', async place => {
  makeImage(place);
  const before = hostState(place.store);
  for (const files of [20, 22, 24, 26, 28, 30, 32, 34]) {
    const few = wrapped(place, 'sh', '-c', `ulimit -n ${files}; exec "$@"`, 'few');
    const result = await tinydocker(few, ['run', 'x1', ...PAYLOAD]);
    if (result.status !== 0) assertRefused(result, new RegExp(`the limit on open files is ${files}\\.`));
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'a volume below a working directory that was removed', async place => {
  makeImage(place);
  const gone = wrapped(place, 'sh', '-c', 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', 'gone');
  const result = await tinydocker(gone, ['run', '-v', '.:/data', 'x1', ...PAYLOAD]);
  assertRefused(result, /source "\." can not be mounted: the working directory has been removed/);
});

eachMode(test, 'an unknown step is a usage error that names similar ones', async place => {
  makeImage(place);
  const result = await tinydocker(place, ['run', '--fail-at', 'mount-overly', 'x1', ...PAYLOAD]);
  assertRefused(result, /no step "mount-overly".*\nDid you mean mount-overlay\?/, 2);
});

for (const kind of ['mnt', 'uts', 'ipc', 'net', 'pid', 'cgroup', 'user']) {
  eachMode(
    test,
    `user.max_${kind}_namespaces reached`,
    async place => {
      makeImage(place);
      await refused(
        limited(place, `max_${kind}_namespaces`, 0),
        new RegExp(`user\\.max_${kind}_namespaces( is |=)0`),
      );
    },
    isRoot ? ['root'] : ['range', 'single'],
  );
}

prepares(
  'no_new_privs keeps newuidmap from its privileges',
  async place => {
    makeImage(place);
    await refused(
      wrapped(place, 'setpriv', '--no-new-privs', '--'),
      /newuidmap can not use its privileges, because no_new_privs/,
    );
  },
  ['range'],
);

prepares(
  'newuidmap without setuid',
  async place => {
    makeImage(place);
    const plain = prepared(
      place,
      'cp "$(command -v newuidmap)" "$dir/newuidmap"; chmod 755 "$dir/newuidmap"; mount --bind "$dir/newuidmap" "$(command -v newuidmap)"',
    );
    await refused(plain, /newuidmap may not map ids: .*newuidmap is not setuid root/);
  },
  ['range'],
);

prepares(
  'newuidmap on a file system mounted nosuid',
  async place => {
    makeImage(place);
    const nosuid = prepared(
      place,
      'at=$(command -v newuidmap); mount --bind "$at" "$at"; mount -o remount,bind,nosuid "$at"',
    );
    await refused(
      nosuid,
      /newuidmap can not use its privileges, because .* is mounted with the option "nosuid"/,
    );
  },
  ['range'],
);

prepares(
  'a chroot denies user namespaces',
  async place => {
    makeImage(place);
    const enter = [
      'mkdir "$dir/root"; cd /',
      'for d in bin sbin lib lib32 lib64 libx32 usr etc dev proc sys tmp root home opt var run work; do',
      '  if [ -L "/$d" ]; then cp -P "/$d" "$dir/root/"; elif [ -d "/$d" ]; then mkdir -p "$dir/root/$d"; mount --rbind "/$d" "$dir/root/$d"; fi',
      'done',
      `exec chroot "$dir/root" setpriv --reuid ${place.mode.uid} --regid ${place.mode.gid} --clear-groups -- "$@"`,
    ].join('\n');
    const inChroot = { ...place, mode: { ...place.mode, prefix: [] } };
    await refused(
      prepared(inChroot, enter),
      /User namespaces are denied to this process because it is in a chroot/,
    );
  },
  ['single'],
);

/** Denies unshare(2) to itself and whatever it becomes, as the seccomp filter of a container engine does. Says why when it can't. */
const SECCOMP = `
import ctypes, os, platform, struct, sys
number = {"x86_64": 272, "aarch64": 97}[platform.machine()]
lines = [(0x20, 0, 0, 0), (0x15, 0, 1, number), (6, 0, 0, 0x50001), (6, 0, 0, 0x7fff0000)]
program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
class Filter(ctypes.Structure): _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
if libc.prctl(22, 2, ctypes.byref(Filter(4, ctypes.addressof(program))), 0, 0): sys.exit(os.strerror(ctypes.get_errno()))
os.execvp(sys.argv[1], sys.argv[1:])
`;
const hasPython = spawnSync('python3', ['-c', 'import ctypes']).status === 0;

for (const [mode, cause] of [
  ['root', /New namespaces are denied to this process by a seccomp filter/],
  ['single', /User namespaces are denied to this process by a seccomp filter/],
] as const) {
  const name = `a seccomp filter denies namespaces to ${mode}`;
  if (hasPython)
    eachMode(
      test,
      name,
      async place => {
        makeImage(place);
        await refused(wrapped(place, 'python3', '-c', SECCOMP), cause);
      },
      [mode],
    );
  else {
    test.skip(name, () => undefined);
    console.log(`# skip ${JSON.stringify({ name, reason: 'python3 is not installed' })}`);
  }
}

// This kernel may not have these sysctls, so the files are ours; that unshare is denied is real.
for (const [sysctl, value, cause] of [
  ['unprivileged_userns_clone', 0, /by the sysctl kernel\.unprivileged_userns_clone=0/],
  ['apparmor_restrict_unprivileged_userns', 1, /by AppArmor: the sysctl kernel\.apparmor_restrict_\w+ is 1/],
] as const) {
  const body = async (place: Place) => {
    makeImage(place);
    const program = `boot=$(cat /proc/sys/kernel/random/boot_id); mount -t tmpfs tmpfs /proc/sys/kernel; mkdir /proc/sys/kernel/random; echo "$boot" >/proc/sys/kernel/random/boot_id; echo ${value} >/proc/sys/kernel/${sysctl}`;
    await refused(wrapped(prepared(place, program), 'python3', '-c', SECCOMP), cause);
  };
  if (hasPython) prepares(`the sysctl kernel.${sysctl} is named`, body, ['single']);
}

prepares(
  'a user without an entry in /etc/passwd gets one id',
  async place => {
    makeImage(place);
    const nobody = [
      'setpriv',
      '--reuid',
      String(place.mode.uid),
      '--regid',
      String(place.mode.gid),
      '--clear-groups',
      '--',
    ];
    const unlisted = prepared(
      { ...place, mode: { ...place.mode, prefix: nobody } },
      `for f in subuid subgid; do echo ${place.mode.uid}:700000:65536 >"$dir/$f"; mount --bind "$dir/$f" /etc/$f; done`,
    );
    const { stdout, stderr } = await tinydocker(unlisted, ['run', 'x1', ...PAYLOAD]);
    assert.is(stdout, 'ran inside\n', stderr);
    assert.match(stderr, /uid \d+ has no entry in \/etc\/passwd: the container has one user/);
  },
  ['range'],
);

prepares(
  'a range of ids that newuidmap refuses',
  async place => {
    makeImage(place);
    const { uid } = place.mode;
    // The last ids that there are: the range runs over the end, which newuidmap finds out and we do not.
    const program = `for f in subuid subgid; do echo ${uid}:4294967290:65536 >"$dir/$f"; done`;
    const user = `{ cat /etc/passwd; echo odd:x:${uid}:${uid}::/:/bin/sh; } >"$dir/passwd"`;
    const bind = 'for f in passwd subuid subgid; do mount --bind "$0/$f" /etc/$f; done';
    const drop = `setpriv --reuid ${uid} --regid ${uid} --clear-groups -- "$@"`;
    const prefix = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-ec'];
    const wrong = {
      ...place,
      mode: {
        ...place.mode,
        prefix: [...prefix, `dir=$0; ${program}; ${user}; ${bind}; exec ${drop}`, place.dir],
      },
    };
    await refused(
      wrong,
      /The program newuidmap (refuses|failed to map) the range of ids that \/etc\/subuid gives/,
    );
  },
  ['range'],
);

prepares('a /proc that hides processes (hidepid=2) is no obstacle', async place => {
  makeImage(place);
  const hiding = prepared(place, 'mount -t proc -o hidepid=2 proc /proc');
  const { stdout, stderr } = await tinydocker(hiding, ['run', 'x1', ...PAYLOAD]);
  assert.is(stdout, 'ran inside\n', stderr);
});

prepares(
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
      await refused(
        without(place, name),
        new RegExp(`The program ${name} is not installed; .*\\n.*apt-get install ${debian}\\.`),
      );
    }
  },
  ['root'],
);

prepares('script is missed only with a terminal', async place => {
  makeImage(place);
  const bare = without(place, 'script');
  await refused(bare, /The program script is not installed/, ['-t']);
  const { stdout, status } = await tinydocker(bare, ['run', 'x1', ...PAYLOAD]);
  assert.equal({ stdout, status }, { stdout: 'ran inside\n', status: 0 });
});

prepares('without ip the container runs, with loopback down', async place => {
  makeImage(place);
  const { stdout, status } = await tinydocker(without(place, 'ip'), ['run', 'x1', ...PAYLOAD]);
  assert.equal({ stdout, status }, { stdout: 'ran inside\n', status: 0 });
});

prepares(
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

prepares('a store on an overlay', async place => {
  makeImage(place);
  const program =
    'mkdir "$dir/o"; mount -t tmpfs -o mode=755 tmpfs "$dir/o"; mkdir "$dir/o/u" "$dir/o/w"; mount -t overlay -o "lowerdir=$dir/store,upperdir=$dir/o/u,workdir=$dir/o/w" overlay "$dir/store"; chown --reference="$dir/home" "$dir/store"';
  await refused(
    prepared(place, program),
    /is on a file system of type overlay .*which overlay does not take/,
  );
});

prepares('a read-only store', async place => {
  makeImage(place);
  const program = 'mount --bind "$dir/store" "$dir/store"; mount -o remount,bind,ro "$dir/store"';
  await refused(prepared(place, program), /store is read-only: .* is mounted with the option "ro"/);
});

prepares(
  "a store that is somebody else's",
  async place => {
    makeImage(place);
    spawnSync('chown', ['-R', '0:0', place.store]);
    const { user } = place.mode;
    await refused(
      place,
      new RegExp(`may not write to the store: .* belongs to root, and you are ${user}\\.`),
    );
  },
  ['range', 'single'],
);

eachMode(
  test,
  'a store whose mode forbids writing',
  async place => {
    makeImage(place);
    chmodSync(join(place.store, 'containers'), 0o555);
    await refused(place, /may not write to the store: the mode of .*containers forbids it/);
  },
  ['range', 'single'],
);

eachMode(test, 'a store without its directory for containers', async place => {
  makeImage(place);
  renameSync(join(place.store, 'containers'), join(place.store, 'elsewhere'));
  await refused(place, /has no directory for containers/);
});

prepares('a full disk', async place => {
  makeImage(place);
  const fill = 'dd if=/dev/zero of="$dir/other/fill" bs=4k 2>/dev/null || true';
  await refusedInCopy(place, 'size=16m', fill, /The disk is full: there is no space left on/);
});

prepares('no inodes left', async place => {
  makeImage(place);
  const fill =
    'seq -f "$dir/other/fill.%g" 1100 | xargs touch 2>/dev/null || true; rm "$dir/other/fill.1" "$dir/other/fill.2"';
  await refusedInCopy(place, 'nr_inodes=1000', fill, /has no inodes left/);
});

eachMode(test, 'a layer that is gone', async place => {
  const { layers } = makeImage(place);
  const digest = layers[0]?.digest ?? '';
  renameSync(join(place.store, 'layers', digest), join(place.store, 'layers', 'gone'));
  await refused(place, /A layer of the image is missing in the store/);
});

eachMode(test, 'a layer that goes while the container is made', async place => {
  const { layers } = makeImage(place);
  const running = startTinydocker(place, ['run', '--pace', '150ms', 'x1', ...PAYLOAD]);
  await sleep(600);
  renameSync(join(place.store, 'layers', layers[0]?.digest ?? ''), join(place.store, 'layers', 'gone'));
  assertRefused(await running.ended, /A layer of the image is missing in the store/);
  assert.equal(readdirSync(join(place.store, 'containers')), []);
});

eachMode(test, 'a name that is in use', async place => {
  makeImage(place);
  const running = startTinydocker(place, ['run', 'x1', '/bin/sh', '-c', 'echo up; sleep 30']);
  for (let tries = 0; running.stdout() === '' && tries < 100; tries++) await sleep(100);
  const second = await tinydocker(place, ['run', 'x1', ...PAYLOAD]);
  running.kill('SIGTERM');
  await running.ended;
  assertRefused(second, /The name x1 is in use: a container of that name is running\.\nEnd it/);
  await tinydocker(place, ['run', '--keep', 'x1', ...PAYLOAD]);
  assertRefused(await tinydocker(place, ['run', 'x1', ...PAYLOAD]), /x1 is in use: .* was kept/);
});

eachMode(test, 'a name that is taken in the last moment', async place => {
  makeImage(place);
  const running = startTinydocker(place, ['run', '--pace', '1200ms', 'x1', ...PAYLOAD]);
  await sleep(700);
  const directory = ownDirectory(place.mode, join(place.store, 'containers', 'x1'));
  writeFileSync(join(directory, 'container.json'), '{"keep":true,"layers":[]}');
  spawnSync('mkfifo', [join(directory, 'gate')]);
  spawnSync('chown', ['-R', `${place.mode.uid}`, directory]);
  assertRefused(await running.ended, /The name x1 is in use: .* was kept/);
  assert.equal(readdirSync(directory), ['container.json', 'gate'], "somebody else's directory was touched");
});

prepares(
  'a covered /proc',
  async place => {
    makeImage(place);
    const covered = prepared(place, 'mount -t tmpfs tmpfs /proc/fs');
    await refused(
      covered,
      /refuses an ordinary user a fresh \/proc, .*: a file system is mounted over \/proc\/fs\./,
    );
  },
  ['range', 'single'],
);

eachMode(test, 'volumes that can not be mounted', async place => {
  makeImage(place);
  const directory = ownDirectory(place.mode, join(place.dir, 'data'));
  await refused(place, /The volume .* can not be mounted: the target \/etc\/passwd is not a directory/, [
    '-v',
    `${directory}:/etc/passwd`,
  ]);
  await refused(place, /the target \/\.\.\/\.\.\/data leads out of the container/, [
    '-v',
    `${directory}:/../../data`,
  ]);
  await refused(
    place,
    /The working directory \/etc\/passwd\/x can not be made: the target .* is not a directory/,
    ['-w', '/etc/passwd/x'],
  );
  const gone = join(place.dir, 'gone');
  await refused(place, /The volume's source ".*gone" can not be mounted: it does not exist/, [
    '-v',
    `${gone}:/data`,
  ]);
});

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
    ['lss', /The command "lss" is not in the image; looked for in PATH=\/usr.*\nDid you mean .*ls/, 127],
    ['/bin/shh', /The command "\/bin\/shh" does not exist in the image\.\nDid you mean \/bin\/sh/, 127],
    ['/etc', /"\/etc" can not be executed: it is a directory/, 126],
    ['/etc/text', /"\/etc\/text" can not be executed: its mode has no execute permission/, 126],
    ['crlf', /"crlf" can not be executed: its lines end in CR LF/, 126],
    [
      'lost',
      /"lost" can not be executed: it is a script for "\/usr\/bin\/python9", which the image has not/,
      126,
    ],
    ...(process.arch === 'x64'
      ? ([
          ['dynamic', /it is dynamically linked, and the image has no \/lib64\/ld-none\.so\.2/, 126],
          ['foreign', /it is made for mips, and this machine is x86-64/, 126],
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
