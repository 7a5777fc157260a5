/** Images that buildah and podman made, loaded and saved again: the same ids and digests, for podman, skopeo, a registry and ourselves; the same bytes each time. */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Archives, makeArchives } from '../support/archives.ts';
import { newTempDir, removeTree } from '../support/dirs.ts';
import { treeOf } from '../support/host.ts';
import { hasProgram } from '../support/imports.ts';
import { eachMode, type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { withPodman } from '../support/podman.ts';
import { GUARD } from '../support/probe.ts';
import { startRegistry } from '../support/registry.ts';
import { runAs, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { type Member, tarOf } from '../support/tar.ts';

const test = suite('save');

/** A root file system in which the changes of the fixture's upper layer find what they change. */
const ROOTFS: readonly Member[] = [
  ...['usr', 'usr/share', 'usr/share/doc', 'usr/share/doc/apt', 'usr/share/doc/adduser', 'usr/share/man'],
  ...['etc', 'srv', 'dev'],
].map(name => ({ name, type: 'directory', mode: 0o755 }) as const);
const FILES: readonly Member[] = [
  { name: 'usr/share/doc/apt/old', text: 'old' },
  { name: 'usr/share/doc/adduser/x', text: 'x' },
  { name: 'etc/issue', text: 'issue' },
  { name: 'etc/issue.net', text: 'net' },
  { name: 'etc/debian_version', text: '12' },
  { name: 'etc/passwd', text: 'nobody:x:65534:65534::/:/bin/false\n' },
  { name: 'etc/hostname', text: 'h', uid: 1000, gid: 1001 },
];

const LOW = 'localhost/td:low';
const HIGH = 'localhost/td:high';

const missing = ['buildah', 'podman', 'skopeo', 'umoci', 'python3'].filter(name => !hasProgram(name));
const reason =
  missing.length > 0
    ? `${missing.join(', ')} is not installed`
    : process.getuid?.() === 0
      ? undefined
      : 'only root makes the images';

let dir = '';
let archives: Archives;
/** Name and id of the images, as podman made them. */
let ids: Readonly<Record<string, string>> = {};
/** sha256 of what was saved first, by format: every mode saves the same bytes. */
const saved = new Map<string, string>();

test.before(() => {
  if (reason !== undefined) return;
  dir = newTempDir();
  const rootfs = join(dir, 'rootfs.tar');
  writeFileSync(rootfs, tarOf([...ROOTFS, ...FILES]));
  archives = makeArchives(dir, rootfs);
  const id = (name: string) =>
    sha256(command('skopeo', 'inspect', '--raw', '--config', `docker-archive:${archives.docker}:${name}`));
  ids = { [LOW]: id(LOW), [HIGH]: id(HIGH) };
});

test.after(() => {
  if (dir !== '') removeTree(dir);
});

function eachModeWithArchives(
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
) {
  if (reason === undefined) eachMode(test, name, body, only);
  else skipUnless(test, name, false, reason, () => undefined);
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Runs a program of the machine in a mount namespace of its own, because podman mounts something beside its store. */
function command(...argv: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--propagation', 'private', '--', ...argv],
    { maxBuffer: 1 << 28, timeout: 120_000 },
  );
  assert.is(status, 0, `${argv.join(' ')}: ${stderr.toString()}`);
  return stdout;
}

async function succeed(place: Place, args: readonly string[], store?: string): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args, store === undefined ? {} : { store });
  assert.is(status, 0, stderr);
  return stdout;
}

/** What podman has after it loaded the archive: by name, the image's id and its layers. */
function loadedByPodman(
  archive: string,
): Readonly<Record<string, { id: string; layers: readonly string[] }>> {
  const scratch = newTempDir();
  try {
    return withPodman(scratch, call => {
      const podman = (...args: readonly string[]) => {
        const { status, stdout, stderr } = call(args);
        assert.is(status, 0, stderr);
        return stdout.trim();
      };
      podman('load', '-q', '-i', archive);
      const ids = new Set(podman('images', '-q', '--no-trunc').split('\n'));
      const images = JSON.parse(podman('image', 'inspect', ...ids)) as {
        readonly Id: string;
        readonly RepoTags: readonly string[];
        readonly RootFS: { readonly Layers: readonly string[] };
      }[];
      return Object.fromEntries(
        images.flatMap(({ Id, RepoTags, RootFS }) =>
          RepoTags.map(name => [name, { id: Id, layers: RootFS.Layers }] as const),
        ),
      );
    });
  } finally {
    removeTree(scratch);
  }
}

/** Name, id and layers of the store's images. */
async function inspected(place: Place, store?: string) {
  const names = (await succeed(place, ['images', '-q'], store)).trim().split('\n');
  const images = JSON.parse(await succeed(place, ['image', 'inspect', ...names], store)) as {
    readonly Id: string;
    readonly RootFS: { readonly Layers: readonly string[] };
  }[];
  return Object.fromEntries(
    images.map(
      ({ Id, RootFS }, index) => [names[index], { id: Id.slice(7), layers: RootFS.Layers }] as const,
    ),
  );
}

/** The bytes that a command writes to its stdout. */
async function stdoutOf(place: Place, argv: readonly string[], input?: string): Promise<Buffer> {
  const file = join(place.home, 'stdout');
  const { status, stderr } = await runAs(place, ['sh', '-c', 'exec "$@" >"$0"', file, ...argv], {
    ...(input === undefined ? {} : { input }),
  });
  assert.is(status, 0, stderr);
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}

function blob(digest: string): string {
  return join('blobs/sha256', digest);
}

async function save(place: Place, name: string, args: readonly string[]): Promise<string> {
  const path = join(place.home, name);
  await succeed(place, ['save', '-q', ...args, '-o', path]);
  return path;
}

/** Every mode, whenever it saves, gives the bytes that were saved first. */
function sameBytes(key: string, content: Buffer | string): void {
  const digest = sha256(content);
  assert.is(digest, saved.get(key) ?? digest, key);
  saved.set(key, digest);
}

eachModeWithArchives('several images in one docker-archive', async place => {
  await succeed(place, ['load', '-q', archives.docker]);
  const ours = await inspected(place);
  assert.equal([ours[LOW]?.id, ours[HIGH]?.id], [ids[LOW], ids[HIGH]]);
  await succeed(place, ['tag', '-q', HIGH, 'localhost/other:2']);

  const names = [LOW, HIGH, 'localhost/other:2'];
  const archive = await save(place, 'all.tar', names);
  sameBytes('docker-archive', readFileSync(archive));
  assert.is(statSync(archive).mode & 0o777, 0o600);
  // Each layer, configuration and manifest is there once.
  const members = command('tar', '-tf', archive).toString().trim().split('\n');
  assert.is(new Set(members).size, members.length);
  assert.is(members.filter(name => /^blobs\/sha256\/./.test(name)).length, 6, members.join('\n'));

  // Again, over itself; to stdout; and by the printed plan, with both shells.
  sameBytes('docker-archive', readFileSync(await save(place, 'all.tar', names)));
  sameBytes('docker-archive', await stdoutOf(place, [...tinydockerProgram(), 'save', '-q', ...names]));
  const script = await succeed(place, ['save', '--dry-run', ...names]);
  for (const shell of ['dash', 'bash']) sameBytes('docker-archive', await stdoutOf(place, [shell], script));
  assert.equal(readdirSync(place.home), ['all.tar']);
  assert.equal(readdirSync(join(place.store, 'tmp')), []);

  // Into another store and out of it.
  const store = ownDirectory(place.mode, join(place.dir, 'second'));
  assert.is(
    await succeed(place, ['load', '-q', archive], store),
    names.map(name => `Loaded image: ${name}\n`).join(''),
  );
  assert.equal(await inspected(place, store), await inspected(place));
  const second = join(place.home, 'second.tar');
  await succeed(place, ['save', '-q', ...names, '-o', second], store);
  sameBytes('docker-archive', readFileSync(second));

  const config = (from: string) => sha256(command('skopeo', 'inspect', '--raw', '--config', from));
  for (const name of [LOW, HIGH]) {
    assert.is(config(`docker-archive:${archive}:${name}`), ids[name]);
    // The same file is an image layout.
    assert.is(config(`oci-archive:${archive}:${name}`), ids[name]);
  }
  if (place.mode.name === 'root') assert.equal(loadedByPodman(archive), await inspected(place));
});

eachModeWithArchives('an image layout, as a tar and as a directory', async place => {
  await succeed(place, ['load', '-q', archives.oci]);
  const ours = await inspected(place);
  assert.is(ours[HIGH]?.id, ids[HIGH]);
  const archive = await save(place, 'high.tar', ['--format', 'oci', HIGH]);
  sameBytes('oci-archive', readFileSync(archive));
  const layout = await save(place, 'layout', ['--format', 'oci-dir', HIGH]);
  const again = join(place.home, 'again');
  const script = await succeed(place, ['save', '--dry-run', '--format', 'oci-dir', HIGH, '-o', again]);
  const { status, stderr } = await runAs(place, ['dash'], { input: script });
  assert.is(status, 0, stderr);
  assert.equal(treeOf(again), treeOf(layout));
  command('tar', '-C', place.dir, '--one-top-level=unpacked', '-xf', archive);
  for (const file of ['index.json', 'oci-layout', ...readdirSync(join(layout, 'blobs/sha256')).map(blob)])
    assert.is(
      sha256(readFileSync(join(layout, file))),
      sha256(readFileSync(join(place.dir, 'unpacked', file))),
    );
  assert.equal(readdirSync(place.home).toSorted(), ['again', 'high.tar', 'layout']);

  for (const from of [`oci-archive:${archive}`, `oci:${layout}`, `oci:${layout}:${HIGH}`])
    assert.is(sha256(command('skopeo', 'inspect', '--raw', '--config', from)), ids[HIGH], from);
  if (place.mode.name === 'root') {
    assert.equal(loadedByPodman(archive), ours);
    command('umoci', 'unpack', '--image', `${layout}:${HIGH}`, join(place.dir, 'bundle'));
    assert.ok(existsSync(join(place.dir, 'bundle/rootfs/srv/all/setuid')));
    assert.not.ok(existsSync(join(place.dir, 'bundle/rootfs/etc/issue')));
  }
  const store = ownDirectory(place.mode, join(place.dir, 'second'));
  for (const source of [archive, layout]) {
    await succeed(place, ['load', '-q', source], store);
    assert.equal(await inspected(place, store), ours);
    await succeed(place, ['rmi', '-q', HIGH], store);
  }
});

eachModeWithArchives('images of a directory, of a container, and the default one', async place => {
  const source = ownDirectory(place.mode, join(place.dir, 'source'), 0o700);
  await runAs(place, ['sh', '-c', 'cd "$1" && echo x >.tinydocker-image && ln -s x y', 'fill', source]);
  await succeed(place, ['image', 'import', '-q', 'mine:2', source]);
  await succeed(place, [
    'run',
    '-q',
    '--keep',
    'c1',
    'sh',
    '-c',
    `${GUARD}mkdir /tmp/d; echo x >/tmp/d/x; mv /etc/group /etc/g`,
  ]);
  await succeed(place, ['commit', '-q', 'c1', 'mine:3']);
  const ours = await inspected(place);
  const archive = join(place.home, 'mine.tar');
  await succeed(place, ['image', 'save', '-q', 'mine:2', 'mine:3', 'base', '--output', archive]);
  const store = ownDirectory(place.mode, join(place.dir, 'second'));
  await succeed(place, ['load', '-q', archive], store);
  assert.equal(await inspected(place, store), ours);
  if (place.mode.name !== 'root') return;
  assert.equal(loadedByPodman(archive), {
    'localhost/mine:2': ours['mine:2'],
    'localhost/mine:3': ours['mine:3'],
    'localhost/base:latest': ours['base:latest'],
  });
});

if (hasProgram('docker-registry'))
  eachModeWithArchives(
    'by a registry: skopeo puts what was saved there, and it is pulled again',
    async place => {
      await succeed(place, ['load', '-q', archives.docker]);
      const layout = await save(place, 'layout', ['--format', 'oci-dir', HIGH]);
      const ours = (await inspected(place))[HIGH];
      const registry = await startRegistry(place.dir);
      try {
        registry.push(layout, 'td/app:1');
        const store = ownDirectory(place.mode, join(place.dir, 'second'));
        const name = `${registry.host}/td/app:1`;
        await succeed(place, ['pull', '-q', '--tls-verify=false', name], store);
        assert.equal(await inspected(place, store), { [name]: ours });
      } finally {
        await registry.stop();
      }
    },
    ['root', 'single'],
  );
else
  skipUnless(
    test,
    'by a registry: skopeo puts what was saved there, and it is pulled again',
    false,
    'docker-registry is not installed',
    () => undefined,
  );

test.run();
