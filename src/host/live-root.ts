/** A file of a container that runs, read as the container sees it: volumes count, links are followed inside its root, never out of it. */

import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import type { Init } from './init-process.ts';
import { startTime } from './owner.ts';

/** Links followed before the path counts as a loop, as in the kernel. */
const MOST_LINKS = 40;
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const FILE = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * The first bytes of a regular file in the root directory of the container's init, at most `limit`. Undefined when there is none, when it can't be read, and when the
 * container has ended.
 *
 * Each directory is pinned by a descriptor, and only single names are looked up in it, never through a link: whoever changes the path meanwhile
 * only gets an older or a newer answer. Nothing is opened that could make us wait, and no more is read than the limit.
 */
export function readInContainer({ pid, start }: Init, path: string, limit: number): Buffer | undefined {
  const pinned: number[] = [];
  const pin = (name: string): number => {
    const fd = openSync(name, DIRECTORY);
    pinned.push(fd);
    return fd;
  };
  try {
    const process = pin(`/proc/${pid}`);
    // The number may be somebody else's by now; what is pinned is one process for ever.
    if (startTime(pid) !== start) return undefined;
    const root = pin(`/proc/self/fd/${process}/root/.`);
    const file = fileBelow(root, path, pin);
    return file === undefined ? undefined : readFile(file, limit);
  } catch {
    return undefined;
  } finally {
    pinned.forEach(closeSync);
  }
}

/** The last name of the path in its pinned directory. Throws the system's error for a path that can't be walked. */
function fileBelow(root: number, path: string, pin: (name: string) => number): string | undefined {
  let way: readonly number[] = [root];
  let links = 0;
  let todo = path.split('/');
  for (;;) {
    const [name, ...rest] = todo.filter(part => part !== '' && part !== '.');
    if (name === undefined) return undefined;
    todo = rest;
    if (name === '..') {
      way = way.length > 1 ? way.slice(0, -1) : way;
      continue;
    }
    const at = `/proc/self/fd/${way.at(-1)}/${name}`;
    const stats = lstatSync(at);
    if (stats.isSymbolicLink()) {
      links += 1;
      if (links > MOST_LINKS) return undefined;
      const target = readlinkSync(at);
      if (target.startsWith('/')) way = [root];
      todo = [...target.split('/'), ...rest];
    } else if (rest.length === 0) return at;
    else way = [...way, pin(at)];
  }
}

function readFile(path: string, limit: number): Buffer | undefined {
  const fd = openSync(path, FILE);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(limit, stats.size));
    return buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
}
