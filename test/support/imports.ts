/** What tests of imports share: archives at a place, an empty store, and what a refusal must be like. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { treeOf } from './host.ts';
import type { Place } from './modes.ts';
import { tinydocker, withoutNotes } from './run.ts';
import { type Member, tarOf } from './tar.ts';

export function hasProgram(name: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${name}`]).status === 0;
}

export function archive(place: Place, members: readonly Member[], name = 'a.tar'): string {
  return file(place, name, tarOf(members));
}

export function file(place: Place, name: string, content: Buffer | string): string {
  const path = join(place.dir, name);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
}

/** Makes a store with all its directories and nothing in them: an image comes and goes. */
export async function emptyStore(place: Place): Promise<readonly string[]> {
  const tar = archive(place, [{ name: 'x', text: 'x' }], 'first.tar');
  assert.is((await tinydocker(place, ['image', 'import', 'first', tar])).status, 0);
  assert.is((await tinydocker(place, ['rmi', 'first'])).status, 0);
  const tree = treeOf(place.store);
  assert.is(tree.length, 6, tree.join('\n'));
  return tree;
}

/** Fails with status 1, one sentence that matches, no stack trace, and a store as it was. */
export async function refused(place: Place, args: readonly string[], message: RegExp): Promise<void> {
  const before = treeOf(place.store);
  const { status, stdout, stderr: all } = await tinydocker(place, args);
  const stderr = withoutNotes(all);
  assert.match(stderr, message);
  assert.is(status, 1, stderr);
  assert.is(stdout, '');
  assert.not.match(stderr, /\n\s+at /);
  const said = stderr.split('\n').filter(line => line.startsWith('tinydocker:'));
  assert.is(said.length, 1, stderr);
  assert.equal(treeOf(place.store), before, 'the store changed');
}
