/** What can not be saved, or not there: one sentence, nothing written, and a store as it was. */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chownSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { treeOf } from '../support/host.ts';
import { refused } from '../support/imports.ts';
import { makeLayout } from '../support/layout.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { eachPreparedMode, prepared } from '../support/prepared.ts';
import { eachTerminalMode, ptyTinydocker, text } from '../support/pty.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram, withoutNotes } from '../support/run.ts';
import { until } from '../support/until.ts';

/** Quotes, a line end, and what a shell would do. */
const ODD = `-a'b"c\n$(touch pwned)\`touch pwned\` \\ #;&`;

/** Loads the image app:1, which has two layers, and gives their digests. */
async function loaded(place: Place, content = 'x'): Promise<readonly string[]> {
  const { path, layers } = makeLayout(join(place.dir, 'layout'), {
    layers: [[{ name: '.tinydocker-image', text: 'low' }], [{ name: 'high', text: content }]],
    name: 'app:1',
  });
  const { status, stderr } = await tinydocker(place, ['load', '-q', path]);
  assert.is(status, 0, stderr);
  return layers;
}

/** Refused as every verb refuses, and nothing was written for the user either. */
async function notSaved(place: Place, args: readonly string[], message: RegExp): Promise<void> {
  const home = treeOf(place.home);
  await refused(place, ['save', '-q', ...args], message);
  assert.equal(treeOf(place.home), home, args.join(' '));
}

async function usage(place: Place, args: readonly string[], message: RegExp): Promise<void> {
  const { status, stdout, stderr } = await tinydocker(place, ['save', ...args]);
  assert.match(stderr, message);
  assert.equal([status, stdout], [2, '']);
}

/** The archive of a layer in the store. */
function archiveOf(place: Place, digest = ''): string {
  return join(place.store, 'layers', digest, 'archive');
}

eachMode(
  test,
  'what the command line lacks',
  async place => {
    await loaded(place);
    await usage(place, [], /save needs the name of an image\./);
    await usage(place, ['../x'], /can not be an image's name/);
    await usage(
      place,
      ['app:1', '--format', 'tar'],
      /"tar" is not known\.\nAn image is saved as docker-archive, oci-archive, oci-dir\./,
    );
    await usage(
      place,
      ['app:1', '--format', 'oci', '--format', 'oci-dir'],
      /one format, and two were given: oci-archive, oci-dir\./,
    );
    await usage(place, ['app:1', '--format', 'json'], /there is no --dry-run/);
    await usage(
      place,
      ['app:1', '--format', 'oci-dir'],
      /oci-dir makes a directory, so it needs -o DIRECTORY\./,
    );
    await usage(place, ['app:1', '-m'], /-m is not supported: several images always go into one archive\./);
  },
  ['root'],
);

eachMode(test, 'where an output can not be', async place => {
  await loaded(place);
  const at = (name: string) => join(place.home, name);
  const made = await runAs(place, [
    ...[
      'sh',
      '-ec',
      'cd -- "$1"; mkdir full closed; echo x >full/x; echo x >file; ln -s file link; chmod 0555 closed',
    ],
    ...['make', place.home],
  ]);
  assert.is(made.status, 0, made.stderr);
  await notSaved(place, ['app:1', '-o', at('full')], /full" is a directory\.\nGive the file a name/);
  await notSaved(place, ['app:1', '-o', at('no/x.tar')], /There is no directory ".*no" for the output/);
  await notSaved(place, ['app:1', '-o', '/dev/null'], /"\/dev\/null" is not a regular file\.\nWithout -o/);
  await notSaved(place, ['app:1', '-o', `${place.store}/x.tar`], /lies inside the store/);
  await notSaved(place, ['app:1', '-o', ''], /is a directory\.|is not/);
  await notSaved(
    place,
    ['app:1', '--format', 'oci-dir', '-o', at('full')],
    /full" is a directory that is not empty\.\nName a directory that does not exist yet\./,
  );
  if (place.mode.name !== 'root')
    await notSaved(
      place,
      ['app:1', '-o', at('closed/x.tar')],
      /You may not write in the directory ".*closed"\./,
    );

  // A link stands for its file, and keeps leading there.
  const { status, stderr } = await tinydocker(place, ['save', '-q', 'app:1', '-o', 'link']);
  assert.is(status, 0, stderr);
  assert.ok(readFileSync(at('file')).length > 1000);
  const link = await runAs(place, ['readlink', at('link')]);
  assert.is(link.stdout, 'file\n');
});

eachMode(
  test,
  'images that are not there, or damaged',
  async place => {
    const [low = ''] = await loaded(place);
    await notSaved(place, ['apq:1', '-o', 'x.tar'], /There is no image "apq:1"\.\nDid you mean app:1\?/);
    await notSaved(place, ['app:1', 'other', '-o', 'x.tar'], /There is no image "other"\./);
    const file = join(place.store, 'images/app:1.json');
    const record = readFileSync(file, 'utf8');
    const damage = (change: (record: string) => string) => writeFileSync(file, change(record));
    damage(() => '{"version":1');
    await notSaved(
      place,
      ['app:1', '-o', 'x.tar'],
      /The image record .* is damaged\.\nImport the image again\./,
    );
    damage(text => text.replace('\\"rootfs\\"', '\\"r\\"'));
    await notSaved(
      place,
      ['app:1', '-o', 'x.tar'],
      /The record of "app:1" is damaged: .*it names no layers\./,
    );
    damage(text => text.replaceAll(`sha256:${low}`, `sha256:${'0'.repeat(64)}`));
    await notSaved(
      place,
      ['app:1', '-o', 'x.tar'],
      /"app:1" is damaged: its configuration names other layers than it has\./,
    );
    damage(text => text);
    spawnSync('mv', [join(place.store, 'layers', low), join(place.dir, 'away')]);
    await notSaved(
      place,
      ['app:1', '-o', 'x.tar'],
      new RegExp(`The layer ${low} is not in the store any more\\.`),
    );
  },
  ['root'],
);

eachMode(test, 'a store that was changed never becomes a wrong archive', async place => {
  const [low = '', high = ''] = await loaded(place);
  const archive = archiveOf(place, high);
  const kept = readFileSync(archive);
  const says =
    /The store's archive of layer 2 is damaged: it does not have the digest that names the layer, so nothing was written\.\nImport, load or pull the image again\./;
  // Another layer's archive, one that goes on, one that is cut off, and what is no archive at all.
  writeFileSync(archive, readFileSync(archiveOf(place, low)));
  await notSaved(place, ['app:1', '-o', 'x.tar'], says);
  await notSaved(place, ['app:1'], says);
  await notSaved(place, ['app:1', '--format', 'oci-dir', '-o', 'x'], says);
  writeFileSync(archive, Buffer.concat([kept, readFileSync(archiveOf(place, low))]));
  await notSaved(place, ['app:1', '-o', 'x.tar'], says);
  writeFileSync(archive, kept);
  appendFileSync(archive, 'x');
  await notSaved(place, ['app:1', '-o', 'x.tar'], /The store's archive of layer 2 is damaged: /);
  truncateSync(archive, kept.length - 5);
  await notSaved(place, ['app:1', '-o', 'x.tar'], /The store's archive of layer 2 is damaged: /);
  writeFileSync(archive, randomBytes(2000));
  await notSaved(place, ['app:1', '-o', 'x.tar'], says);
  // The printed plan refuses it as well.
  const { stdout } = await tinydocker(place, ['save', '--dry-run', 'app:1', '-o', 'x.tar']);
  const script = await runAs(place, ['sh'], { input: stdout });
  assert.is(script.status, 125);
  assert.match(script.stderr, /^its sha256 is [0-9a-f]{64}$/m);
  // Reading these would not end.
  for (const make of ['mkfifo "$1"', 'ln -s /dev/zero "$1"']) {
    rmSync(archive);
    assert.is(spawnSync('sh', ['-c', make, 'make', archive]).status, 0);
    await notSaved(
      place,
      ['app:1', '-o', 'x.tar'],
      /The archive of the layer [0-9a-f]{64} in the store is not a regular file\./,
    );
  }
  assert.equal(readdirSync(place.home), []);
});

eachMode(
  test,
  'a layer without its archive: its files are packed again, and count if the bytes are the same',
  async place => {
    // What we packed ourselves we can pack again.
    const source = join(place.home, 'source');
    await runAs(place, [
      'sh',
      '-c',
      'mkdir "$1" && chmod 0755 "$1" && echo x >"$1/x" && ln "$1/x" "$1/y"',
      'make',
      source,
    ]);
    assert.is((await tinydocker(place, ['image', 'import', '-q', 'own', source])).status, 0);
    const save = async (name: string) => {
      const { status, stderr } = await tinydocker(place, ['save', '-q', 'own', '-o', name]);
      assert.is(status, 0, stderr);
      return readFileSync(join(place.home, name));
    };
    const whole = await save('whole.tar');
    const [digest = ''] = readdirSync(join(place.store, 'layers'));
    rmSync(archiveOf(place, digest));
    assert.equal(await save('packed.tar'), whole);

    // What others packed has its members in another order, or other headers.
    const layers = await loaded(place);
    for (const layer of layers) rmSync(archiveOf(place, layer));
    await notSaved(
      place,
      ['app:1', '-o', 'x.tar'],
      /The archive of layer 1 was not kept, and its files alone do not give the same bytes again, so nothing was written\.\nImport, load or pull the image again/,
    );
    const file = join(place.store, 'layers', digest, 'files/x');
    utimesSync(file, 1, 1);
    await notSaved(place, ['own', '-o', 'x.tar'], /layer 1 was not kept, and its files alone do not give/);
  },
);

eachTerminalMode(
  test,
  'a terminal is not for an archive',
  async place => {
    await loaded(place);
    const before = treeOf(place.store);
    const refusing = await ptyTinydocker(place, ['save', 'app:1']).ended;
    assert.is(refusing.status, 1);
    assert.match(
      text(refusing.output),
      /^tinydocker: An archive is not for a terminal to show\.\nName a file: -o FILE/,
    );
    // The plan is.
    const printing = await ptyTinydocker(place, ['save', '--dry-run', 'app:1']).ended;
    assert.is(printing.status, 0);
    assert.match(text(printing.output), /^#!\/bin\/sh\n/);
    assert.equal(treeOf(place.store), before);
  },
  ['root'],
);

eachMode(
  test,
  'an output whose name is text for a shell, by the run and by the printed plan',
  async place => {
    await loaded(place);
    const made = await runAs(place, ['sh', '-ec', 'cd -- "$1"; mkdir -- "$2"', 'make', place.home, ODD]);
    assert.is(made.status, 0, made.stderr);
    const args = ['save', 'app:1', '-o', `${ODD}/${ODD}`];
    const run = await tinydocker(place, [...args, '-q']);
    assert.is(run.status, 0, run.stderr);
    const file = join(place.home, ODD, ODD);
    const bytes = readFileSync(file);
    const { stdout } = await tinydocker(place, [...args, '--dry-run']);
    for (const shell of ['dash', 'bash']) {
      rmSync(file);
      const script = await runAs(place, [shell], { input: stdout });
      assert.is(script.status, 0, script.stderr);
      assert.equal(readFileSync(file), bytes);
      assert.equal([readdirSync(place.home), readdirSync(join(place.home, ODD))], [[ODD], [ODD]]);
    }
  },
  ['root', 'range'],
);

eachMode(
  test,
  'Ctrl-C leaves what was there',
  async place => {
    await loaded(place);
    const made = await runAs(place, ['sh', '-c', 'echo old >"$1"', 'make', join(place.home, 'x.tar')]);
    assert.is(made.status, 0);
    const before = [treeOf(place.store), treeOf(place.home)];
    for (const step of ['make-layout', 'decompress-2', 'write-archive', 'sync']) {
      const saving = startTinydocker(place, [
        ...['save', 'app:1', '-o', 'x.tar', '--progress', 'json', '--pace', '50ms'],
      ]);
      await until(() => new RegExp(`"type":"step-started","step":"${step}"`).test(saving.stderr()));
      saving.kill('SIGINT');
      const { status, stderr } = await saving.ended;
      assert.is(status, 130, stderr);
      assert.equal([treeOf(place.store), treeOf(place.home)], before, step);
    }
  },
  ['root', 'range'],
);

eachMode(test, 'a reader that leaves ends the save, and nothing is left', async place => {
  await loaded(place, randomBytes(1 << 20).toString('hex'));
  const before = treeOf(place.store);
  const { stdout, stderr } = await runAs(place, [
    ...['bash', '-c', '"$@" | head -c 512 | wc -c; echo "${PIPESTATUS[0]}"', 'pipe'],
    ...[...tinydockerProgram(), 'save', '-q', 'app:1'],
  ]);
  assert.is(stdout, '512\n141\n');
  assert.is(withoutNotes(stderr), '');
  assert.equal(treeOf(place.store), before);
});

eachPreparedMode(test, 'no space left, on the disk of the output and on that of the store', async place => {
  await loaded(place, randomBytes(1 << 20).toString('hex'));
  const { uid } = place.mode;
  const small = `mkdir -p "$dir/home/small"; mount -t tmpfs -o size=1m,mode=0700,uid=${uid},gid=${uid} tmpfs "$dir/home/small"`;
  const output = join(place.home, 'small/x');
  const before = treeOf(place.store);
  for (const format of ['docker-archive', 'oci-dir']) {
    const { status, stderr } = await tinydocker(prepared(place, small), [
      ...['save', '-q', '--format', format, 'app:1', '-o', output],
    ]);
    assert.match(
      stderr,
      /tinydocker: The disk of ".*\/small" became full, so nothing was written: .*\n.*-o names another place\./,
    );
    assert.is(status, 1);
  }
  const tight = `mkdir "$dir/kept"; cp -a "$dir/store/." "$dir/kept"; mount -t tmpfs -o size=4m,mode=0700,uid=${uid},gid=${uid} tmpfs "$dir/store"; cp -a "$dir/kept/." "$dir/store"; rm -rf "$dir/kept"`;
  const { status, stderr } = await tinydocker(prepared(place, tight), ['save', '-q', 'app:1', '-o', 'x.tar']);
  assert.match(
    stderr,
    /tinydocker: The disk of ".*\/store" became full, so nothing was written: .*\n.*--format oci-dir/,
  );
  assert.is(status, 1);
  assert.equal(treeOf(place.store), before);
});

eachPreparedMode(test, 'outputs that do not give way', async place => {
  await loaded(place);
  const args = (name: string) => ['save', '-q', 'app:1', '-o', join(place.home, name)];
  const refusedIn = async (program: string, name: string, message: RegExp) => {
    const before = treeOf(place.store);
    const { status, stderr } = await tinydocker(prepared(place, program), args(name));
    assert.match(stderr, message);
    assert.is(status, 1);
    assert.equal(treeOf(place.store), before);
  };
  await refusedIn(
    'mkdir -p "$dir/home/ro"; mount -t tmpfs -o ro tmpfs "$dir/home/ro"',
    'ro/x.tar',
    /The directory ".*\/ro" is on a file system that is mounted read-only\.\n/,
  );
  await refusedIn(
    'touch "$dir/home/mounted"; mount --bind "$dir/home/mounted" "$dir/home/mounted"',
    'mounted',
    /tinydocker: ".*\/mounted" is a mount point, which can not be replaced\.\n/,
  );
  if (place.mode.name !== 'root')
    await refusedIn(
      'mkdir -m 1777 "$dir/home/sticky"; chmod 1777 "$dir/home/sticky"; touch "$dir/home/sticky/theirs"',
      'sticky/theirs',
      /You may not replace ".*\/theirs": it is not yours, and its directory lets only owners do that/,
    );
  // Nothing is left beside them.
  assert.equal(readdirSync(place.home).toSorted().slice(0, 2), ['mounted', 'ro']);
  if (place.mode.name !== 'root') assert.equal(readdirSync(join(place.home, 'sticky')), ['theirs']);
});

eachMode(
  test,
  'no space where stdout leads',
  async place => {
    await loaded(place);
    const { status, stderr } = await runAs(place, [
      ...['sh', '-c', 'exec "$@" >/dev/full', 'full', ...tinydockerProgram()],
      ...['save', '-q', 'app:1'],
    ]);
    assert.match(stderr, /The archive is not whole: there is no space left where stdout leads\.\n/);
    assert.is(status, 1);
    assert.equal(readdirSync(join(place.store, 'tmp')), []);
  },
  ['root', 'single'],
);

if (process.getuid?.() === 0)
  eachMode(
    test,
    "a file of somebody else's in a directory of one's own is replaced, as by any rename",
    async place => {
      await loaded(place);
      const file = join(place.home, 'theirs');
      writeFileSync(file, 'x', { mode: 0o600 });
      chownSync(file, 0, 0);
      const { status, stderr } = await tinydocker(place, ['save', '-q', 'app:1', '-o', file]);
      assert.is(status, 0, stderr);
    },
    ['range'],
  );

test.run();
