/** Scratch directories, removed whatever happens and whoever owns what is in them. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a new directory that everybody may enter and only its owner may write, and removes it afterwards. Throws when it can't be removed. */
export async function withTempDir<Value>(use: (dir: string) => Promise<Value> | Value): Promise<Value> {
  const dir = newTempDir();
  try {
    return await use(dir);
  } finally {
    removeTree(dir);
  }
}

/** A directory that the caller removes with `removeTree`. */
export function newTempDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'td-'));
  chmodSync(dir, 0o755);
  return dir;
}

/** Removes a tree in which files may belong to sub-uids and directories may have mode 000. Does not leave the file system. */
export function removeTree(dir: string): void {
  const rm = ['rm', '-rf', '--one-file-system', '--', dir] as const;
  const ways: readonly (readonly string[])[] = [
    rm,
    ['unshare', '--user', '--map-root-user', '--map-auto', '--', ...rm],
    ['unshare', '--user', '--map-root-user', '--', ...rm],
  ];
  for (const [program = '', ...args] of ways) {
    if (!existsSync(dir)) return;
    spawnSync(program, args, { stdio: 'ignore' });
  }
  // Says what is in the way, if anything still is.
  rmSync(dir, { recursive: true, force: true });
}
