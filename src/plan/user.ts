/** Who the container's process is: `user[:group]` looked up in the image's passwd(5) and group(5). */

import { shown } from './names.ts';
import { failed, ok, type Result } from './result.ts';

export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

/** The largest id that setpriv(1) and the kernel accept; 2^32 - 1 means "no change" there. */
const LARGEST_ID = 2 ** 32 - 2;

/**
 * Resolves `user[:group]` as docker does: a name from the image's files, or a number, which needs no entry. Without a group the
 * user's own is taken, and the groups that list the user as a member are added. `owner`: whose files they are, for messages.
 */
export function resolveUser(
  text: string,
  passwd: string,
  group: string,
  owner: 'The image' | 'The container' = 'The image',
): Result<ResolvedUser> {
  const [userText = '', groupText, ...more] = text.split(':');
  if (more.length > 0 || groupText === '')
    return failed({
      code: 'bad-user',
      status: 2,
      message: `${shown(text)} is not a user: write USER or USER:GROUP, names or numbers.`,
    });
  const users = parsePasswd(passwd);
  const groups = parseGroup(group);
  const user = userText === '' ? '0' : userText;
  const known =
    users.find(entry => entry.name === user) ?? users.find(entry => isId(user) && entry.uid === Number(user));
  if (known === undefined && !isId(user)) return noSuch(owner, 'user', user, '/etc/passwd', users);
  const uid = known?.uid ?? Number(user);
  if (groupText === undefined) {
    const gid = known?.gid ?? 0;
    const additionalGids = groups
      .filter(entry => known !== undefined && entry.members.includes(known.name) && entry.gid !== gid)
      .map(entry => entry.gid);
    return ok({ uid, gid, additionalGids: [...new Set(additionalGids)], home: known?.home ?? '/' });
  }
  const knownGroup = groups.find(entry => entry.name === groupText);
  if (knownGroup === undefined && !isId(groupText))
    return noSuch(owner, 'group', groupText, '/etc/group', groups);
  return ok({ uid, gid: knownGroup?.gid ?? Number(groupText), additionalGids: [], home: known?.home ?? '/' });
}

function noSuch(
  owner: string,
  kind: string,
  name: string,
  file: string,
  entries: readonly { readonly name: string }[],
): ReturnType<typeof failed> {
  const some = entries
    .slice(0, 8)
    .map(entry => entry.name)
    .join(', ');
  return failed({
    code: `unknown-${kind}`,
    message: `${owner} has no ${kind} ${shown(name)}: ${file} ${some === '' ? 'is missing or empty' : 'does not list it'}.`,
    hint:
      some === ''
        ? `Use a number, for example -u 1000.`
        : `It lists ${some}${entries.length > 8 ? ', ...' : ''}.`,
  });
}

function parsePasswd(text: string): readonly PasswdEntry[] {
  return text.split('\n').flatMap(line => {
    const [name = '', , uid = '', gid = '', , home = ''] = line.split(':');
    if (name === '' || !isId(uid) || !isId(gid)) return [];
    return [{ name, uid: Number(uid), gid: Number(gid), home: home.startsWith('/') ? home : '/' }];
  });
}

function parseGroup(text: string): readonly GroupEntry[] {
  return text.split('\n').flatMap(line => {
    const [name = '', , gid = '', members = ''] = line.split(':');
    if (name === '' || !isId(gid)) return [];
    return [{ name, gid: Number(gid), members: members.split(',') }];
  });
}

function isId(text: string): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) <= LARGEST_ID;
}
