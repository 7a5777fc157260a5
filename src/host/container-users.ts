/** The users of a running container, as it calls them. Read-only. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layersOf } from './container-layers.ts';
import type { StoredContainer } from './containers.ts';
import { readInLayers } from './in-root.ts';
import type { Init } from './init-process.ts';
import type { StorePaths } from './store-paths.ts';

/** The most of a passwd(5) file that is read, in bytes. */
const LARGEST = 1 << 20;

/** Names a user of the host as the container does: by its /etc/passwd, else by the number that its user namespace gives him. */
export function containerUsers(
  paths: StorePaths,
  container: Pick<StoredContainer, 'directory' | 'layers'>,
  init: Init,
): (uid: number) => string {
  const ranges = readFileSync(`/proc/${init.pid}/uid_map`, 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number));
  const stack = [...layersOf(paths, container), join(container.directory, 'upper')];
  const passwd = readInLayers(stack, '/etc/passwd', LARGEST)?.toString('utf8') ?? '';
  const names = new Map(
    passwd.split('\n').map(line => {
      const [name = '', , number = ''] = line.split(':');
      return [number, name] as const;
    }),
  );
  return uid => {
    for (const [inside = 0, outside = 0, count = 0] of ranges)
      if (uid >= outside && uid < outside + count) {
        const number = String(uid - outside + inside);
        return names.get(number) || number;
      }
    return String(uid);
  };
}
