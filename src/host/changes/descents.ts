/** Many directories below a few roots, one after the other. */

import { closeSync } from 'node:fs';
import { openDirectory, openRoot } from './directory.ts';

interface Chain {
  readonly names: Buffer[];
  /** The root's, then one for each name. */
  readonly fds: number[];
}

/** Opens directories one name at a time; what one shares with the one before below the same root is not opened again, so that a deep tree takes no longer than a wide one. */
export class Descents {
  readonly #chains = new Map<string, Chain>();

  /** The directory's descriptor, open until the next call; undefined when it is not there (any more). */
  to(root: string, names: readonly Buffer[]): number | undefined {
    const chain = this.#chains.get(root) ?? { names: [], fds: [openRoot(root)] };
    this.#chains.set(root, chain);
    const differs = names.findIndex((name, index) => chain.names[index]?.equals(name) !== true);
    const shared = differs < 0 ? names.length : differs;
    chain.names.splice(shared);
    chain.fds.splice(shared + 1).forEach(closeSync);
    for (const name of names.slice(shared)) {
      const fd = openDirectory(chain.fds.at(-1) as number, name);
      if (fd === undefined) return undefined;
      chain.names.push(name);
      chain.fds.push(fd);
    }
    return chain.fds.at(-1);
  }

  close(): void {
    for (const { fds } of this.#chains.values()) fds.forEach(closeSync);
    this.#chains.clear();
  }
}
