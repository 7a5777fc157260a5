/**
 * What happens in the store, without a daemon that could tell: the directories are looked at whenever the kernel says that something in them changed (inotify(7)), and a
 * few times a second besides, because it does not say that a process died.
 */

import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { StoreEvent } from '../plan/store-event.ts';
import { filesIn } from './images.ts';
import type { StorePaths } from './store-paths.ts';
import { WatchedContainer } from './watched-container.ts';

/** How often to look when the kernel says nothing, in milliseconds. */
const INTERVAL_MS = 500;

export class StoreWatch {
  readonly #paths: StorePaths;
  /** By the inode of its directory: a name may become another one's. */
  readonly #containers = new Map<bigint, { readonly watched: WatchedContainer; name: string }>();
  #images: ReadonlyMap<string, string> | undefined;
  readonly #watchers = new Map<string, FSWatcher>();
  #wake: (() => void) | undefined;
  #changed = false;

  constructor(paths: StorePaths) {
    this.#paths = paths;
  }

  /** What happened since the last look, oldest first; at the first, what is still known of the past. */
  look(): readonly StoreEvent[] {
    this.#changed = false;
    const { containers, images } = this.#paths;
    for (const directory of [containers, images]) this.#watch(directory);
    const events = [...this.#lookAtContainers(), ...this.#lookAtImages()];
    return events.toSorted((one, other) => one.time - other.time);
  }

  /** Until something changed, the signal is aborted, that moment has come, or it is time to look anyway. */
  async changed(signal: AbortSignal, until: number): Promise<void> {
    if (this.#changed || signal.aborted) return;
    await new Promise<void>(wake => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        wake();
      };
      const timer = setTimeout(end, Math.max(0, Math.min(INTERVAL_MS, until - Date.now())));
      signal.addEventListener('abort', end);
      this.#wake = end;
    });
    this.#wake = undefined;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    for (const { watched } of this.#containers.values()) watched.close();
  }

  #lookAtContainers(): readonly StoreEvent[] {
    const events: StoreEvent[] = [];
    const seen = new Set<bigint>();
    for (const name of filesIn(this.#paths.containers)) {
      const directory = join(this.#paths.containers, name);
      const stats = lstatSync(directory, { bigint: true, throwIfNoEntry: false });
      if (stats?.isDirectory() !== true) continue;
      seen.add(stats.ino);
      this.#watch(directory);
      const known = this.#containers.get(stats.ino) ?? {
        watched: new WatchedContainer(name, directory),
        name,
      };
      known.name = name;
      this.#containers.set(stats.ino, known);
      events.push(...known.watched.look(name, directory));
    }
    for (const [inode, { watched, name }] of this.#containers) {
      if (seen.has(inode)) continue;
      events.push(...watched.gone());
      this.#containers.delete(inode);
      const directory = join(this.#paths.containers, name);
      this.#watchers.get(directory)?.close();
      this.#watchers.delete(directory);
    }
    return events;
  }

  /** A name that means an image, or another one than before; and one that means none any more. What had names before we came is not news. */
  #lookAtImages(): readonly StoreEvent[] {
    const before = this.#images;
    const now = new Map<string, string>();
    for (const file of filesIn(this.#paths.images)) {
      const stats = lstatSync(join(this.#paths.images, file), { bigint: true, throwIfNoEntry: false });
      if (stats?.isFile() && file.endsWith('.json')) now.set(file, `${stats.ino} ${stats.ctimeNs}`);
    }
    this.#images = now;
    if (before === undefined) return [];
    const time = Date.now();
    const event = (file: string, action: 'tag' | 'untag'): StoreEvent => {
      const name = file.slice(0, -'.json'.length).replaceAll('%2F', '/');
      return { type: 'image', action, name, time, attributes: {} };
    };
    return [
      ...[...now].filter(([file, mark]) => before.get(file) !== mark).map(([file]) => event(file, 'tag')),
      ...[...before.keys()].filter(file => !now.has(file)).map(file => event(file, 'untag')),
    ];
  }

  /** Where it can not be watched (it does not exist yet, or the machine's limit is reached) we look all the same, only later. */
  #watch(directory: string): void {
    if (this.#watchers.has(directory)) return;
    try {
      const watcher = watch(directory, () => {
        this.#changed = true;
        this.#wake?.();
      });
      watcher.on('error', () => watcher.close());
      this.#watchers.set(directory, watcher);
      // Between the look and this, something may have changed.
      this.#changed = true;
    } catch {
      // See above.
    }
  }
}
