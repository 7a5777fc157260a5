/** Removing what dead owners left behind, and containers that were kept. Pure: src/host/leftovers.ts finds them. */

import { type Arg, arg, STORE, type Variable } from './arg.ts';
import type { Facts } from './facts.ts';
import { isFrozen } from './fork/frozen-layer.ts';
import { HELD_TEXT } from './held.ts';
import type { Phase, Plan, Step } from './step.ts';
import { asOwner } from './user-namespace.ts';

/** Something in the store that nobody needs any more. */
export type Removable =
  | {
      readonly type: 'container';
      readonly name: string;
      /** Which directory was judged: inode number and time of its last change. See identityOf in src/host/containers.ts. */
      readonly identity: string;
      /** What its journal says has to be undone first outside of its directory, in this order, all values put in: a fork has moved files of another container. */
      readonly undos?: readonly { readonly step: string; readonly argv: readonly string[] }[];
    }
  /** The workspace of an image operation. */
  | {
      readonly type: 'workspace';
      /** Its name in the store's tmp. */
      readonly name: string;
      readonly identity: string;
      /** What its journal says has to be undone first, in this order, all values put in. */
      readonly undos: readonly { readonly step: string; readonly argv: readonly string[] }[];
    }
  /** By its digest, or, of one that a fork froze, its name in the store. */
  | { readonly type: 'layer'; readonly digest: string }
  /** A short link to a layer. */
  | { readonly type: 'link'; readonly name: string };

export const REMOVE_SH: Variable = { var: 'REMOVE_SH' };
export const REMOVE_LAYER_SH: Variable = { var: 'REMOVE_LAYER_SH' };
export const REMOVE_LINK_SH: Variable = { var: 'REMOVE_LINK_SH' };

/**
 * Removes a directory of a dead owner. Arguments: the directory, its identity (inode and time of change, or only the inode), the fifo that a living
 * owner holds. The directory is entered first and then judged, so that whatever happens to its name, it is this directory that
 * is emptied. Whoever works on a kept container holds its lock. container.json goes first: then a removal that is broken off leaves a leftover, not half of
 * a kept container. A start that is on its way may still put a gate of its own in between, before it takes the lock and sees that the container is gone: that one goes as well.
 */
export const REMOVE_TEXT = `
${HELD_TEXT}
cd -P -- "$1" 2>/dev/null || { [ -e "$1" ] || exit 0; echo "$1 can not be entered" >&2; exit 1; }
exec 9<.; flock -n 9 || { echo "$1 is in use, so it is left alone" >&2; exit 0; }
case "$(stat -c '%i %.9Z' .) " in
  "$2 "*) ;;
  *) echo "$1 has changed meanwhile, so it is left alone" >&2; exit 0 ;;
esac
if held "./$3"; then echo "$1 is in use, so it is left alone" >&2; exit 0; fi
rm -f ./container.json
for try in 1 2 3 4 5 6 7 8 9; do
  find . -mindepth 1 -xdev -ignore_readdir_race -delete
  [ "$1" -ef . ] || exit 0
  ! rmdir -- "$1" 2>/dev/null || exit 0
done
rmdir -- "$1"
`.trim();

/**
 * Removes a layer, unless a record (an image's, or one that an import is about to publish) names it, or a container one of its short links. Arguments: the store,
 * the digest. It is moved away first: a layer is complete or not there.
 */
export const REMOVE_LAYER_TEXT = `
cd -P -- "$1"
for record in images/*.json tmp/*/image*.json; do
  if [ -e "$record" ] && grep -q -F -e "$2" -- "$record"; then exit 0; fi
done
for link in l/*; do
  [ "$(readlink -- "$link")" = "../layers/$2/files" ] || continue
  for record in containers/*/container.json; do
    if [ -e "$record" ] && grep -q -F -e "\\"\${link#l/}\\"" -- "$record"; then exit 0; fi
  done
done
[ ! -d "layers/$2" ] || mv -T -- "layers/$2" "tmp/$2"
[ ! -d "tmp/$2" ] || { cd -P -- "tmp/$2"; find . -mindepth 1 -xdev -delete; cd -P -- "$1"; rmdir -- "tmp/$2"; }
`.trim();

/** Removes a short link, unless a record names it. Arguments: the store, the link's name. */
export const REMOVE_LINK_TEXT = `
cd -P -- "$1"
for record in images/*.json tmp/*/image*.json containers/*/container.json; do
  if [ -e "$record" ] && grep -q -F -e "\\"$2\\"" -- "$record"; then exit 0; fi
done
if [ -L "l/$2" ]; then rm -f -- "l/$2"; fi
`.trim();

const HOST = { type: 'host' } as const;
const UNDO: Step['undo'] = { type: 'nothing', reason: 'what is removed can not be brought back' };
const PITFALLS = [
  'Operation not permitted: a file is immutable (lsattr shows "i"), or belongs to another user.',
  'Device or resource busy: something is mounted there.',
] as const;

const PHASES: readonly Phase[] = [
  { id: 'containers', title: 'Undo what forks had begun, and remove the directories of containers.' },
  { id: 'workspaces', title: 'Undo what image operations had begun, and remove their workspaces.' },
  { id: 'layers', title: 'Remove layers and links that nothing refers to.' },
];

const PROGRAMS: readonly { readonly name: string; readonly value: string; readonly meaning: string }[] = [
  {
    name: REMOVE_SH.var,
    value: REMOVE_TEXT,
    meaning: 'removes a directory, if it is the one that was judged and still nobody holds its fifo',
  },
  {
    name: REMOVE_LAYER_SH.var,
    value: REMOVE_LAYER_TEXT,
    meaning: 'removes a layer, if still nothing refers to it',
  },
  {
    name: REMOVE_LINK_SH.var,
    value: REMOVE_LINK_TEXT,
    meaning: 'removes a link, if still nothing refers to it',
  },
];

/** The plan that removes leftovers: one step for each, and before a workspace goes, one for each undo that is due. */
export function planPrune(
  leftovers: readonly Removable[],
  facts: Pick<Facts, 'mapping' | 'storeRoot'>,
): Plan {
  return plan(
    'prune',
    'leftovers',
    `remove ${leftovers.length} leftover${leftovers.length === 1 ? '' : 's'} from ${facts.storeRoot}`,
    leftovers,
    facts,
  );
}

/** The plan that removes containers that were kept, and the layers and links that only they used: containers first. */
export function planRemoveContainers(
  removables: readonly Removable[],
  facts: Pick<Facts, 'mapping' | 'storeRoot'>,
): Plan {
  const containers = removables.filter(({ type }) => type === 'container');
  const names = (containers.length > 0 ? containers : removables).map(removableName).join(', ');
  return plan('remove-container', names, `remove ${names}`, removables, facts);
}

/** What a removable is called, as lists and messages show it. */
export function removableName(removable: Removable): string {
  if (removable.type !== 'layer') return removable.name;
  return isFrozen(removable.digest) ? removable.digest : removable.digest.slice(0, 12);
}

/** Which of the removables a step of their plan belongs to, by its place. */
export function removableIndex(stepId: string): number {
  return Number(/^(?:remove|undo)-[a-z]+-(\d+)/.exec(stepId)?.[1]) - 1;
}

function plan(
  kind: Plan['kind'],
  subject: string,
  summary: string,
  removables: readonly Removable[],
  facts: Pick<Facts, 'mapping' | 'storeRoot'>,
): Plan {
  const steps = removables.flatMap((removable, index) => stepsOf(removable, index + 1, facts));
  const words = steps.flatMap(({ action }) => (action.type === 'run' ? action.argv : []));
  return {
    kind,
    subject,
    summary,
    variables: [
      { name: STORE.var, value: facts.storeRoot, meaning: 'the store' },
      ...PROGRAMS.filter(({ name }) =>
        words.some(
          word => Array.isArray(word) && word.some(part => typeof part === 'object' && part.var === name),
        ),
      ),
    ],
    phases: PHASES.filter(phase => steps.some(step => step.phase === phase.id)),
    steps,
    notes: [],
  };
}

function stepsOf(removable: Removable, number: number, facts: Pick<Facts, 'mapping'>): readonly Step[] {
  switch (removable.type) {
    case 'container':
      return [
        ...(removable.undos ?? []).map(({ step, argv }) => undoStep('container', step, argv, number)),
        directoryStep(facts, {
          ...removable,
          id: `remove-container-${number}`,
          phase: 'containers',
          title: `remove the container ${removable.name}`,
          parent: arg`${STORE}/containers`,
          fifo: 'gate',
        }),
      ];
    case 'workspace':
      return [
        ...removable.undos.map(({ step, argv }) => undoStep('workspace', step, argv, number)),
        directoryStep(facts, {
          // The undos have changed the directory by now; its name was random, and is nobody else's.
          identity: removable.undos.length > 0 ? inodeOf(removable.identity) : removable.identity,
          name: removable.name,
          id: `remove-workspace-${number}`,
          phase: 'workspaces',
          title: `remove the workspace ${removable.name}`,
          parent: arg`${STORE}/tmp`,
          fifo: 'alive',
        }),
      ];
    case 'layer':
      return [
        {
          id: `remove-layer-${number}`,
          phase: 'layers',
          title: `remove the layer ${removableName(removable)}`,
          where: HOST,
          action: {
            type: 'run',
            argv: underLayerLock(facts, arg`${REMOVE_LAYER_SH}`, 'remove-layer', removable.digest),
          },
          undo: UNDO,
          why: 'rename(2) takes the layer out of its place at once, then its files are unlinked. flock(2) on the directory of the layers keeps an import from counting on it at the same moment.',
          pitfalls: PITFALLS,
        },
      ];
    case 'link':
      return [
        {
          id: `remove-link-${number}`,
          phase: 'layers',
          title: `remove the link ${removable.name}`,
          where: HOST,
          action: {
            type: 'run',
            argv: underLayerLock(facts, arg`${REMOVE_LINK_SH}`, 'remove-link', removable.name),
          },
          undo: UNDO,
          why: 'unlink(2) of a symbolic link that no image and no container names, under the lock that imports take.',
          pitfalls: PITFALLS,
        },
      ];
  }
}

interface DirectoryRemoval {
  readonly id: string;
  readonly phase: string;
  readonly title: string;
  readonly parent: Arg;
  readonly name: string;
  readonly identity: string;
  readonly fifo: string;
}

function directoryStep(facts: Pick<Facts, 'mapping'>, removal: DirectoryRemoval): Step {
  const { id, phase, title, parent, name, identity, fifo } = removal;
  return {
    id,
    phase,
    title,
    where: HOST,
    action: {
      type: 'run',
      argv: asOwner(facts, [
        ...['flock', parent, 'sh', '-ec', arg`${REMOVE_SH}`, 'remove'],
        ...[arg`${parent}/${name}`, identity, fifo],
      ]),
    },
    undo: UNDO,
    why: 'chdir(2) pins the directory: whatever happens to its name, this one is emptied, and only if it is the one that was judged and nobody holds its fifo. rmdir(2) refuses a directory that is not empty. flock(2) on the directory above makes others who remove things wait.',
    pitfalls: PITFALLS,
  };
}

function undoStep(
  of: 'container' | 'workspace',
  step: string,
  argv: readonly string[],
  number: number,
): Step {
  return {
    id: `undo-${of}-${number}-${step}`,
    phase: `${of}s`,
    title: `undo ${step}`,
    where: HOST,
    action: { type: 'run', argv },
    undo: UNDO,
    why: `The journal says that ${step} was begun, and this command undoes it, whether it was done or not.`,
    pitfalls: PITFALLS,
  };
}

function underLayerLock(
  facts: Pick<Facts, 'mapping'>,
  program: Arg,
  name: string,
  subject: string,
): readonly Arg[] {
  return asOwner(facts, ['flock', arg`${STORE}/layers`, 'sh', '-ec', program, name, arg`${STORE}`, subject]);
}

/** The part of an identity that stays the same while the directory's content changes. */
export function inodeOf(identity: string): string {
  return identity.split(' ')[0] ?? identity;
}
