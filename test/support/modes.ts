/**
 * The three ways to run tinydocker: as root, as an ordinary user with ranges in /etc/subuid, as one without. When root runs the tests, the two
 * users exist only in a private mount namespace, whose /etc/passwd, group, subuid and subgid are files of ours: the machine keeps its own.
 */

import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Test } from 'uvu';
import { probeFacts } from '../../src/host/facts.ts';
import { newTempDir, removeTree, withTempDir } from './dirs.ts';
import { skipUnless } from './skip.ts';

export interface Mode {
  readonly name: 'root' | 'range' | 'single';
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  /** Why this mode can't be tested here, in words. */
  readonly unavailable?: string;
  /** The words in front of a command that make this user run it; the command keeps the process id. */
  readonly prefix: readonly string[];
}

/** A mode with a scratch directory for one test. */
export interface Place {
  readonly mode: Mode;
  /** Belongs to whoever runs the tests; everybody may enter it. */
  readonly dir: string;
  /** The mode's user's own, as are all below: the home directory, also the working directory of commands. */
  readonly home: string;
  /** TINYDOCKER_ROOT. Made, and empty. */
  readonly store: string;
}

export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const AS_USER = `
for f in passwd group subuid subgid; do [ ! -e /etc/$f ] || mount --no-mtab --bind "$1/$f" /etc/$f || exit 125; done
uid=$2; shift 2
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups -- "$@"`;

/** All three, also those that are not available here. */
export const MODES: readonly Mode[] = process.getuid?.() === 0 ? modesOfRoot() : modesOfUser();

/** Registers a test for each mode, named "NAME, as MODE", with a scratch place; skips by name what can't run here. */
export function eachMode(
  suite: Test,
  name: string,
  body: (place: Place) => Promise<void> | void,
  only: readonly Mode['name'][] = ['root', 'range', 'single'],
): void {
  for (const mode of MODES.filter(candidate => only.includes(candidate.name))) {
    skipUnless(
      suite,
      `${name}, as ${mode.name}`,
      mode.unavailable === undefined,
      mode.unavailable ?? '',
      () => withPlace(mode, body),
    );
  }
}

/** A scratch place for the mode's user. */
export async function withPlace<Value>(
  mode: Mode,
  use: (place: Place) => Promise<Value> | Value,
): Promise<Value> {
  return withTempDir(dir =>
    use({
      mode,
      dir,
      home: ownDirectory(mode, join(dir, 'home')),
      store: ownDirectory(mode, join(dir, 'store')),
    }),
  );
}

/** Makes a directory that belongs to the mode's user. */
export function ownDirectory(mode: Mode, path: string, permissions = 0o755): string {
  mkdirSync(path, { mode: permissions });
  if (process.getuid?.() === 0) chownSync(path, mode.uid, mode.gid);
  return path;
}

function modesOfRoot(): readonly Mode[] {
  const root: Mode = {
    name: 'root',
    uid: 0,
    gid: 0,
    user: 'root',
    prefix: [],
    ...unlessWorks(['unshare', '--mount', '--', 'true']),
  };
  return [root, ordinary('range', 54321, 'ranger', root), ordinary('single', 54322, 'loner', root)];
}

function ordinary(name: 'range' | 'single', uid: number, user: string, root: Mode): Mode {
  const mode = { name, uid, gid: uid, user };
  if (root.unavailable !== undefined) return { ...mode, prefix: [], unavailable: root.unavailable };
  if (name === 'range' && !['subuid', 'subgid'].every(file => existsSync(`/etc/${file}`)))
    return { ...mode, prefix: [], unavailable: '/etc/subuid and /etc/subgid do not exist (package uidmap)' };
  const etc = newTempDir();
  process.on('exit', () => removeTree(etc));
  const ranges = name === 'range' ? `${user}:700000:65536\n` : '';
  const files = {
    passwd: `${readFileSync('/etc/passwd', 'utf8')}${user}:x:${uid}:${uid}::/:/bin/sh\n`,
    group: `${readFileSync('/etc/group', 'utf8')}${user}:x:${uid}:\n`,
    subuid: ranges,
    subgid: ranges,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(etc, file), text, { mode: 0o644 });
  const prefix = [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    '--',
    'sh',
    '-c',
    AS_USER,
    'as-user',
    etc,
    String(uid),
  ];
  const mapping = ['--user', '--map-root-user', ...(name === 'range' ? ['--map-auto'] : [])];
  return { ...mode, prefix, ...unlessWorks([...prefix, 'unshare', ...mapping, '--mount', '--', 'true']) };
}

/** The tests are run by an ordinary user: only what that user is can be tested. */
function modesOfUser(): readonly Mode[] {
  const { mapping, mappingReason = 'this user has ranges in /etc/subuid' } = probeFacts();
  const me = {
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    user: process.env['USER'] ?? 'me',
    prefix: [],
  };
  const works = unlessWorks(['unshare', '--user', '--map-root-user', '--mount', '--', 'true']);
  return [
    { ...me, name: 'root', unavailable: 'the tests are not run by root' },
    { ...me, name: 'range', ...(mapping === 'range' ? works : { unavailable: mappingReason }) },
    { ...me, name: 'single', ...(mapping === 'single' ? works : { unavailable: mappingReason }) },
  ];
}

function unlessWorks([program = '', ...args]: readonly string[]): { readonly unavailable?: string } {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
  if (status === 0) return {};
  return {
    unavailable: `namespaces are not allowed here: ${(stderr ?? '').trim().split('\n').at(-1) || `${program} failed`}`,
  };
}
