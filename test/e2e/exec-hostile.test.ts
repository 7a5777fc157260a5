/** Containers that lie in wait for whoever enters them: nothing of the host may be seen, run, followed or written to. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedInit } from '../../src/host/init-process.ts';
import { whileRuns } from '../support/background.ts';
import { makeImage, program } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('exec-hostile');

/** The script of an exec, with other words in some places. */
async function changedScript(place: Place, args: readonly string[], change: (text: string) => string) {
  const { status, stdout, stderr } = await tinydocker(place, ['exec', '--dry-run', ...args]);
  assert.is(status, 0, stderr);
  const text = change(stdout);
  assert.is.not(text, stdout);
  const script = join(place.home, 'changed.sh');
  writeFileSync(script, text);
  return runAs(place, ['sh', script]);
}

/** Looks through every process that it sees, all the time, for a file of the host. */
const spy = (victim: string) => `(while [ ! -e /stop ]; do for p in /proc/[0-9]*; do
  [ -r "$p/root${victim}" ] && echo "$p" >>/caught
  [ -d "$p/root/usr/share/doc/." ] && [ ! -e "$p/root/.tinydocker-image" ] && echo x >>/programs
done; done) 2>/dev/null &`;

eachMode(test, "the host's root is never seen through /proc/PID/root", async place => {
  makeImage(place);
  const victim = ownDirectory(place.mode, join(place.dir, 'victim'), 0o755);
  await whileRuns(place, 'box', spy(victim), async () => {
    for (let round = 0; round < 6; round++)
      assert.is((await tinydocker(place, ['exec', 'box', 'true'])).status, 0);
    const { stdout } = await tinydocker(place, ['exec', 'box', 'sh', '-c', `${GUARD}touch /stop; ls /`]);
    assert.match(stdout, /^tmp$/m);
    assert.not.match(stdout, /^caught$/m);
  });
});

eachMode(
  test,
  "the spy of that test does see it when the root is the host's",
  async place => {
    makeImage(place);
    const victim = ownDirectory(place.mode, join(place.dir, 'victim'), 0o755);
    await whileRuns(place, 'box', spy(victim), async () => {
      const init = recordedInit(join(place.store, 'containers/box'));
      // What everybody would try first: privileges go, then chroot(2) comes.
      const chain = `--mount --pid --root=/ --wd=/proc/${init?.pid}/root -- setpriv --no-new-privs --bounding-set=-all,+sys_chroot --inh-caps=-all -- chroot . /bin/true`;
      const caught = () => readdirSync(join(place.store, 'containers/box/upper')).includes('caught');
      for (let round = 0; round < 200 && !caught(); round++)
        await runAs(place, ['nsenter', '--target', String(init?.pid), ...chain.split(' ')]);
      assert.ok(caught());
    });
  },
  ['root'],
);

eachMode(test, 'variables, programs and tables of the image act on nothing of the host', async place => {
  const marks = ownDirectory(place.mode, join(place.dir, 'marks'), 0o777);
  const names = [
    'env',
    'sh',
    'nsenter',
    'setpriv',
    'chroot',
    'readlink',
    'mount',
    'cat',
    'cp',
    'ln',
    'mkdir',
  ];
  const obeyed = [
    'LD_PRELOAD=/evil.so',
    `LD_DEBUG_OUTPUT=${marks}/ld`,
    'LD_DEBUG=files',
    'GCONV_PATH=/evil',
    'LOCPATH=/evil',
    'GLIBC_TUNABLES=glibc.malloc.check=3',
    'LANGUAGE=../../evil',
  ];
  makeImage(place, {
    config: { Env: [...obeyed, 'LANG=xx_XX', 'PATH=/trap:/bin'] },
    change: root => {
      // On the host these leave a mark; inside they tell who ran.
      for (const name of names)
        program(
          root,
          join('trap', name),
          `#!/bin/busybox sh\n[ -e /.tinydocker-image ] || echo >"${marks}/${name}"\nexec /bin/busybox ${name} "$@"\n`,
        );
      writeFileSync(join(root, 'etc/ld.so.preload'), '/evil.so\n');
      writeFileSync(join(root, 'etc/nsswitch.conf'), 'passwd: evil\ngroup: evil\n');
    },
  });
  await whileRuns(place, 'box', '', async () => {
    const { status, stdout, stderr } = await tinydocker(place, ['exec', 'box', '/bin/busybox', 'env']);
    assert.equal([status, withoutNotes(stderr)], [0, '']);
    for (const entry of obeyed) assert.ok(stdout.split('\n').includes(entry), `${entry}\n${stdout}`);
    assert.equal(readdirSync(marks), []);
  });
});

eachMode(
  test,
  'passwd may be anything: a link, a fifo, a huge file',
  async place => {
    makeImage(place);
    const secret = ownDirectory(place.mode, join(place.dir, 'secret'), 0o755);
    writeFileSync(join(secret, 'passwd'), 'hosts:x:4444:4444::/:/bin/sh\n');
    await whileRuns(place, 'box', '', async () => {
      for (const make of [
        `ln -s ${secret}/passwd /etc/passwd`,
        `ln -s ../../../../../../../..${secret}/passwd /etc/passwd`,
        'mkfifo /etc/passwd',
        'mkdir /etc/passwd',
        'ln -s /proc/1/fd/0 /etc/passwd',
        'ln -s passwd /etc/passwd',
        'truncate -s 900G /etc/passwd',
      ]) {
        const text = `${GUARD}rm -r /etc/passwd; ${make}`;
        assert.is((await tinydocker(place, ['exec', 'box', 'sh', '-c', text])).status, 0, make);
        const { status, stderr } = await tinydocker(place, ['exec', '-u', 'hosts', 'box', 'id']);
        assert.is(status, 125, make);
        assert.match(stderr, /has no user "hosts"/);
      }
    });
    await whileRuns(
      place,
      'box',
      'mkdir /o; mv /etc/passwd /o/p; ln -s ../../../o/p /etc/passwd',
      async () => {
        const { status, stdout } = await tinydocker(place, ['exec', '-u', 'root', 'box', 'id', '-u']);
        assert.equal([status, stdout], [0, '0\n']);
      },
    );
  },
  ['root', 'range'],
);

eachMode(test, 'a directory of the host is not passed on as stdin', async place => {
  makeImage(place);
  await whileRuns(place, 'box', '', async () => {
    const { stdout } = await tinydocker(place, ['exec', '--dry-run', '-i', 'box', 'true']);
    writeFileSync(join(place.home, 'exec.sh'), stdout);
    const { status, stderr } = await runAs(place, ['sh', '-c', 'sh exec.sh </']);
    assert.is(status, 125);
    assert.match(stderr, /a directory can not be passed on/);
  });
});

eachMode(
  test,
  'a number that is another process by now, or a container half made, is not entered',
  async place => {
    makeImage(place);
    const ran = ['box', 'sh', '-c', `${GUARD}echo ran`];
    await whileRuns(place, 'box', '', async () => {
      const init = recordedInit(join(place.store, 'containers/box'));
      const reused = await changedScript(place, ran, text => text.replace(init?.start ?? '', '1'));
      assert.equal([reused.status, reused.stdout], [125, '']);
      assert.match(reused.stderr, /the container has ended/);
      const slow = startTinydocker(place, ['run', '-q', '--pace', '400ms', 'slow', 'true']);
      const half = () => recordedInit(join(place.store, 'containers/slow'));
      await until(() => half() !== undefined);
      const other = half();
      const early = await changedScript(place, ran, text =>
        text
          .replace(`TARGET=${init?.pid}`, `TARGET=${other?.pid}`)
          .replace(init?.start ?? '', other?.start ?? ''),
      );
      slow.kill('SIGTERM');
      await slow.ended;
      assert.equal([early.status, early.stdout], [125, ''], early.stderr);
      assert.match(early.stderr, /the container is just being made/);
    });
  },
);

eachMode(test, 'programs of the host can not be opened for writing (CVE-2019-5736)', async place => {
  // The loader and libraries of the host's nsenter, so that it can start again as /proc/self/exe.
  makeImage(place, {
    change: root => {
      const nsenter = spawnSync('sh', ['-c', 'realpath "$(command -v nsenter)"'], {
        encoding: 'utf8',
      }).stdout.trim();
      for (const [library] of spawnSync('ldd', [nsenter], { encoding: 'utf8' }).stdout.matchAll(/\/\S+/g)) {
        mkdirSync(join(root, dirname(library)), { recursive: true });
        copyFileSync(library, join(root, library));
      }
      symlinkSync('/proc/self/exe', join(root, 'bin/exe'));
    },
  });
  await whileRuns(place, 'box', 'mkfifo /fifo', async () => {
    // The command is the host's nsenter once more, and waits for somebody to open the fifo.
    const waiting = startTinydocker(place, [
      'exec',
      'box',
      '/bin/exe',
      '--root=/',
      '--wdns=/fifo',
      '--',
      '/bin/true',
    ]);
    // chmod to the present mode changes nothing, and unlike open(2) it does not mind that the file is being executed.
    const text = `${GUARD}for p in /proc/[0-9]*; do f=$p/exe; case $(readlink $f) in */nsenter)
      readlink $f; chmod "$(stat -L -c %a $f)" $f 2>/tmp/why && echo WRITABLE; sed 's/.*: //' /tmp/why; echo >/fifo ;; esac; done`;
    let said = '';
    for (let round = 0; round < 50 && said === ''; round++)
      said = (
        await tinydocker(place, ['exec', 'box', '/bin/busybox', 'timeout', '20', '/bin/sh', '-c', text])
      ).stdout;
    // The first line proves that the attack got as far as holding the host's program.
    assert.match(said, /^\/\S+nsenter\nRead-only file system\n$/);
    await waiting.ended;
  });
});

test.run();
