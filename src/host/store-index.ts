/**
 * All containers and images, known from one moment to the next: only what may have changed is looked at again. The kernel says when something in a container's directory
 * changes (inotify(7)); that a process died it does not say, so those that live are asked for now and then.
 */

import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { ImageRecord } from '../plan/image/image.ts';
import { type ContainerLook, createdTime, lookAt } from './container-look.ts';
import { containerStateNow, findContainer } from './containers.ts';
import { filesIn, listImages } from './images.ts';
import { LOG_FILE, OLD_LOG_FILE } from './log-reader.ts';
import type { StorePaths } from './store-paths.ts';

export interface StoreLook {
  /** The newest first. The same array as at the last look when nothing has changed. */
  readonly containers: readonly ContainerLook[];
  readonly images: readonly ImageRecord[];
}

/** How long a container that lives is believed to, in milliseconds. */
const BELIEVED_MS = 2000;

export class StoreIndex {
  readonly #paths: StorePaths;
  readonly #looks = new Map<string, ContainerLook>();
  readonly #inodes = new Map<string, number>();
  readonly #watchers = new Map<string, FSWatcher>();
  /** What the kernel has said since the last look. */
  readonly #changed = new Set<string>();
  #told: () => void = () => undefined;
  #listed = false;
  #images: readonly ImageRecord[] | undefined;
  #asked = 0;
  #last: StoreLook = { containers: [], images: [] };

  constructor(paths: StorePaths) {
    this.#paths = paths;
  }

  /** Calls `told` whenever something may have changed, also when a log has grown; it may be called often. */
  onChange(told: () => void): void {
    this.#told = told;
  }

  /** Throws a UserError when the store can not be read. */
  async look(): Promise<StoreLook> {
    const { containers, images } = this.#paths;
    const watched = this.#watch(containers, () => {
      this.#listed = false;
    });
    let changed = false;
    if (!this.#listed || !watched) {
      this.#listed = watched;
      changed = this.#forgetGone(filesIn(containers));
    }
    changed = (await this.#lookAgain()) || changed;
    if (!this.#watch(images, () => (this.#images = undefined)) || this.#images === undefined) {
      this.#images = listImages(this.#paths);
      changed = true;
    }
    if (changed)
      this.#last = {
        containers: [...this.#looks.values()].toSorted((one, other) => createdTime(other) - createdTime(one)),
        images: this.#images,
      };
    return this.#last;
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** Notes which names there are. Returns whether one of those that were known is gone. */
  #forgetGone(names: readonly string[]): boolean {
    const there = new Set(names);
    let gone = false;
    for (const name of [...this.#looks.keys()]) {
      if (there.has(name)) continue;
      gone = true;
      this.#looks.delete(name);
      this.#unwatch(join(this.#paths.containers, name));
    }
    for (const name of names) if (!this.#looks.has(name)) this.#changed.add(name);
    return gone;
  }

  async #lookAgain(): Promise<boolean> {
    const ask = performance.now() - this.#asked > BELIEVED_MS;
    if (ask) this.#asked = performance.now();
    const names = new Set(this.#changed);
    this.#changed.clear();
    for (const [name, look] of this.#looks) if (ask && this.#isOld(name, look)) names.add(name);
    const found = await Promise.all(
      [...names].map(async name => {
        // Watched first: what happens during the look is told, and looked at next time.
        this.#watchContainer(name);
        return [name, await findContainer(this.#paths, name)] as const;
      }),
    );
    for (const [name, container] of found) {
      if (container === undefined) this.#looks.delete(name);
      else this.#looks.set(name, lookAt(container));
    }
    return found.length > 0;
  }

  /** Whether the kernel would not have said that this one has changed, and it has. */
  #isOld(name: string, { container, status }: ContainerLook): boolean {
    if (!this.#watchers.has(container.directory)) return true;
    if (container.state !== 'alive') return false;
    return status.type !== 'running' || containerStateNow(join(this.#paths.containers, name)) !== 'alive';
  }

  #watchContainer(name: string): void {
    const directory = join(this.#paths.containers, name);
    // One that was removed and made anew has another directory of the same name.
    const inode = lstatSync(directory, { throwIfNoEntry: false })?.ino;
    if (this.#inodes.get(name) !== inode) this.#unwatch(directory);
    if (inode !== undefined) this.#inodes.set(name, inode);
    this.#watch(directory, file => {
      // What it writes to its log says nothing about what it does.
      if (file !== LOG_FILE && file !== OLD_LOG_FILE) this.#changed.add(name);
    });
  }

  /** False where it can not be watched: it does not exist yet, or the machine's limit is reached. */
  #watch(directory: string, changed: (file: string | null) => void): boolean {
    if (this.#watchers.has(directory)) return true;
    try {
      const watcher = watch(directory, (_event, file) => {
        changed(file);
        this.#told();
      });
      watcher.on('error', () => this.#unwatch(directory));
      this.#watchers.set(directory, watcher);
      return true;
    } catch {
      return false;
    }
  }

  #unwatch(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }
}
