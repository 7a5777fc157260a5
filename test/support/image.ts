/** Small images for tests, written into a store in its own format. Each carries a mark that payloads check before they do anything. */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import type { ImageConfig, ImageRecord, Layer } from '../../src/plan/image/image.ts';
import type { Mode, Place } from './modes.ts';

/** In every image of the tests. A payload that does not see it is on the host and must end. */
export const IMAGE_MARK_FILE = '/.tinydocker-image';
/** What the file contains: this test process's own word, by which its containers are found among all processes. */
export const IMAGE_MARK = `tinydocker test image ${randomBytes(8).toString('hex')}`;

export interface ImageOptions {
  /** With its tag; "base:latest" if left out. */
  readonly name?: string;
  readonly config?: ImageConfig;
  /** Changes the top layer's directory before it becomes the image's: to add files, or traps. */
  readonly change?: (root: string) => void;
  /** Lower layers that the image stands on, lowest first. */
  readonly on?: readonly Layer[];
  /** Without the base system: only the mark, and what `change` makes. */
  readonly empty?: boolean;
  /** `change` has given the files their owners; the directory it gets belongs to the place's user. */
  readonly owned?: boolean;
}

/** Makes an image of busybox (or the machine's own tools) in the place's store, owned by the place's user, and returns its record. */
export function makeImage({ mode, store }: Place, options: ImageOptions = {}): ImageRecord {
  const { name = 'base:latest', config = {}, on = [] } = options;
  const layer: Layer = { digest: randomBytes(32).toString('hex'), link: linkName() };
  const root = join(store, 'layers', layer.digest, 'files');
  for (const directory of ['images', 'layers', 'l', 'containers'])
    own(mode, makeDirectory(join(store, directory)));
  makeDirectory(root);
  if (!options.empty) baseSystem(root);
  writeFileSync(join(root, IMAGE_MARK_FILE), `${IMAGE_MARK}\n`);
  own(mode, dirname(root));
  if (options.owned) ownTree(mode, root);
  options.change?.(root);
  if (!options.owned) ownTree(mode, root);
  symlinkSync(`../layers/${layer.digest}/files`, join(store, 'l', layer.link));
  const record: ImageRecord = {
    version: 1,
    name,
    created: '2026-01-01T00:00:00Z',
    layers: [...on, layer],
    config,
  };
  const file = join(store, 'images', `${name.replaceAll('/', '%2F')}.json`);
  writeFileSync(file, JSON.stringify(record));
  own(mode, file);
  own(mode, join(store, 'l', layer.link));
  return record;
}

/** Writes an executable file into an image's directory. */
export function program(root: string, path: string, text: string): void {
  const file = join(root, path);
  makeDirectory(dirname(file));
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

/** The static busybox of the machine, if it has one. */
export function staticBusybox(): string | undefined {
  const path = ['/bin/busybox', '/usr/bin/busybox', '/bin/busybox.static'].find(candidate =>
    existsSync(candidate),
  );
  if (path === undefined) return undefined;
  // A static executable asks for no interpreter.
  return readFileSync(path).includes('/ld-') && spawnSync('ldd', [path]).status === 0 ? undefined : path;
}

function baseSystem(root: string): void {
  for (const directory of ['bin', 'etc', 'root', 'home', 'home/ann', 'var', 'usr', 'usr/bin'])
    makeDirectory(join(root, directory));
  makeDirectory(join(root, 'tmp'));
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nann:x:1000:\nvideo:x:44:ann\n');
  const busybox = staticBusybox();
  if (busybox === undefined) hostTools(root);
  else install(busybox, root);
}

function install(busybox: string, root: string): void {
  copyFileSync(busybox, join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  for (const applet of applets(busybox)) symlinkSync('busybox', join(root, 'bin', applet));
}

let appletNames: readonly string[] | undefined;

function applets(busybox: string): readonly string[] {
  appletNames ??= spawnSync(busybox, ['--list'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter(name => name !== '' && name !== 'busybox');
  return appletNames;
}

/** The machine's shell and basic tools with the libraries that they need. */
function hostTools(root: string): void {
  const names = [
    'sh',
    'cat',
    'ls',
    'mkdir',
    'rmdir',
    'touch',
    'id',
    'env',
    'echo',
    'true',
    'false',
    'sleep',
    'hostname',
    'readlink',
    'stat',
    'mount',
    'umount',
    'grep',
    'wc',
    'head',
    'tty',
    'test',
    'kill',
    'chmod',
    'chown',
    'cp',
    'ln',
    'sort',
    'sed',
  ];
  for (const name of names) {
    const path = ['/bin', '/usr/bin', '/sbin', '/usr/sbin']
      .map(directory => join(directory, name))
      .find(existsSync);
    if (path === undefined) continue;
    copyFileSync(path, join(root, 'bin', name));
    for (const [library] of spawnSync('ldd', [path], { encoding: 'utf8' }).stdout.matchAll(/\/\S+\.so\S*/g)) {
      makeDirectory(join(root, dirname(library)));
      copyFileSync(library, join(root, library));
    }
  }
}

function makeDirectory(path: string): string {
  mkdirSync(path, { recursive: true, mode: 0o755 });
  return path;
}

function linkName(): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return [...randomBytes(8)].map(byte => letters[byte % 32]).join('');
}

function own(mode: Mode, path: string | Buffer, { uid, gid } = lstatSync(path)): void {
  if (process.getuid?.() === 0 && (uid !== mode.uid || gid !== mode.gid))
    lchownSync(path, mode.uid, mode.gid);
}

/** Names may be no UTF-8. */
function ownTree(mode: Mode, path: string | Buffer): void {
  const stats = lstatSync(path);
  own(mode, path, stats);
  if (!stats.isDirectory()) return;
  for (const name of readdirSync(path, { encoding: 'buffer' }))
    ownTree(mode, Buffer.concat([Buffer.from(path), Buffer.from('/'), name]));
}
