/** What a container in the background has written: all of it or parts, while it runs and afterwards, whoever dies meanwhile. */

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, directoryOf, ended, killMonitor, says, withContainers } from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

const test = suite('logs');

const sh = (program: string) => ['sh', '-c', `${GUARD}${program}`];
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join('');

/** What logs prints; it succeeds. */
async function logs(place: Place, ...words: readonly string[]): Promise<readonly [string, string]> {
  const { status, stdout, stderr } = await tinydocker(place, ['logs', ...words]);
  assert.is(status, 0, stderr);
  return [stdout, stderr];
}

eachMode(
  test,
  'stdout to stdout, stderr to stderr; all, the last lines, since and until; running and ended',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, [
        'c1',
        ...sh('echo one; echo bad >&2; sleep 0.2; echo two; printf "> "; read x </dev/console; sleep 30'),
      ]);
      await says(place, 'c1', '> ');
      assert.equal(await logs(place, 'c1'), ['one\ntwo\n> ', 'bad\n']);
      await killMonitor(place, 'c1');
      await background(place, [
        'c2',
        ...sh('echo one; echo bad >&2; sleep 0.2; echo two; printf "two\\000\\377"'),
      ]);
      await ended(place, 'c2');
      const [out] = await logs(place, 'c2');
      assert.is(out, 'one\ntwo\ntwo\0\ufffd');
      assert.equal(await logs(place, '--tail', '2', 'c2'), ['two\ntwo\0\ufffd', '']);
      assert.equal(await logs(place, '-n', '0', 'c2'), ['', '']);
      assert.equal(await logs(place, '--tail=all', 'c2'), [out, 'bad\n']);
      const [timed] = await logs(place, '-t', 'c2');
      const [, first = '', second = ''] =
        /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) one\n(\S+Z) two\n\S+Z two\0\ufffd$/.exec(timed) ?? [];
      assert.ok(first < second, timed);
      assert.equal(await logs(place, '--since', second, 'c2'), ['two\ntwo\0\ufffd', '']);
      assert.is((await logs(place, '--until', first, 'c2'))[0], 'one\n');
      assert.equal(await logs(place, '--since', '1h30m', 'c2'), [out, 'bad\n']);
      assert.equal(await logs(place, '--until', '1h', 'c2'), ['', '']);
    }),
  ['root', 'single'],
);

eachMode(
  test,
  'the log of a terminal goes to stdout, and a second start goes on in the same log',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['-t', 'c1', ...sh('echo one; echo two >&2')]);
      await ended(place, 'c1');
      assert.equal(await logs(place, 'c1'), ['one\r\ntwo\r\n', '']);
      assert.is((await tinydocker(place, ['start', 'c1'])).status, 0);
      await ended(place, 'c1');
      assert.equal(await logs(place, 'c1'), ['one\r\ntwo\r\none\r\ntwo\r\n', '']);
    }),
  ['root', 'single'],
);

eachMode(
  test,
  '-f shows whatever comes, over files that are full, and ends with the container',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const program =
        'sleep 0.3; for i in 0 1 2 3 4 5 6 7; do seq $((i*200+1)) $((i*200+200)); sleep 0.1; done; exit 3';
      for (const option of [[], ['--rm']]) {
        await background(place, ['--log-max', '64k', ...option, 'c1', ...sh(program)]);
        const following = startTinydocker(place, ['logs', '-f', 'c1']);
        const { status, stdout, stderr } = await following.ended;
        assert.equal([status, stderr], [0, '']);
        assert.is(stdout, numbers(1, 1600));
        await until(() => monitorIsGone(place, 'c1'));
        if (option.length === 0) assert.is((await tinydocker(place, ['rm', 'c1'])).status, 0);
      }
    }),
  ['root', 'single'],
);

function monitorIsGone(place: Place, name: string): boolean {
  return !hostState(place.store).processes.some(line => line.includes(`containers/${name}`));
}

eachMode(
  test,
  '-f ends at a moment, when nobody reads it any more, and when it is asked of what has ended',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', ...sh('i=0; while :; do i=$((i+1)); echo $i; sleep 0.1; done')]);
      const until = new Date(Date.now() + 1000).toISOString();
      assert.match((await logs(place, '-f', '--until', until, 'c1'))[0], /^1\n2\n3\n/);
      const line = `${tinydockerProgram().join(' ')} logs -f c1 | head -n 2; echo "\${PIPESTATUS[0]}"`;
      const piped = await runAs(place, ['bash', '-c', line]);
      assert.equal([piped.stdout, piped.stderr], ['1\n2\n0\n', '']);
      const following = startTinydocker(place, ['logs', '-f', '--tail', '1', 'c1']);
      await sleep(300);
      following.kill('SIGINT');
      assert.is((await following.ended).signal, 'SIGINT');
      await killMonitor(place, 'c1');
      assert.match((await logs(place, '-f', '--tail', '1', 'c1'))[0], /^\d+\n$/);
    }),
  ['root'],
);

eachMode(
  test,
  'kill -9 in the middle of much output: the log can be read, and nothing runs on',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const before = hostState(place.store);
      await background(place, [
        '--log-max',
        '1m',
        'c1',
        ...sh('[ ! -e /again ] || exec echo again; : >/again; seq 100000000'),
      ]);
      await until(() => existsSync(join(directoryOf(place, 'c1'), 'log.1')));
      const following = startTinydocker(place, ['logs', '-f', '--tail', '0', 'c1']);
      await until(() => following.stdout() !== '');
      await killMonitor(place, 'c1');
      const { status } = await following.ended;
      assert.is(status, 0);
      await until(() => hostState(place.store).processes.length === before.processes.length);
      const [out, err] = await logs(place, 'c1');
      const lines = out.split('\n').slice(0, -1).map(Number);
      assert.is(err, '');
      assert.ok(lines.length > 1000);
      assert.equal(
        lines,
        Array.from({ length: lines.length }, (_, index) => (lines[0] ?? 0) + index),
      );
      // What follows is not spoilt by the line that was broken off.
      writeTorn(place, 'c1');
      assert.is((await tinydocker(place, ['start', 'c1'])).status, 0);
      await ended(place, 'c1');
      assert.match((await logs(place, 'c1'))[0], /\nagain\n$/);
    }),
  ['root', 'single'],
);

/** As if the kill had come in the middle of write(2): that is a matter of luck. */
function writeTorn(place: Place, name: string): void {
  // Killed while it renamed the log, it leaves only the old one.
  const files = ['log', 'log.1'].map(file => join(directoryOf(place, name), file));
  appendFileSync(files.find(existsSync) ?? '', '{"log":"123');
}

eachPreparedMode(
  test,
  'the disk is full: the container goes on, and what is lost is said when there is room',
  async place => {
    makeImage(place);
    // The first 700 kB fill the disk; then the container makes room.
    const program =
      'yes 0123456789abcdef | head -c 300000; sleep 0.5; : >/ballast; echo after; echo end >&2; exit 5';
    const made = 'head -c 200000 /dev/zero >/ballast; ';
    const small = prepared(place, 'mount -t tmpfs -o size=700k,mode=0700 tmpfs "$dir/store/containers"');
    const line = `"$@" run -q -d c1 sh -c '${GUARD}${made}${program}'; "$@" logs -f --tail 0 c1 >/dev/null 2>&1; "$@" logs c1`;
    const ran = await runAs(small, ['sh', '-c', line, 'x', ...tinydockerProgram()]);
    const [, lost = '0'] =
      /^tinydocker: (\d+) bytes of output are lost: the log could not be written\nend\n$/.exec(
        withoutNotes(ran.stderr),
      ) ?? [];
    const output = `${'0123456789abcdef\n'.repeat(20_000)}`.slice(0, 300_000);
    const kept = ran.stdout.slice('c1\n'.length, -'after\n'.length);
    assert.ok(ran.stdout.endsWith('after\n'), ran.stdout.slice(-100));
    assert.ok(output.startsWith(kept), 'what was kept is the beginning');
    assert.is(kept.length + Number(lost), output.length, ran.stderr);
    assert.ok(Number(lost) > 0);
  },
  ['root'],
);

eachMode(
  test,
  'a container that a printed script runs has its output without times',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      const words = ['run', '-d', '--dry-run', 'c1', ...sh('echo one; echo bad >&2; sleep 0.5; echo two')];
      const script = await tinydocker(place, words);
      assert.is((await runAs(place, ['sh'], { input: script.stdout })).status, 0);
      assert.equal(await logs(place, '-f', 'c1'), ['one\ntwo\n', 'bad\n']);
      assert.equal(await logs(place, '--tail', '1', 'c1'), ['two\n', 'bad\n']);
      const { status, stdout, stderr } = await tinydocker(place, ['logs', '-t', 'c1']);
      assert.equal([status, stdout], [1, '']);
      assert.match(
        stderr,
        /^tinydocker: The container "c1" was started by a printed script, which keeps its output without times\.\n/,
      );
    }),
  ['root', 'single'],
);

eachMode(
  test,
  'what has no log, and what was typed wrong',
  async place => {
    makeImage(place);
    assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true'])).status, 0);
    const cases: readonly (readonly [words: readonly string[], status: number, said: RegExp])[] = [
      [
        ['c1'],
        1,
        /^tinydocker: The container "c1" has no log: its output went to whoever started it in the foreground\.\n/,
      ],
      [['c2'], 1, /^tinydocker: There is no container "c2"\.\nDid you mean c1\?/],
      [['../c1'], 1, /There is no container/],
      [[], 2, /Which container/],
      [['c1', 'c2'], 2, /takes one container/],
      [['--tail', 'x', 'c1'], 2, /"x" is no number of lines/],
      [['--since', 'x', 'c1'], 2, /--since "x" is no moment/],
      [['--details', 'c1'], 2, /--details is not supported/],
    ];
    for (const [words, status, said] of cases) {
      const result = await tinydocker(place, ['logs', ...words]);
      assert.equal([result.status, result.stdout], [status, ''], words.join(' '));
      assert.match(result.stderr, said);
    }
  },
  ['root'],
);

test.run();
