/** stats: what containers use, once, again and again, and redrawn on a terminal. */

import { existsSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, ended, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, MODES, withPlace } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { NO_PYTHON, PYTHON, ptyTinydocker, text } from '../support/pty.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('stats');
const STRACE = '/usr/bin/strace';

eachMode(test, 'stats sums up what the processes of each container use', place =>
  withContainers(place, async () => {
    makeImage(place);
    // Work that a child does counts when the child has ended, too.
    const busy = `${GUARD}dd if=/dev/zero of=/file bs=64k count=16 conv=fsync 2>/dev/null; sleep 60 & echo up; while :; do :; done`;
    await background(place, ['busy', 'sh', '-c', busy]);
    await background(place, ['idle', 'sleep', '60']);
    await background(place, ['over', 'true']);
    await says(place, 'busy', 'up');
    await ended(place, 'over');
    const { status, stdout, stderr } = await tinydocker(place, [
      ...['stats', '--no-stream', '--format', 'json', 'busy', 'idle', 'over'],
    ]);
    assert.equal([status, stderr], [0, '']);
    const [one, two, three] = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, string>);
    assert.ok(one && two && three);
    assert.equal([one['Name'], one['PIDs'], two['Name'], two['PIDs']], ['busy', '2', 'idle', '1']);
    assert.match(one['CPUPerc'] ?? '', /^\d+\.\d\d%$/);
    assert.ok(Number.parseFloat(one['CPUPerc'] ?? '') > Number.parseFloat(two['CPUPerc'] ?? ''));
    assert.match(one['MemUsage'] ?? '', /^[1-9][\d.]* [kM]B \/ [\d.]+ GB$/);
    assert.is(one['NetIO'], '0 B / 0 B');
    assert.match(one['BlockIO'] ?? '', /^\S+ k?M?B \/ (1\.[01] MB|0 B)$/);
    assert.equal([three['CPUPerc'], three['PIDs']], ['--', '--']);
    const table = await tinydocker(place, ['stats', '--no-stream']);
    assert.match(
      table.stdout,
      /^NAME +CPU % +MEM USAGE \/ LIMIT +MEM % +NET I\/O +BLOCK I\/O +PIDS\nidle .*\nbusy .*\n$/,
    );
  }),
);

eachMode(
  test,
  'stats goes on until a signal, and says what it does not know',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', 'sleep', '60']);
      const running = startTinydocker(place, ['stats', '--format', '{{.Name}} {{.PIDs}}']);
      await until(() => running.stdout().startsWith('c1 1\nc1 1\n'));
      running.kill('SIGINT');
      const { status, stderr } = await running.ended;
      assert.equal([status, stderr], [130, '']);
      const unread = await runAs(place, [
        'sh',
        '-c',
        '"$@" | head -n 1',
        'sh',
        ...tinydockerProgram(),
        'stats',
      ]);
      assert.match(unread.stdout, /^NAME/);
      for (const [words, expected, said] of [
        [['nobody'], 1, 'tinydocker: There is no container "nobody".\n'],
        [['--format', '{{.CPU}}'], 2, 'tinydocker: There is no field ".CPU".\n'],
      ] as const) {
        const refused = await tinydocker(place, ['stats', ...words]);
        assert.equal([refused.status, refused.stdout], [expected, '']);
        assert.is(refused.stderr.slice(0, said.length), said);
      }
    }),
  ['root'],
);

const [root] = MODES;
const unavailable = root?.unavailable ?? (PYTHON === undefined ? NO_PYTHON : undefined);

skipUnless(
  test,
  'on a terminal the table is redrawn, and the last one stays',
  unavailable === undefined,
  unavailable ?? '',
  () =>
    withPlace(root as NonNullable<typeof root>, place =>
      withContainers(place, async () => {
        makeImage(place);
        // What does not change is not drawn again.
        await background(place, ['c1', 'sh', '-c', `${GUARD}while :; do :; done`]);
        const pty = ptyTinydocker(place, ['stats']);
        await pty.seen(/NAME +CPU %[\s\S]*c1 +\d[\s\S]*c1 +\d/);
        pty.write('\u0003');
        const { status, output, restored } = await pty.ended;
        assert.equal([status, restored], [130, true]);
        assert.match(output, '\u001b[', 'it moves the cursor');
        assert.match(text(output), /NAME +CPU %.*PIDS\nc1 .* 1\n$/);
      }),
    ),
);

skipUnless(
  test,
  'without a terminal Ink is not loaded',
  existsSync(STRACE) && root?.unavailable === undefined,
  'strace is not installed',
  () =>
    withPlace(root as NonNullable<typeof root>, async place => {
      makeImage(place);
      const trace = [STRACE, '-f', '-qq', '-e', 'trace=openat,open', ...tinydockerProgram()];
      const { stderr } = await runAs(place, [...trace, 'stats', '--no-stream']);
      assert.match(stderr, '/dist/main-');
      assert.not.match(stderr, '/dist/terminal-');
    }),
);

test.run();
