/** How layers are called that a fork froze. They have no digest: nobody has read what is in them. */

const PREFIX = 'frozen-';

/** The name in the store's layers; `id` is unique and part of a path. */
export function frozenName(id: string): string {
  return `${PREFIX}${id}`;
}

/** Whether a layer of the store is one that a fork froze. */
export function isFrozen(name: string): boolean {
  return /^frozen-[A-Za-z0-9]{1,64}$/.test(name);
}
