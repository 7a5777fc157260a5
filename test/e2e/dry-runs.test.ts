/** --dry-run of whatever changes something prints what it would do and changes nothing: of no file, by its times neither. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadVerb, VERBS } from '../../src/commands/verbs.ts';
import { background, says, withContainers } from '../support/containers.ts';
import { makeImage } from '../support/image.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { tinydocker } from '../support/run.ts';
import { tarOf } from '../support/tar.ts';

const test = suite('dry-runs');

/** What each verb is asked; $D is a directory with an image layout, a tar of files and one of compressed ones. */
const ASKED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  run: [
    ['new', 'true'],
    ['-d', 'new', 'true'],
    ['--commit', 'made', 'new', 'true'],
  ],
  start: [['c1']],
  exec: [['r1', 'true']],
  stop: [['r1']],
  kill: [['r1']],
  restart: [['r1'], ['c1']],
  rename: [['c1', 'c2']],
  image: [
    ['import', 'made', '$D/files.tar'],
    ['import', 'made', '$D/files.tar.gz', '$D/layout'],
    ['import', 'made', '$D/layout'],
    ['save', 'base', '-o', '$D/out'],
    ['prune'],
  ],
  load: [['$D/layout'], ['$D/layout.tar']],
  save: [
    ['base', '-o', '$D/out'],
    ['--format', 'oci-dir', 'base', '-o', '$D/out'],
  ],
  tag: [['base', 'made']],
  rmi: [['unused']],
  rm: [['c1'], ['-f', 'r1']],
  commit: [
    ['c1', 'made'],
    ['--only', '/etc', 'c1', 'made'],
  ],
  fork: [['c1', 'made']],
  cp: [
    ['c1:/etc/new', '$D/out'],
    ['$D/files.tar', 'c1:/etc'],
  ],
  export: [['c1', '-o', '$D/out']],
  prune: [[]],
};
/** It needs a registry: test/e2e/pull.test.ts. */
const ELSEWHERE = ['pull'];

/** Everything below a directory: also inode numbers, and times of what was changed or written. */
function everything(directory: string): string {
  const { status, stdout, stderr } = spawnSync(
    'find',
    [directory, '-mindepth', '1', '-printf', '%P %y %i %m %U:%G %s %n %T@ %C@ %l\\n'],
    { encoding: 'utf8' },
  );
  assert.is(status, 0, stderr);
  return stdout;
}

test('every verb with --dry-run is asked', async () => {
  const names: string[] = [];
  for (const name of Object.keys(VERBS))
    if (/^ +(-\w, )?--dry-run/m.test((await loadVerb(name)).help)) names.push(name);
  assert.ok(names.length > 10, names.join(' '));
  assert.equal(
    names.filter(name => !Object.hasOwn(ASKED, name) && !ELSEWHERE.includes(name)),
    [],
  );
});

eachMode(test, 'a dry run changes nothing', place => withContainers(place, () => changesNothing(place)));

async function changesNothing(place: Place): Promise<void> {
  makeImage(place);
  makeImage(place, { name: 'unused:latest', empty: true });
  const edits = `${GUARD}echo x >/etc/new; rm /etc/group`;
  const kept = await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', edits]);
  assert.is(kept.status, 0, kept.stderr);
  await background(place, ['-q', 'r1', 'sh', '-c', `${GUARD}echo up; exec sleep 600`]);
  await says(place, 'r1', 'up\n');
  const directory = join(place.home, 'given');
  mkdirSync(directory, { mode: 0o777 });
  makeLayout(join(directory, 'layout'), { layers: [[{ name: 'f', text: 'x' }]] });
  writeFileSync(join(directory, 'files.tar'), tarOf([{ name: 'f', text: 'x' }]));
  for (const argv of [
    ['gzip', '--keep', 'files.tar'],
    ['tar', '-C', 'layout', '-cf', 'layout.tar', '.'],
    ['chmod', '-R', 'a+rwX', '.'],
  ] as const) {
    const [program, ...args] = argv;
    assert.is(spawnSync(program, args, { cwd: directory }).status, 0, program);
  }
  const before = [everything(place.store), everything(place.home)];
  for (const [verb, commands] of Object.entries(ASKED))
    for (const words of commands) {
      const given = words.map(word => word.replace('$D', directory));
      const at = verb === 'image' ? 1 : 0;
      const args = [verb, ...given.toSpliced(at, 0, '--dry-run')];
      const { status, stdout, stderr } = await tinydocker(place, args);
      const what = [verb, ...words].join(' ');
      assert.is(status, 0, `${what}: ${stderr}`);
      assert.ok(stdout.length > 0, what);
      assert.equal([everything(place.store), everything(place.home)], before, what);
    }
}

test.run();
