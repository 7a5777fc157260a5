/** What the pure planners of image operations get from outside: names that nobody else uses, and the time. */

/** 32, so that a random byte names each of them as often as any other. */
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A workspace's name: unique, without anybody to ask. */
export function newOperationId(): string {
  return Buffer.from(random(8)).toString('hex');
}

/** A short link's name, 8 characters [A-Z2-7]: one of a million million. */
export function newLinkName(): string {
  return Array.from(random(8), byte => LETTERS[byte % LETTERS.length]).join('');
}

/** Now, as image records have it: ISO 8601, in UTC, whole seconds. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** Web Crypto's, because importing node:crypto costs every start of the program, and few need it. */
function random(bytes: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(bytes));
}
