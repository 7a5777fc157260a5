/** Copies into containers and out of them: what tests of cp share. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from './background.ts';
import { makeImage, staticBusybox } from './image.ts';
import { eachMode, type Place } from './modes.ts';
import { runAs, tinydocker, tinydockerProgram } from './run.ts';
import { skipUnless } from './skip.ts';

/** Registers the test for each mode, with a container c1 that is kept, and with one that runs. */
export function eachContainer(
  test: Test,
  name: string,
  prepare: string,
  body: (place: Place) => Promise<void>,
): void {
  if (staticBusybox() === undefined) {
    skipUnless(test, name, false, 'there is no static busybox', () => undefined);
    return;
  }
  eachMode(test, `${name}, kept`, async place => {
    makeImage(place);
    const made = await tinydocker(place, ['run', '-q', '--keep', 'c1', 'sh', '-c', `umask 022\n${prepare}`]);
    assert.is(made.status, 0, made.stderr);
    await body(place);
  });
  eachMode(test, `${name}, running`, async place => {
    makeImage(place);
    await whileRuns(place, 'c1', `umask 022\n${prepare}`, () => body(place));
  });
}

/** Makes files in the place's home directory. */
export async function make(place: Place, program: string): Promise<void> {
  const { status, stderr } = await runAs(place, ['sh', '-ec', `umask 022; ${program}`]);
  assert.is(status, 0, stderr);
}

/** Copies, and expects it to succeed without a word. */
export async function copy(place: Place, ...words: readonly string[]): Promise<void> {
  const { status, stdout, stderr } = await tinydocker(place, ['cp', ...words]);
  assert.equal([status, stdout, stderr], [0, '', ''], words.join(' '));
}

/** What lies below a directory of the container: type, mode, owner, path and target, and the content of files. */
export async function inContainer(place: Place, path: string): Promise<readonly string[]> {
  const file = join(place.home, 'seen.tar');
  const words = [...tinydockerProgram(), 'export', 'c1'];
  const ran = await runAs(place, [
    'sh',
    '-ec',
    'rm -f "$1"; file=$1; shift; "$@" >"$file"',
    'x',
    file,
    ...words,
  ]);
  assert.is(ran.status, 0, ran.stderr);
  const tar = spawnSync('tar', ['--numeric-owner', '--full-time', '-tvf', file], { encoding: 'utf8' });
  return tar.stdout
    .split('\n')
    .map(line => line.replace(/ +\d+ \d{4}-\S+ [\d:.]+ +/, ' '))
    .filter(line => line.split(' ')[2]?.startsWith(`.${path}`))
    .sort();
}

/** The same of the host. */
export function onHost(place: Place, path = '.'): readonly string[] {
  const find = ['.', '-mindepth', '1', '-printf', '%M %P %l\n'];
  return spawnSync('find', find, { cwd: join(place.home, path), encoding: 'utf8' })
    .stdout.split('\n')
    .filter(line => line !== '' && !line.includes('seen.tar'))
    .map(line => line.trim())
    .sort();
}

export const TREE = `mkdir -p /s/d/sub; echo file >/s/f; echo one >/s/d/one; echo two >/s/d/sub/two; chmod 750 /s/d/sub
ln -s one /s/d/link; mkfifo -m 640 /s/d/fifo; ln /s/d/one /s/d/hard; touch -d '2001-02-03 04:05:06' /s/f`;
export const D = [
  'drwxr-x--- d/sub',
  'drwxr-xr-x d',
  'lrwxrwxrwx d/link one',
  '-rw-r--r-- d/hard',
  '-rw-r--r-- d/one',
  '-rw-r--r-- d/sub/two',
  'prw-r----- d/fifo',
];
export const renamed = (name: string) => D.map(line => line.replace(/ d(?=\/|$)/, ` ${name}`)).sort();
