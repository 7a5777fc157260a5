/** ./tinydocker in a checkout: builds when needed, and only then. A clone of the work tree with our node_modules, so that nothing is fetched. */

import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { program } from '../support/image.ts';
import { eachMode, PATH, type Place } from '../support/modes.ts';
import { PROJECT, type RunOptions, runAs, startAs, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const GIT = spawnSync('git', ['-C', PROJECT, 'ls-files'], { encoding: 'utf8' });
const HELP = ['run', '--help'] as const;

/** A checkout with everything git knows and what is new, owned by the place's user, not built. */
function checkout(place: Place): string {
  const root = join(place.dir, 'check out');
  const files = GIT.stdout.split('\n').filter(file => file !== '' && existsSync(join(PROJECT, file)));
  for (const file of files) cpSync(join(PROJECT, file), join(root, file));
  // Older than npm's own record of what it installed: so there is nothing to install.
  utimesSync(join(root, 'package-lock.json'), 1, 1);
  cpSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'), {
    recursive: true,
    dereference: false,
    verbatimSymlinks: true,
    filter: needed,
  });
  const owner = `${place.mode.uid}:${place.mode.gid}`;
  if (process.getuid?.() === 0) assert.is(spawnSync('chown', ['-R', owner, root]).status, 0);
  return root;
}

/** The build needs esbuild and what src imports; the rest is large. */
function needed(path: string): boolean {
  return !/\/node_modules\/(@biomejs|oxlint|@oxlint|oxlint-tsgolint|@oxlint-tsgolint|typescript|@typescript)(\/|$)/.test(
    path,
  );
}

/** node as every user can run it, first in PATH. */
function environment(place: Place): RunOptions {
  const bin = join(place.dir, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(bin);
    symlinkSync(tinydockerProgram()[0] ?? '', join(bin, 'node'));
  }
  return { env: { PATH: `${bin}:${PATH}` } };
}

function eachCheckout(name: string, body: (place: Place, root: string) => Promise<void>): void {
  if (GIT.status !== 0) skipUnless(test, name, false, 'this is no git checkout', () => undefined);
  else eachMode(test, name, place => body(place, checkout(place)), ['root', 'single']);
}

eachCheckout('builds once, then only when something changed', async (place, root) => {
  const options = environment(place);
  const launch = (argv = [join(root, 'tinydocker'), ...HELP], more: RunOptions = {}) =>
    runAs(place, argv, { ...options, ...more });
  const stamp = () => statSync(join(root, 'dist/.built')).mtimeMs;

  const first = await launch();
  assert.equal([first.status, first.stderr], [0, '']);
  const built = stamp();
  await launch();
  assert.is(stamp(), built, 'it built again without a reason');

  // Through a link to a link, from another directory.
  symlinkSync('check out/tinydocker', join(place.dir, 'one'));
  symlinkSync(join(place.dir, 'one'), join(place.home, 'two'));
  assert.is((await launch(['./two', ...HELP], { cwd: place.home })).status, 0);
  assert.is((await launch(['sh', 'tinydocker', ...HELP], { cwd: root })).status, 0);
  assert.is((await launch(undefined, { env: { ...options.env, HOME: '' } })).status, 0);
  assert.is(stamp(), built);

  const source = join(root, 'src/cli.ts');
  const broken = `${readFileSync(source, 'utf8')}\nthis is no typescript(\n`;
  const good = readFileSync(source, 'utf8');
  writeFileSync(source, broken);
  const failed = await launch();
  assert.is(failed.status, 125);
  assert.match(failed.stderr, /the build failed in /);
  writeFileSync(source, good);
  assert.is((await launch()).status, 0);
  assert.ok(stamp() > built);
  assert.equal(
    readdirSync(join(root, 'build')).filter(name => name !== 'lock'),
    [],
    'the build left something',
  );
});

eachCheckout('many first launches at once', async (place, root) => {
  const options = environment(place);
  const launches = Array.from(
    { length: 4 },
    () => startAs(place, [join(root, 'tinydocker'), ...HELP], options).ended,
  );
  const ends = await Promise.all(launches);
  for (const { status, stderr } of ends) assert.equal([status, stderr], [0, '']);
  assert.is(new Set(ends.map(end => end.stdout)).size, 1);
});

eachCheckout('says what is missing', async (place, root) => {
  const launcher = join(root, 'tinydocker');
  const tools = join(place.dir, 'tools');
  mkdirSync(tools);
  for (const name of ['sh', 'dirname', 'readlink', 'find', 'head', 'env'])
    symlinkSync(`/usr/bin/${name}`, join(tools, name));
  const env = { PATH: tools };
  const none = await runAs(place, ['/bin/sh', launcher], { env });
  assert.equal([none.status, none.stdout], [125, '']);
  assert.match(none.stderr, /^tinydocker: Node\.js is not installed.*\n$/);
  program(tools, 'node', '#!/bin/sh\necho v18.19.0\n');
  const old = await runAs(place, ['/bin/sh', launcher], { env });
  assert.is(old.status, 125);
  assert.match(old.stderr, /^tinydocker: Node\.js v18\.19\.0 is too old: version 20 or newer is needed\.\n$/);
});

eachMode(
  test,
  'a checkout that is somebody else’s',
  async place => {
    const root = checkout(place);
    if (process.getuid?.() === 0) for (const path of [root]) chownSync(path, 0, 0);
    const { status, stderr } = await runAs(place, [join(root, 'tinydocker'), ...HELP], environment(place));
    assert.is(status, 125);
    assert.match(stderr, /is not built yet \(or has changed since\), and you may not write to it/);
  },
  process.getuid?.() === 0 ? ['single'] : [],
);

test.run();
