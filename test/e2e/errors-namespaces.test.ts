/** Runs to which the machine denies namespaces, or ids in them: each denial made for real, and its true cause said. */

import { spawnSync } from 'node:child_process';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { saysCause } from '../support/causes.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';
import { eachPreparedMode, LIMITED_MODES, limited, prepared, wrapped } from '../support/prepared.ts';
import { PAYLOAD, refusesRun } from '../support/refusals.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test: Test = suite('errors of namespaces');

for (const [kind, name, lesson] of [
  ['mnt', 'mount', 'mount-namespace'],
  ['uts', 'UTS', 'hostname-and-ipc'],
  ['ipc', 'IPC', 'hostname-and-ipc'],
  ['net', 'network', 'network'],
  ['pid', 'PID', 'pid-1'],
  ['cgroup', 'cgroup', 'a-process'],
  ['user', 'user', 'fake-root'],
] as const) {
  eachMode(
    test,
    `user.max_${kind}_namespaces reached`,
    async place => {
      makeImage(place);
      await refusesRun(
        limited(place, `max_${kind}_namespaces`, 0),
        saysCause('namespaces-at-limit', { kind, name }, lesson),
      );
    },
    LIMITED_MODES,
  );
}

eachPreparedMode(
  test,
  'no_new_privs keeps newuidmap from its privileges',
  async place => {
    makeImage(place);
    await refusesRun(wrapped(place, 'setpriv', '--no-new-privs', '--'), saysCause('newuidmap-no-new-privs'));
  },
  ['range'],
);

eachPreparedMode(
  test,
  'newuidmap without setuid',
  async place => {
    makeImage(place);
    const plain = prepared(
      place,
      'cp "$(command -v newuidmap)" "$dir/newuidmap"; chmod 755 "$dir/newuidmap"; mount --bind "$dir/newuidmap" "$(command -v newuidmap)"',
    );
    await refusesRun(plain, saysCause('newuidmap-not-setuid'));
  },
  ['range'],
);

eachPreparedMode(
  test,
  'newuidmap on a file system mounted nosuid',
  async place => {
    makeImage(place);
    const nosuid = prepared(
      place,
      'at=$(command -v newuidmap); mount --bind "$at" "$at"; mount -o remount,bind,nosuid "$at"',
    );
    await refusesRun(nosuid, saysCause('newuidmap-nosuid'));
  },
  ['range'],
);

eachPreparedMode(
  test,
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
    await refusesRun(prepared(inChroot, enter), saysCause('userns-chroot'));
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
  ['root', 'namespaces-seccomp'],
  ['single', 'userns-seccomp'],
] as const) {
  withFilter(eachMode, `a seccomp filter denies namespaces to ${mode}`, mode, async place => {
    makeImage(place);
    await refusesRun(wrapped(place, 'python3', '-c', SECCOMP), saysCause(cause));
  });
}

// This kernel may not have these sysctls, so the files are ours; that unshare is denied is real.
for (const [sysctl, value, cause] of [
  ['unprivileged_userns_clone', 0, 'userns-sysctl'],
  ['apparmor_restrict_unprivileged_userns', 1, 'userns-apparmor'],
] as const) {
  withFilter(eachPreparedMode, `the sysctl kernel.${sysctl} is named`, 'single', async place => {
    makeImage(place);
    const program = `boot=$(cat /proc/sys/kernel/random/boot_id); mount -t tmpfs tmpfs /proc/sys/kernel; mkdir /proc/sys/kernel/random; echo "$boot" >/proc/sys/kernel/random/boot_id; echo ${value} >/proc/sys/kernel/${sysctl}`;
    await refusesRun(wrapped(prepared(place, program), 'python3', '-c', SECCOMP), saysCause(cause));
  });
}

/** Registers a test whose filter python3 sets. */
function withFilter(
  register: typeof eachPreparedMode,
  name: string,
  mode: Mode['name'],
  body: (place: Place) => Promise<void>,
): void {
  if (hasPython) register(test, name, body, [mode]);
  else skipUnless(test, name, false, 'python3 is not installed', () => undefined);
}

eachPreparedMode(
  test,
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
      [
        `for f in subuid subgid; do echo ${place.mode.uid}:700000:65536 >"$dir/$f"; done`,
        `grep -v '^${place.mode.user}:' /etc/passwd >"$dir/passwd"`,
        'for f in passwd subuid subgid; do mount --bind "$dir/$f" /etc/$f; done',
      ].join('; '),
    );
    const { stdout, stderr } = await tinydocker(unlisted, ['run', 'x1', ...PAYLOAD]);
    assert.is(stdout, 'ran inside\n', stderr);
    assert.match(stderr, /uid \d+ has no entry in \/etc\/passwd: the container has one user/);
  },
  ['range'],
);

eachPreparedMode(
  test,
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
    await refusesRun(wrong, saysCause('subuid-range'));
  },
  ['range'],
);

eachPreparedMode(test, 'a /proc that hides processes (hidepid=2) is no obstacle', async place => {
  makeImage(place);
  const hiding = prepared(place, 'mount -t proc -o hidepid=2 proc /proc');
  const { stdout, stderr } = await tinydocker(hiding, ['run', 'x1', ...PAYLOAD]);
  assert.is(stdout, 'ran inside\n', stderr);
});

eachPreparedMode(
  test,
  'a covered /proc',
  async place => {
    makeImage(place);
    const covered = prepared(place, 'mount -t tmpfs tmpfs /proc/fs');
    await refusesRun(covered, saysCause('proc-covered'));
  },
  ['range', 'single'],
);

test.run();
