/** ps: every container once, with what the kernel says of it. */

import { cpSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { background, directoryOf, ended, killMonitor, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { untilAbandoned } from '../support/journal.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('ps');

const sh = (program: string) => ['sh', '-c', `${GUARD}${program}`];

async function ps(place: Place, ...words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, ['ps', ...words]);
  assert.equal([status, stderr], [0, '']);
  return stdout;
}

eachMode(test, 'ps tells those that run, that ended, and that nobody saw the end of', place =>
  withContainers(place, async () => {
    assert.is(await ps(place), 'NAMES   IMAGE   COMMAND   CREATED   STATUS\n');
    makeImage(place);
    await background(place, ['first', ...sh('exit 3')]);
    await ended(place, 'first');
    await background(place, ['gone', ...sh('exec sleep 60')]);
    await killMonitor(place, 'gone');
    await untilAbandoned(place.store, 'gone');
    await background(place, ['up', 'sleep', '60']);

    const [headings, only, ...more] = (await ps(place)).split('\n');
    assert.match(headings ?? '', /^NAMES +IMAGE +COMMAND +CREATED +STATUS$/);
    assert.match(
      only ?? '',
      /^up +base +"sleep 60" +(Less than a|1|\d+) seconds? ago +Up (Less than a|1|\d+) seconds?$/,
    );
    assert.equal(more, ['']);
    assert.is(await ps(place, '-aq'), 'up\ngone\nfirst\n');
    assert.is(await ps(place, '-lq'), 'up\n');
    assert.is(await ps(place, '-qn', '2'), 'up\ngone\n');
    assert.is(await ps(place, '-q', '--filter', 'exited=3'), 'first\n');
    assert.is(await ps(place, '-q', '--filter', 'status=lost'), 'gone\n');
    const format = '{{.ID}} {{.State}} {{.Status}}';
    const lines = (await ps(place, '-a', '--format', format)).split('\n');
    assert.match(lines[0] ?? '', /^up running Up /);
    assert.is(lines[1], 'gone lost Lost: killed with what ran it');
    assert.match(lines[2] ?? '', /^first exited Exited \(3\) .* ago$/);
    const table = await ps(place, '-a', '--filter', 'name=up', '--format', 'table {{.Names}}\\t{{.State}}');
    assert.is(table, 'NAMES   STATE\nup      running\n');
    const first = JSON.parse(await ps(place, '--format', 'json')) as Record<string, string>;
    assert.is(first['Names'], 'up');
    assert.match(await ps(place, '-s'), /up .* \d+(\.\d)? [kM]?B\+? \(virtual .*\)\n$/);

    // A journal of before the machine restarted.
    const journal = join(directoryOf(place, 'gone'), 'journal.jsonl');
    const [head = '', ...rest] = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, [head.replace(/"boot":"[^"]*"/, '"boot":"another"'), ...rest].join('\n'));
    assert.is(
      await ps(place, '-a', '--filter', 'name=gone', '--format', '{{.Status}}'),
      'Gone: the machine restarted\n',
    );
  }),
);

eachMode(
  test,
  'ps believes the kernel, not a PID in a file that is somebody else’s by now',
  place =>
    withContainers(place, async () => {
      makeImage(place);
      await background(place, ['c1', ...sh('exec sleep 60')]);
      const journal = join(directoryOf(place, 'c1'), 'journal.jsonl');
      const text = readFileSync(journal, 'utf8');
      // init's number now belongs to a process that started at another time.
      writeFileSync(journal, text.replace(/"INIT_START":"\d+"/, '"INIT_START":"1"'));
      assert.is(await ps(place, '-q'), '');
      assert.is(await ps(place, '-a', '--format', '{{.State}}'), 'created\n');
      writeFileSync(journal, text);
    }),
  ['root'],
);

eachMode(
  test,
  'ps lists what is damaged, and refuses what it does not know',
  async place => {
    makeImage(place);
    await tinydocker(place, ['run', '--keep', 'c1', 'true']);
    const filter = (path: string) => !lstatSync(path).isFIFO();
    cpSync(directoryOf(place, 'c1'), directoryOf(place, 'c2'), { recursive: true, filter });
    writeFileSync(join(directoryOf(place, 'c2'), 'container.json'), '{"keep');
    assert.equal((await ps(place, '-aq')).split('\n').toSorted(), ['', 'c1', 'c2']);
    for (const [words, said] of [
      [['c1'], 'ps takes no names, and got "c1".'],
      [['--format', '{{.Nams}}'], 'There is no field ".Nams".\nDid you mean Names?'],
      [['--format', '{{range .}}'], 'The template has "{{range .}}", which is not supported.'],
      [['--filter', 'colour=red'], 'The filter "colour=red" is not known.'],
      [['-n', 'x'], '"x" is not a number of containers.'],
    ] as const) {
      const { status, stdout, stderr } = await tinydocker(place, ['ps', ...words]);
      assert.equal([status, stdout], [2, '']);
      assert.match(stderr, said);
    }
  },
  ['root'],
);

test.run();
