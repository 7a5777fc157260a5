/**
 * The three ways to run tinydocker: as root, as an ordinary user with ranges in /etc/subuid, as one without. When root runs the tests, scripts/test.mjs
 * gives each file a mount table of its own, and the two users exist only there, in an /etc/passwd, group, subuid and subgid that are files of ours.
 */

import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
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

/** Shared mounts, as systemd has them: a mount that should be private and is not shows up in our table, as it would in the machine's. */
const LIST_USERS = `
mount --no-mtab --make-rshared /
for f in passwd group subuid subgid; do [ ! -e /etc/$f ] || mount --no-mtab --bind "$1/$f" /etc/$f; done`;

const RANGER = { name: 'range', uid: 54321, gid: 54321, user: 'ranger' } as const;
const LONER = { name: 'single', uid: 54322, gid: 54322, user: 'loner' } as const;

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
  const users = whyNoUsers();
  return [
    {
      name: 'root',
      uid: 0,
      gid: 0,
      user: 'root',
      prefix: [],
      ...unlessWorks(['unshare', '--mount', '--', 'true']),
    },
    ...[RANGER, LONER].map(mode => ordinary(mode, users)),
  ];
}

function ordinary(mode: typeof RANGER | typeof LONER, noUsers: string | undefined): Mode {
  const ids = ['--reuid', String(mode.uid), '--regid', String(mode.gid)];
  const prefix = ['setpriv', ...ids, '--clear-groups', '--'];
  if (noUsers !== undefined) return { ...mode, prefix, unavailable: noUsers };
  if (mode.name === 'range' && !['subuid', 'subgid'].every(file => existsSync(`/etc/${file}`)))
    return { ...mode, prefix, unavailable: '/etc/subuid and /etc/subgid do not exist (package uidmap)' };
  const mapping = ['--user', '--map-root-user', ...(mode.name === 'range' ? ['--map-auto'] : [])];
  return { ...mode, prefix, ...unlessWorks([...prefix, 'unshare', ...mapping, '--mount', '--', 'true']) };
}

/** Makes the two users known, in this process's mount table. Says why that can not be done. */
function whyNoUsers(): string | undefined {
  const [own, parents] = ['self', process.ppid].map(pid => readlinkSync(`/proc/${pid}/ns/mnt`));
  if (own === parents) return 'no mount table of its own: scripts/test.mjs gives a file one, where it can';
  const etc = newTempDir();
  process.on('exit', () => removeTree(etc));
  const users = [RANGER, LONER];
  const ranges = `${RANGER.user}:700000:65536\n`;
  const files = {
    passwd: `${readFileSync('/etc/passwd', 'utf8')}${users.map(({ user, uid, gid }) => `${user}:x:${uid}:${gid}::/:/bin/sh\n`).join('')}`,
    group: `${readFileSync('/etc/group', 'utf8')}${users.map(({ user, gid }) => `${user}:x:${gid}:\n`).join('')}`,
    subuid: ranges,
    subgid: ranges,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(etc, file), text, { mode: 0o644 });
  return unlessWorks(['sh', '-euc', LIST_USERS, 'list-users', etc]).unavailable;
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
