/** podman's cp and ours, over the matrix of sources and targets: the same is refused, and the same files come out. */

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { MODES, type Mode, type Place, withPlace } from '../support/modes.ts';
import { hasPodman, withPodman } from '../support/podman.ts';
import { tinydocker } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('cp-podman');
const [root] = MODES;
const works = hasPodman && process.getuid?.() === 0 && root?.unavailable === undefined;

/** Made below /s: what is copied. */
const SOURCES = `mkdir -p s/dir/sub s/links; echo file >s/file; chmod 640 s/file; echo x >s/dir/x; echo y >s/dir/sub/y; chmod 700 s/dir/sub
mkfifo -m 600 s/fifo; echo a >s/links/a; ln s/links/a s/links/b; ln -s /etc s/links/abs`;
/** Not links: podman 4.3 always follows one that is the source, docker and we only with -L. */
const FROM = ['file', 'dir', 'dir/.', 'fifo', 'links'];

/** Made below t/CASE: what is there before. */
const TARGETS = `echo old >file; mkdir directory; mkdir real; ln -s real to-directory; ln -s file to-file; mkdir dir to; mkdir -p full/dir; echo mine >full/dir/x; echo mine >full/dir/mine`;
const TO = [
  'absent',
  'absent/',
  'file',
  'directory',
  'directory/',
  'to-directory',
  'to-file',
  'full',
  'no/where',
];

const CASES = FROM.flatMap(from => TO.map(to => ({ from, to, name: `${from} ${to}`.replaceAll('/', '_') })));

/** Where podman 4.3 does otherwise, and why we don't. */
function podmanDiffers(direction: string, from: string, to: string): boolean {
  const isDirectory = from !== 'file' && from !== 'fifo';
  return (
    // docker makes a directory of a name that ends in "/"; podman wants it to exist.
    (to === 'absent/' && isDirectory) ||
    // On the host, podman puts the file in the place of a link; docker writes where the link leads.
    (direction === 'out' && to === 'to-file' && !isDirectory) ||
    // podman fails at hard links in what it copies in.
    (direction === 'in' && from === 'links')
  );
}

function prepare(directory: string): void {
  mkdirSync(join(directory, 't'), { recursive: true });
  const run = (program: string, cwd: string) => {
    const { status, stderr } = spawnSync('sh', ['-ec', `umask 022; ${program}`], { cwd, encoding: 'utf8' });
    assert.is(status, 0, stderr);
  };
  run(SOURCES, directory);
  run(`mkdir t/one; cd t/one; ${TARGETS}`, directory);
  for (const { name } of CASES) run(`cp -a one "${name}"`, join(directory, 't'));
}

/** Type, mode, owner, path, target. */
function listing(directory: string): ReadonlyMap<string, readonly string[]> {
  const found = spawnSync('find', ['.', '-printf', '%y %m %U:%G %n %P %l\n'], {
    cwd: directory,
    encoding: 'utf8',
  });
  const lines = found.stdout.split('\n').filter(line => line !== '');
  return new Map(
    CASES.map(({ name }) => [
      name,
      lines
        .filter(line => line.includes(` ${name}/`))
        .map(line => line.trim())
        .sort(),
    ]),
  );
}

function unpacked(place: Place, file: string): string {
  const directory = `${file}.d`;
  mkdirSync(directory);
  assert.is(spawnSync('tar', ['-xpf', file, '-C', directory, '--numeric-owner']).status, 0, place.dir);
  return directory;
}

skipUnless(test, 'as podman, in both directions', works, 'podman is compared as root', () =>
  withPlace(root as Mode, async place => {
    makeImage(place, { change: prepare, owned: true });
    assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true'])).status, 0);
    const tar = join(place.dir, 'image.tar');
    assert.is((await tinydocker(place, ['export', 'c1', '-o', tar])).status, 0);
    for (const name of ['ours', 'theirs']) {
      mkdirSync(join(place.dir, name));
      prepare(join(place.dir, name));
    }

    const statuses = { ours: new Map<string, boolean>(), theirs: new Map<string, boolean>() };
    for (const { from, to, name } of CASES) {
      const words = [
        ['out', `c1:/s/${from}`, `${place.dir}/ours/t/${name}/${to}`],
        ['in', `${place.dir}/ours/s/${from}`, `c1:/t/${name}/${to}`],
      ] as const;
      for (const [direction, source, target] of words) {
        const { status } = await tinydocker(place, ['cp', source, target]);
        statuses.ours.set(`${direction} ${name}`, status === 0);
      }
    }
    const ours = join(place.dir, 'ours.tar');
    assert.is((await tinydocker(place, ['export', 'c1', '-o', ours])).status, 0);
    const theirs = join(place.dir, 'theirs.tar');
    withPodman(place.dir, podman => {
      const call = (...words: readonly string[]) => podman(words).status === 0;
      assert.ok(
        call('import', tar, 'same') && call('create', '--name', 'c1', '--network', 'none', 'same', 'true'),
      );
      for (const { from, to, name } of CASES) {
        const dir = join(place.dir, 'theirs');
        statuses.theirs.set(`out ${name}`, call('cp', `c1:/s/${from}`, `${dir}/t/${name}/${to}`));
        statuses.theirs.set(`in ${name}`, call('cp', `${dir}/s/${from}`, `c1:/t/${name}/${to}`));
      }
      assert.ok(call('export', '-o', theirs, 'c1'));
    });
    const [oursIn, theirsIn] = [
      listing(`${unpacked(place, ours)}/t`),
      listing(`${unpacked(place, theirs)}/t`),
    ];
    const [oursOut, theirsOut] = [listing(join(place.dir, 'ours/t')), listing(join(place.dir, 'theirs/t'))];
    const differences: Record<string, unknown> = {};
    for (const { from, to, name } of CASES)
      for (const [direction, left, right] of [
        ['in', oursIn, theirsIn],
        ['out', oursOut, theirsOut],
      ] as const) {
        const key = `${direction} ${name}`;
        const [a, b] = [left.get(name) ?? [], right.get(name) ?? []];
        const same = statuses.ours.get(key) === statuses.theirs.get(key) && a.join('\n') === b.join('\n');
        if (!same && !podmanDiffers(direction, from, to))
          differences[key] = [
            statuses.ours.get(key),
            statuses.theirs.get(key),
            a.filter(x => !b.includes(x)),
            b.filter(x => !a.includes(x)),
          ];
      }
    assert.equal(differences, {});
  }),
);

test.run();
