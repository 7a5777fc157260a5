/** explain and help, as they are typed. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { VERBS } from '../../src/commands/verbs.ts';
import { eachMode } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';

const test = suite('explain and help');

eachMode(test, 'tells every step that it lists, and needs no image and no store', async place => {
  const list = await tinydocker(place, ['explain'], { store: '/nonexistent' });
  assert.is(list.status, 0, list.stderr);
  const ids = [...list.stdout.matchAll(/^ +\d+ {2}([a-z0-9-]+) /gm)].map(([, id = '']) => id);
  assert.ok(ids.length > 18, list.stdout);
  assert.ok(
    list.stdout.split('\n').every(line => line.length <= 80),
    list.stdout,
  );
  const all = await tinydocker(place, ['explain', '--all'], { store: '/nonexistent' });
  for (const id of ids) assert.match(all.stdout, new RegExp(`^${id}: `, 'm'));
  for (const heading of ['Why', 'Where', 'Command', 'Undo', 'What commonly goes wrong'])
    assert.is(all.stdout.match(new RegExp(`^${heading}$`, 'gm'))?.length, ids.length, heading);
  const [one = ''] = ids.slice(-3);
  assert.ok(all.stdout.includes((await tinydocker(place, ['explain', one])).stdout));
});

eachMode(test, 'shows the commands of this mode', async place => {
  const { stdout } = await tinydocker(place, ['explain', 'start-init']);
  assert.is(stdout.includes('--map-root-user'), place.mode.name !== 'root');
  assert.is(stdout.includes('--map-auto'), place.mode.name === 'range');
});

eachMode(
  test,
  'an unknown step is a usage error with similar names',
  async place => {
    for (const [typed, hint] of [
      ['pivot', 'Did you mean pivot-root?'],
      ['mount-overly', 'Did you mean mount-overlay?'],
      ['zzzzzzzzzzzzzzzz', 'Its steps are: reserve-name,'],
    ] as const) {
      const { status, stdout, stderr } = await tinydocker(place, ['explain', typed]);
      assert.equal([status, stdout], [2, '']);
      assert.ok(stderr.includes(hint), stderr);
    }
  },
  ['root', 'single'],
);

eachMode(
  test,
  'help is on stdout, wherever it is asked for',
  async place => {
    const help = await tinydocker(place, ['help']);
    assert.is(help.status, 0);
    for (const words of [[], ['--help'], ['-h']]) assert.equal(await tinydocker(place, words), { ...help });
    for (const verb of Object.keys(VERBS).filter(name => name !== 'help')) {
      assert.match(help.stdout, new RegExp(`^  ${verb} `, 'm'));
      const long = await tinydocker(place, [verb, '--help']);
      assert.equal([long.status, long.stderr], [0, '']);
      assert.match(long.stdout, /^.+\n\nExamples\n/);
      assert.is((await tinydocker(place, ['help', verb])).stdout, long.stdout);
      // Of run, -h is the hostname, as docker has it.
      if (verb !== 'run') assert.equal(await tinydocker(place, [verb, '-h']), long);
    }
    assert.match((await tinydocker(place, ['--version'])).stdout, /^tinydocker \d+\.\d+\.\d+\n$/);
    const wrong = await tinydocker(place, ['help', 'dotcor']);
    assert.is(wrong.status, 2);
    assert.match(wrong.stderr, /no verb "dotcor"\.\nDid you mean doctor\?/);
  },
  ['root', 'single'],
);

test.run();
