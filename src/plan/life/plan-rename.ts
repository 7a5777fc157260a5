/** Giving a container that does not run another name, which is that of its directory. Pure. */

import { arg, C, STORE, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { HELD_TEXT } from '../held.ts';
import type { Plan } from '../step.ts';

export const RENAME_SH: Variable = { var: 'RENAME_SH' };
/** The directory that it is to have. */
export const NEW: Variable = { var: 'NEW' };

/**
 * Renames the directory of a container. Arguments: the directory, its new path, its inode number, and "back" for the way back, which is not taken where the container is
 * not there.
 *
 * mkdir(2) reserves the new name, and rename(2) puts the container in the place of that empty directory, at once. TERM may not come in between.
 */
export const RENAME_TEXT = `
${HELD_TEXT}
back=\${4:-}
refuse() { [ -n "$back" ] && [ "$2" = absent ] && exit 0; echo "$1" >&2; exit 1; }
cd -P -- "$1" 2>/dev/null || refuse 'it was removed meanwhile' absent
exec 9<.; flock -n 9 || refuse 'somebody works on it' busy
[ "$(stat -c %i .)" = "$3" ] && [ "$1" -ef . ] && [ -f ./container.json ] || refuse 'it was removed meanwhile' absent
! held ./gate || refuse 'it runs' busy
trap '' TERM INT HUP
mkdir -m 0700 -- "$2"
mv -T -- "$1" "$2" || { rmdir -- "$2"; exit 1; }
`.trim();

export interface Renaming {
  readonly name: string;
  readonly to: string;
  /** Inode number of its directory. */
  readonly inode: string;
  readonly facts: Pick<Facts, 'storeRoot'>;
}

/** The plan: one step, which is done or not. */
export function planRename({ name, to, inode, facts }: Renaming): Plan {
  const rename = ['sh', '-ec', arg`${RENAME_SH}`, 'rename'];
  return {
    kind: 'rename',
    subject: name,
    summary: `rename ${name} to ${to}`,
    variables: [
      { name: STORE.var, value: facts.storeRoot, meaning: 'the store' },
      { name: C.var, value: arg`${STORE}/containers/${name}`, meaning: "the container's directory" },
      { name: NEW.var, value: arg`${STORE}/containers/${to}`, meaning: 'the one that it is to have' },
      {
        name: RENAME_SH.var,
        value: RENAME_TEXT,
        meaning: 'renames the directory, unless somebody has the container or the name',
      },
    ],
    phases: [{ id: 'rename', title: 'Rename the directory.' }],
    steps: [
      {
        id: 'rename',
        phase: 'rename',
        title: `give ${name} the name ${to}`,
        where: { type: 'host' },
        action: { type: 'run', argv: [...rename, arg`${C}`, arg`${NEW}`, inode] },
        undo: {
          type: 'command',
          argv: [...rename, arg`${NEW}`, arg`${C}`, inode, 'back'],
          when: 'failure',
        },
        // Had it failed, whoever else gave it that name would lose it again. TERM leaves it done or not.
        reserves: true,
        why: 'mkdir(2) reserves the new name: it fails when somebody has it. rename(2) replaces the empty directory by the container at once, so that at every moment it has one of the two names. flock(2) on the directory keeps those away who start it, remove it or copy into it. Its files, its hostname and what was written down about it stay as they are.',
        pitfalls: [
          'somebody works on it: a copy into it, a start or a removal holds the lock.',
          'File exists: a container has that name already.',
        ],
      },
    ],
    notes: [],
  };
}
