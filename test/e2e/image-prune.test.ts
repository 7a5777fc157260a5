/** image prune: what it lists is what nobody uses, and what it removes is what it listed. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { IMAGE_MARK_FILE, makeImage } from '../support/image.ts';
import { archive } from '../support/imports.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachTerminalMode, ptyTinydocker } from '../support/pty.ts';
import { runAs, tinydocker } from '../support/run.ts';

const MARK = { name: IMAGE_MARK_FILE.slice(1), text: 'test' };

async function succeed(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, `${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Imports an image of one layer, which has this text in it. */
async function importing(place: Place, name: string, text: string): Promise<void> {
  const tar = archive(place, [MARK, { name: 'f', text }], `${text}.tar`);
  await succeed(place, 'image', 'import', '-q', name, tar);
}

function store(place: Place): readonly string[] {
  return ['images', 'layers', 'l', 'tmp'].map(
    name => `${name} ${readdirSync(join(place.store, name)).length}`,
  );
}

/** The names of the images that are left. */
function images(place: Place): readonly string[] {
  return readdirSync(join(place.store, 'images')).toSorted();
}

eachMode(test, 'layers that lost their name go; images stay', async place => {
  await importing(place, 'x', 'old');
  await importing(place, 'y', 'other');
  assert.is(await succeed(place, 'image', 'prune'), 'There is nothing to remove.\n');
  await importing(place, 'x', 'new');
  const before = treeOf(place.store);

  const script = await succeed(place, 'image', 'prune', '--dry-run');
  assert.match(script, /^# take-layers: /m);
  assert.equal(treeOf(place.store), before, 'a dry run changes nothing');
  const unasked = await tinydocker(place, ['image', 'prune']);
  assert.is(unasked.status, 1);
  assert.match(unasked.stderr, /^tinydocker: Nothing was removed: image prune asks first/m);
  assert.equal(treeOf(place.store), before);
  const failed = await tinydocker(place, ['image', 'prune', '-f', '--fail-at', 'take-layers']);
  assert.is(failed.status, 1);
  assert.equal(treeOf(place.store), before, 'a failure puts everything back');

  const listed = await succeed(place, 'image', 'prune', '--force');
  assert.match(listed, /^WHAT +NAME +SIZE +WHY$/m);
  assert.match(
    listed,
    /^layer +[0-9a-f]{12} +\d.*B +no other image has it\nlink +\w{8} +no other image uses it$/m,
  );
  assert.match(listed, /^Freed \d.*B\.$/m);
  assert.equal(store(place), ['images 2', 'layers 2', 'l 2', 'tmp 0']);

  // The script does the same.
  await importing(place, 'y', 'newer');
  const later = await succeed(place, 'image', 'prune', '--dry-run');
  const ran = await runAs(place, ['sh'], { input: later });
  assert.is(ran.status, 0, ran.stderr);
  assert.equal(store(place), ['images 2', 'layers 2', 'l 2', 'tmp 0']);
  const empty = await succeed(place, 'image', 'prune', '--dry-run');
  assert.is((await runAs(place, ['sh'], { input: empty })).status, 0);
});

eachMode(test, '--all: images that no container uses, whatever shares their layers', async place => {
  makeImage(place, { name: 'used:latest' });
  const tree = ['run', '-q', '--keep', '--image', 'used', 'kept', '/bin/true'];
  await succeed(place, ...tree);
  await succeed(place, 'tag', '-q', 'used', 'tagged');
  await importing(place, 'x', 'x');
  const listed = await succeed(place, 'image', 'prune', '-a', '-f');
  assert.match(listed, /^image +tagged +no container uses it\nimage +x +no container/m);
  assert.not.match(listed, /used:|image +used/);
  assert.equal(images(place), ['used:latest.json']);
  assert.equal(store(place), ['images 1', 'layers 1', 'l 1', 'tmp 0']);
  await succeed(place, 'rm', '-q', 'kept');
  await succeed(place, 'image', 'prune', '-a', '-f', '-q');
  assert.equal(store(place), ['images 0', 'layers 0', 'l 0', 'tmp 0']);
});

eachMode(test, '--filter: by time and label, and nothing but these', async place => {
  for (const [name, created, Labels] of [
    ['old:1', '2020-01-01T00:00:00Z', { made: 'test' }],
    ['plain:1', '2020-01-01T00:00:00Z', {}],
    ['young:1', '2200-01-01T00:00:00Z', { made: 'test' }],
  ] as const) {
    const { path } = makeLayout(join(place.dir, name), {
      name,
      layers: [[MARK, { name: 'f', text: name }]],
      config: config => ({ ...config, created, config: { Labels } }),
    });
    await succeed(place, 'load', '-q', path);
  }
  await importing(place, 'x', 'old');
  await importing(place, 'x', 'new');
  const prune = (...words: readonly string[]) => succeed(place, 'image', 'prune', '-a', '-f', ...words);
  assert.match(await prune('--filter', 'label=none'), /nothing to remove/);
  await prune('--filter', 'label=made', '--filter', 'until=1h');
  assert.equal(images(place), ['plain:1.json', 'x:latest.json', 'young:1.json']);
  assert.is(readdirSync(join(place.store, 'layers')).length, 4, 'what had no image before stays');
  await prune('--filter', 'label!=made=test', '--filter', 'until=2100-01-01');
  assert.equal(images(place), ['young:1.json']);
  for (const words of [
    ['--filter', 'until=1h'],
    ['-a', '--filter', 'dangling=true'],
    ['-a', '--filter'],
    ['name'],
  ]) {
    const { status, stderr } = await tinydocker(place, ['image', 'prune', ...words]);
    assert.is(status, 2, words.join(' '));
    assert.match(stderr, /^tinydocker: [^\n]*[.:]/);
  }
});

eachMode(test, 'a script that is run later removes nothing that changed meanwhile', async place => {
  await importing(place, 'x', 'old');
  const script = await succeed(place, 'image', 'prune', '-a', '--dry-run');
  await importing(place, 'x', 'new');
  const before = treeOf(place.store);
  const late = await runAs(place, ['sh'], { input: script });
  assert.is(late.status, 125);
  assert.match(late.stderr, /the image x:latest\.json is another one by now/);
  assert.equal(treeOf(place.store), before);
  // Nor what a container began to use.
  const again = await succeed(place, 'image', 'prune', '--dry-run');
  const [link = ''] = readdirSync(join(place.store, 'l')).filter(name => again.includes(name));
  const using = `mkdir "$0/containers/c"; echo '{"layers":["${link}"]}' >"$0/containers/c/container.json"`;
  assert.is((await runAs(place, ['sh', '-ec', using, place.store])).status, 0);
  const now = treeOf(place.store);
  assert.match((await runAs(place, ['sh'], { input: again })).stderr, /is used by/);
  assert.equal(treeOf(place.store), now);
});

eachTerminalMode(test, 'it asks, and removes what was listed and is still unused', async place => {
  await importing(place, 'x', 'one');
  await importing(place, 'y', 'two');
  const no = ptyTinydocker(place, ['image', 'prune', '-a']);
  await no.seen(/Remove all 6\? \[y\/N\]/);
  no.write('n\n');
  assert.is((await no.ended).status, 1);
  assert.equal(store(place), ['images 2', 'layers 2', 'l 2', 'tmp 0']);
  const yes = ptyTinydocker(place, ['image', 'prune', '-a']);
  await yes.seen(/Remove all 6\? \[y\/N\]/);
  await importing(place, 'x', 'three');
  yes.write('y\n');
  assert.is((await yes.ended).status, 0);
  assert.equal(images(place), ['x:latest.json']);
  assert.equal(store(place), ['images 1', 'layers 1', 'l 1', 'tmp 0']);
});

test.run();
