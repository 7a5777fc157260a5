/** What the pure planners of image operations get from outside: names that nobody else uses, and the time. */

import { randomBytes, randomInt } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A workspace's name: unique, without anybody to ask. */
export function newOperationId(): string {
  return randomBytes(8).toString('hex');
}

/** A short link's name, 8 characters [A-Z0-9]: one of 2.8 million million. */
export function newLinkName(): string {
  return Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** Now, as image records have it: ISO 8601, in UTC, whole seconds. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
