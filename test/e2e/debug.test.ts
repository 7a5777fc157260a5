// @long
/** run --step and run --break as lines: on a pipe, where it can be scripted. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startDebugger, withDebugger } from '../support/debugger.ts';
import { leavesNothing } from '../support/host.ts';
import { IMAGE_MARK_FILE, makeImage } from '../support/image.ts';
import { pruneAll } from '../support/killing.ts';
import { eachMode, type Mode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('e2e/debug');

function tidily(
  name: string,
  body: (place: Place) => Promise<void>,
  only: readonly Mode['name'][] = ['root'],
): void {
  eachMode(test, name, leavesNothing(body), only);
}

const command = (text: string) => ['c1', '/bin/sh', '-c', `${GUARD}${text}`];

function script(
  place: Place,
  lines: string,
  args: readonly string[],
  options: readonly string[] = ['--step'],
) {
  return tinydocker(place, ['run', ...options, ...args], { input: lines });
}

tidily(
  'a script steps, steps back and goes on; stdout is the container’s alone',
  async place => {
    const { status, stdout, stderr } = await script(place, 'n\nn\nN\nc\n', command('echo ran; exit 3'));
    assert.is(status, 3, stderr);
    assert.is(stdout, 'ran\n');
    assert.match(
      stderr,
      /debug> N\nback: step 2\/\d+ make-fifos .*\n.*taken back\neverything is as it was before the step\n/,
    );
    assert.match(stderr, /left behind: nothing\n$/);
  },
  ['root', 'range', 'single'],
);

tidily('what follows c on stdin is the container’s, to the last byte', async place => {
  const { status, stdout, stderr } = await script(place, 'n\n\nc\nfirst\nlast', command('cat'), [
    '--step',
    '-i',
  ]);
  assert.is(status, 0, stderr);
  assert.is(stdout, 'first\nlast');
});

tidily('the end of a script goes on to the end', async place => {
  const { status, stdout, stderr } = await script(place, 'n', command('echo ran'));
  assert.is(status, 0, stderr);
  assert.is(stdout, 'ran\n');
  assert.match(stderr, /end of input: going on/);
});

tidily('q undoes everything; r begins again', async place => {
  const { status, stdout, stderr } = await script(place, 'n\nn\nn\nr\nl\nn\nq\n', command('echo ran'));
  assert.is(status, 130, stderr);
  assert.is(stdout, '');
  assert.match(stderr, /starting again\n[\s\S]*>\s+1 reserve-name\s+next/);
});

tidily('f lets a step fail: the cause, then the undo', async place => {
  const { status, stderr } = await script(place, 'n\nn\nf\nn\n', command('echo ran'));
  assert.is(status, 125, stderr);
  assert.match(
    stderr,
    /FAILED, on purpose[\s\S]*The step hold-gate failed because you asked for it\.\n[\s\S]*undone: step 1/,
  );
});

tidily('breakpoints stop at full speed, by name; and what is no step is refused', async place => {
  const { status, stderr } = await script(
    place,
    'l\nb pivot-root\nb nonsense\nb wait\nc\nq\n',
    command('true'),
    ['--break', 'mount-overlay'],
  );
  assert.is(status, 130, stderr);
  assert.match(stderr, /breakpoint: next is step \d+\/\d+ mount-overlay[\s\S]*breakpoint at pivot-root: set/);
  assert.match(
    stderr,
    /The plan has no step "nonsense"[\s\S]*no stop at wait[\s\S]*breakpoint: next is step \d+\/\d+ pivot-root/,
  );
  const unknown = await script(place, '', command('true'), ['--break', 'pivot']);
  assert.is(unknown.status, 2);
  assert.match(
    unknown.stderr,
    /The plan has no step "pivot"\.\nDid you mean pivot-root\? "error" stops at any failure/,
  );
});

/** In place of a step that runs in the mount namespace: wherever it lands, it writes only below the store. */
const MARK = `sh -ec 'echo "$1" >"$2/marked"' mark "pid-$INIT" "$M"`;

tidily('--break error stops at a failure, which can be looked at, edited and tried again', async place => {
  const { status, stdout, stderr } = await script(
    place,
    `e mount --no-such-option\nc\ns ls "$C"\ne ${MARK}\nc\n`,
    command('cat /marked'),
    ['--break', 'protect-host', '--break', 'error'],
  );
  assert.is(status, 0, stderr);
  assert.match(stdout, /^pid-\d+\n$/);
  assert.match(stderr, /protect-host .*FAILED/);
  assert.match(stderr, /container\.json/);
  assert.match(stderr, /here again, before step \d+\/\d+ protect-host/);
});

tidily('the plan is told before the failure that --break error stops at', async place => {
  const { stderr } = await script(place, 'n\n', command('true'), [
    ...['--break', 'error', '--fail-at', 'make-fifos'],
  ]);
  assert.match(
    stderr,
    /^run c1 from the image [^\n]* lists the keys\.\nstep 2\/\d+ make-fifos [^\n]*FAILED/m,
  );
});

tidily('a step that --fail-at made fail is not edited', async place => {
  const { status, stderr } = await script(place, 'e true\nn\n', command('true'), [
    ...['--break', 'error', '--fail-at', 'mount-overlay'],
  ]);
  assert.is(status, 125);
  assert.match(stderr, /can not be edited: --fail-at has put another one in its place/);
});

tidily('e edits the next command, whose variables stay variables; x writes the plan with it', async place => {
  await withDebugger(place, command('cat /marked'), {}, async session => {
    await session.send('b protect-host');
    await session.send('c');
    assert.match(await session.send('e'), /its command is\nmount --no-mtab -o remount/);
    assert.match(await session.send('ls "$INIT" |'), /no shell sees it: \|/);
    assert.match(await session.send(`e ${MARK}`), /is now\n +\$ nsenter.* mark "pid-\$INIT" "\$M"/);
    const file = join(place.home, 'plan');
    for (const ending of ['sh', 'md', 'json']) {
      assert.match(await session.send(`x ${file}.${ending}`), /written: /);
      assert.match(readFileSync(`${file}.${ending}`, 'utf8'), /Edited in the debugger/);
    }
    assert.match(await session.send(`x ${file}.sh`), /is there already, and is left as it is/);
    assert.match(
      await session.send(`x ${place.home}/none/plan.sh`),
      /none\/plan\.sh" can not be written: there is no such directory\.\n/,
    );
    assert.match(await session.send('x plan.doc'), /has to end in \.sh, \.md or \.json/);
    assert.match(await session.send('n'), /\+ upper\/marked {2}file/);
    assert.match(await session.send('N'), /it was edited, and nobody knows[\s\S]*here again/);
    assert.match(await session.send('l'), /protect-host.*\(edited\)/);
    const { status, stdout, stderr } = await session.last('c');
    assert.is(status, 0, stderr);
    assert.match(stdout, /^pid-\d+\n$/);
    const again = await runAs(place, ['sh', `${file}.sh`]);
    assert.is(again.status, 0, again.stderr);
    assert.match(again.stdout, /^pid-\d+\n$/);
  });
});

tidily('a step that is edited into a wrong one fails with its cause, and can be mended', async place => {
  await withDebugger(place, command('echo ran'), {}, async session => {
    await session.send('b mount-overlay');
    await session.send('c');
    await session.send('e mount -t overlay overlay -o lowerdir=/nowhere "$M"');
    assert.match(await session.send('n'), /FAILED[\s\S]*tinydocker: [\s\S]*Nothing has been undone yet/);
    assert.match(await session.send('e'), /edit> $/);
    assert.match(await session.send(''), /debug> $/);
    assert.match(await session.send('N'), /here again, before step \d+\/\d+ mount-overlay/);
    const { status, stderr } = await session.last('q');
    assert.is(status, 130, stderr);
  });
});

tidily('w, d, a, l and ? tell something, and the container is as it was', async place => {
  await withDebugger(place, command('echo ran'), {}, async session => {
    await session.send('n');
    assert.match(await session.send('w'), /mkfifo\(3\)/);
    assert.match(await session.send('d'), /\+ \$C {2}directory/);
    assert.match(await session.send('a'), /host mount table: \d+ mounts/);
    assert.match(await session.send('?'), /^n {2}do the next step/m);
    assert.match(await session.send('zz'), /"zz" means nothing here/);
    const { status } = await session.last('c');
    assert.is(status, 0);
  });
});

tidily(
  'S is a shell of the host before pivot_root and in the old root behind it, and one of the image without privileges at last',
  async place => {
    await withDebugger(place, command('echo ran'), {}, async session => {
      assert.match(await session.send('S ls'), /no namespaces yet/);
      assert.match(await session.send('s'), /no terminal for a shell/);
      await session.send('b make-device-files');
      await session.send('c');
      const before = await session.send('S readlink /proc/self/ns/mnt; echo "$C"; touch "$M/mine"');
      assert.match(before, /mnt:\[\d+\]\n/);
      assert.match(before, /what you changed:\n {2}\+ upper\/mine {2}file/);
      assert.match(
        await session.send('N'),
        /NOT as it was before the step:\n {2}\+ upper\/mine|starting again/,
      );
      await session.send('b detach-old-root');
      await session.send('c');
      await session.send('c');
      const between = await session.send(
        `S readlink /proc/self/ns/mnt "/proc/$INIT/ns/mnt"; cat ${IMAGE_MARK_FILE}; cat "/proc/$INIT/root${IMAGE_MARK_FILE}"`,
      );
      assert.match(between, /(mnt:\[\d+\])\n\1\n/, 'the namespace is that of init');
      assert.match(between, /No such file/, 'the root is the old one');
      assert.match(between, /tinydocker test image/, 'and the new one is in sight');
      await session.send('n');
      const inside = await session.send(
        `S cat ${IMAGE_MARK_FILE}; ls /dev/.old; grep CapBnd /proc/self/status; touch /made`,
      );
      assert.match(inside, /tinydocker test image/);
      assert.match(inside, /\.old: No such file/);
      assert.not.match(inside, /CapBnd:\s+000001ffffffffff/);
      assert.match(inside, /\+ upper\/made {2}file/);
      const { status, stdout, stderr } = await session.last('c');
      assert.is(status, 0, stderr);
      assert.is(stdout, 'ran\n');
    });
  },
  ['root', 'range', 'single'],
);

eachMode(
  test,
  '--commit makes the image of a run that was stepped through',
  async place => {
    makeImage(place);
    const { status, stderr } = await script(place, 'n\nc\n', command('echo x >/made'), [
      '--step',
      '--commit',
      'mine',
    ]);
    assert.is(status, 0, stderr);
    const { stdout } = await tinydocker(place, ['run', '--image', 'mine', 'c2', 'cat', '/made']);
    assert.is(stdout, 'x\n');
  },
  ['root'],
);

tidily('with --lang zh the steps are told in Chinese, and recorded in English', async place => {
  const file = join(place.home, 'recorded.ndjson');
  const { status, stderr } = await script(place, 'n\nw\ne true\nq\n', command('true'), [
    ...['--step', '--lang', 'zh', '--record', file],
  ]);
  assert.is(status, 130, stderr);
  assert.match(stderr, /reserve-name \(占用名字\)/);
  assert.match(stderr, /mkfifo\(3\) 创建命名管道/);
  assert.not.match(readFileSync(file, 'utf8'), /\p{Script=Han}/u);
});

tidily('combinations that make no sense are refused in one sentence', async place => {
  for (const [options, why] of [
    [['--step', '--dry-run'], /--step does not go with --dry-run/],
    [['--step', '-d'], /--step does not go with -d/],
    [['--break', 'error', '-q'], /--break does not go with -q/],
    [['--step', '--pace', '2s'], /--step does not go with --pace/],
    [['--step', '--progress', 'json'], /does not go with --progress json/],
    [['--step', '-t'], /--step with -t needs a terminal/],
  ] as const) {
    const { status, stderr } = await script(place, '', ['c1', 'true'], options);
    assert.is(status, 2, stderr);
    assert.match(stderr, why);
  }
});

/** Killed as soon as it says that it takes the step back; prune has to find all that is there. */
for (const step of [
  'make-directories',
  'start-init',
  'mount-overlay',
  'bind-devices',
  'pivot-root',
  'detach-old-root',
])
  tidily(
    `kill -9 while ${step} is taken back leaves what prune removes`,
    async place => {
      const session = await startDebugger(place, command('echo ran'));
      await session.send(`b ${step}`);
      await session.send('c');
      await session.send('n');
      const said = session.said().length;
      void session.send('N').catch(() => undefined);
      await until(() => /back: step|starting again/.test(session.said().slice(said)));
      session.kill('SIGKILL');
      await session.ended;
      await pruneAll(place);
      assert.not.ok(existsSync(join(place.store, 'containers/c1')));
    },
    ['root', 'range'],
  );

test.run();
