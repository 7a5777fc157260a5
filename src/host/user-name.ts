/** The names of users, from passwd(5). */

import { userInfo } from 'node:os';
import process from 'node:process';
import { readText } from './text-file.ts';

/** The name of a user id; undefined when it has none. This process's own is looked up wherever the machine keeps its users, others in the file. */
export function userName(uid: number): string | undefined {
  if (uid !== process.getuid?.()) return listedName(uid);
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function listedName(uid: number): string | undefined {
  const line = readText('/etc/passwd')
    .split('\n')
    .find(entry => entry.split(':')[2] === String(uid));
  return line?.split(':')[0];
}
