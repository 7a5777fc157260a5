/** The matrix of what lies in an image and what a container does to it. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import * as assert from 'uvu/assert';
import { ownDirectory, type Place } from './modes.ts';

/** What can lie below, as the image has it. */
const BELOW = ['absent', 'file', 'directory', 'symlink', 'fifo'] as const;

/** What is done at a path $p, by the container's shell. */
const ACTIONS: Readonly<Record<string, string>> = {
  'create-file': 'rm -rf $p; echo new >$p',
  'create-directory': 'rm -rf $p; mkdir $p; echo x >$p/own',
  'create-same-inside': 'rm -rf $p; mkdir $p; echo other >$p/f; mkdir $p/sub',
  'create-symlink': 'rm -rf $p; ln -s /nowhere $p',
  'create-fifo': 'rm -rf $p; mkfifo $p',
  'write-inside': '[ -p $p ] || echo more >>$p; echo more >>$p/f; echo x >$p/new; rm -r $p/sub',
  'change-mode': 'chmod 700 $p',
  'same-mode': 'chmod 644 $p; chmod 755 $p/sub',
  touch: 'touch -h -d 2001-02-03 $p',
  'make-and-remove': 'touch $p/x; rm $p/x',
  delete: 'rm -rf $p',
  rename: 'mv $p $p.moved',
  'rename-onto': 'rm -rf $p; mv $p.other $p',
  'rename-and-back': 'mv $p $p.tmp; mv $p.tmp $p',
};

/** A shell has no command that makes a socket; it copies the one of `socketVolume`. */
const COPY_SOCKET = 'rm -rf $p; cp -a /v/socket $p';

export const CELLS = BELOW.flatMap(below => Object.keys(ACTIONS).map(action => ({ below, action })));

/** Those that no archive can hold. */
export const SOCKET_CELLS: typeof CELLS = BELOW.map(below => ({ below, action: 'create-socket' }));

/** The edits as a program for sh. */
export function editsOf(cells: typeof CELLS): string {
  return cells
    .map(({ below, action }) => `p=/m/${below}-${action}; ${ACTIONS[action] ?? COPY_SOCKET}`)
    .join('\n');
}

/** Options of run, podman's too, that mount a directory with a socket in it. */
export function socketVolume({ mode, dir }: Place): readonly string[] {
  const directory = ownDirectory(mode, join(dir, 'sockets'));
  const listen = "require('net').createServer().listen('socket', () => process.exit())";
  const made = spawnSync(process.execPath, ['-e', listen], { cwd: directory });
  assert.is(made.status, 0, made.stderr.toString());
  return ['-v', `${directory}:/v`];
}

/** The part of the image that the matrix changes. */
export function fill(root: string): void {
  mkdirSync(join(root, 'm'));
  for (const { below, action } of [...CELLS, ...SOCKET_CELLS]) {
    const path = join(root, 'm', `${below}-${action}`);
    writeFileSync(`${path}.other`, 'other\n');
    if (below === 'file') writeFileSync(path, 'text\n');
    else if (below === 'symlink') symlinkSync('/etc', path);
    else if (below === 'fifo') assert.is(spawnSync('mkfifo', ['-m', '644', path]).status, 0);
    else if (below === 'directory') {
      mkdirSync(join(path, 'sub/deep'), { recursive: true });
      writeFileSync(join(path, 'f'), 'text\n');
      writeFileSync(join(path, 'sub/deep/g'), 'text\n');
    }
  }
}
