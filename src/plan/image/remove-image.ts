/** The steps that remove images, with the layers and links that nobody uses any more. Pure. */

import { type Arg, arg, STORE, T, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { recordFile } from '../names.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';
import { usesVariable } from '../uses-variable.ts';
import { IN_WORKSPACE, PREPARE, workspaceSteps, workspaceVariables } from './workspace.ts';

export interface RemoveInput {
  /** The images' names with their tags. */
  readonly names: readonly string[];
  /**
   * Which records these names had when they were looked at, in the same order: inode number and time of the last change. A name that has another one by then
   * is not removed, and nothing else either.
   */
  readonly identities?: readonly string[];
  /** Short links that no other image and no container uses. */
  readonly links: readonly string[];
  /** Digests of layers that no other image and no container uses. */
  readonly layers: readonly string[];
  /** Unique name of the workspace. */
  readonly id: string;
  readonly facts: Facts;
}

const TAKE_NAMES_SH: Variable = { var: 'TAKE_NAMES_SH' };
const TAKE_LAYERS_SH: Variable = { var: 'TAKE_LAYERS_SH' };
const RESTORE_SH: Variable = { var: 'RESTORE_SH' };

/** Arguments: the store, our workspace, then records and their identities by turns. */
const TAKE_NAMES_TEXT = `
store=$1 workspace=$2; shift 2
while [ $# -gt 0 ]; do
  now=$(stat -c '%i %.9Z' -- "$store/images/$1")
  [ "$now" = "$2" ] || { echo "the image $1 is another one by now" >&2; exit 1; }
  mv -t "$workspace/images" -- "$store/images/$1"
  shift 2
done
`.trim();

/**
 * Arguments: the store, our workspace, digests. Our links are gone by now, so no container can begin to use a layer through them; one that began
 * before has written down which. Only what is still unused is taken; what somebody uses makes the plan fail, and be undone.
 */
const TAKE_LAYERS_TEXT = `
store=$1 workspace=$2; shift 2
used() { echo "$1 is used by $2" >&2; exit 1; }
for link in "$workspace"/l/*; do
  [ -L "$link" ] || continue
  for record in "$store"/containers/*/container.json; do
    [ -e "$record" ] || continue
    if grep -q -F -e "\\"\${link##*/}\\"" -- "$record"; then used "the layer" "$record"; fi
  done
done
for digest; do
  for record in "$store"/images/*.json "$store"/tmp/*/image*.json; do
    [ -e "$record" ] || continue
    if grep -q -F -e "$digest" -- "$record"; then used "the layer $digest" "$record"; fi
  done
  [ ! -d "$store/layers/$digest" ] || mv -t "$workspace/layers" -- "$store/layers/$digest"
done
`.trim();

/** Arguments: a directory of the workspace, where its content came from. What has been made anew there meanwhile is better than ours. */
const RESTORE_TEXT = `
for ours in "$1"/*; do
  [ -e "$ours" ] || [ -L "$ours" ] || continue
  place=$2/\${ours##*/}
  [ -e "$place" ] || [ -L "$place" ] || mv -T -- "$ours" "$place"
done
`.trim();

const PROGRAMS: readonly PlanVariable[] = [
  {
    name: TAKE_NAMES_SH.var,
    value: TAKE_NAMES_TEXT,
    meaning: 'takes names away, if they still mean the same',
  },
  { name: TAKE_LAYERS_SH.var, value: TAKE_LAYERS_TEXT, meaning: 'takes layers away that nobody uses' },
  { name: RESTORE_SH.var, value: RESTORE_TEXT, meaning: 'puts everything back' },
];

const HOST = { type: 'host' } as const;
const REMOVE: Phase = {
  id: 'remove',
  title: 'Move what nobody uses into the workspace, which goes away at the end.',
};

/** The plan that removes images, or only links and layers. Up to its end everything can be put back; it has no steps when there is nothing to remove. */
export function planRemoveImage(input: RemoveInput): Plan {
  const { facts, names, links, layers, id } = input;
  const nothing = names.length + links.length + layers.length === 0;
  const steps = nothing ? [] : [...workspaceSteps(facts), ...removeSteps(input)];
  return {
    kind: 'remove-image',
    subject: names.join(' ') || 'layers',
    summary:
      names.length === 0
        ? 'remove layers that no image uses'
        : `remove the ${names.length === 1 ? 'image' : 'images'} ${names.join(', ')}`,
    variables: [
      ...workspaceVariables(facts, id),
      ...PROGRAMS.filter(({ name }) => steps.some(step => usesVariable(step, name))),
    ],
    phases: nothing ? [] : [PREPARE, REMOVE],
    steps,
    ...(nothing ? {} : { workspace: arg`${T}` }),
    notes: [],
  };
}

function removeSteps({ facts, names, identities, links, layers }: RemoveInput): readonly Step[] {
  const places: Step = {
    id: 'make-places',
    phase: REMOVE.id,
    title: 'make room for them',
    where: HOST,
    action: { type: 'run', argv: ['mkdir', '--', arg`${T}/images`, arg`${T}/l`, arg`${T}/layers`] },
    undo: IN_WORKSPACE,
    why: 'What is removed is first moved here, so that it can be put back as long as anything can go wrong.',
    pitfalls: [],
  };
  return [
    places,
    ...(names.length === 0
      ? []
      : identities === undefined
        ? [take('images', names.map(recordFile))]
        : [takeIdentified(names.map(recordFile), identities)]),
    ...(links.length === 0 ? [] : [take('l', links)]),
    ...(links.length + layers.length === 0 ? [] : [takeLayers(facts, layers)]),
  ];
}

const NAMES = {
  id: 'take-names',
  phase: REMOVE.id,
  title: 'take the names',
  where: HOST,
  undo: restore('images', argv => argv),
} as const;

/** The step that moves records or links away. */
function take(directory: 'images' | 'l', names: readonly string[]): Step {
  const argv = [
    'mv',
    '-t',
    arg`${T}/${directory}`,
    '--',
    ...names.map(name => arg`${STORE}/${directory}/${name}`),
  ];
  const action = { type: 'run', argv } as const;
  if (directory === 'images')
    return {
      ...NAMES,
      action,
      why: 'rename(2) of the records: from now on nobody finds the images.',
      pitfalls: [],
    };
  return {
    ...NAMES,
    id: 'take-links',
    title: 'take the links',
    action,
    undo: restore('l', words => words),
    why: 'rename(2) of the short links, before anybody looks who uses the layers: a container that is just being made can mount a layer only by these.',
    pitfalls: [],
  };
}

function takeIdentified(records: readonly string[], identities: readonly string[]): Step {
  return {
    ...NAMES,
    action: {
      type: 'run',
      argv: [
        ...[
          'flock',
          arg`${STORE}/layers`,
          'sh',
          '-ec',
          arg`${TAKE_NAMES_SH}`,
          'take-names',
          arg`${STORE}`,
          arg`${T}`,
        ],
        ...records.flatMap((record, index) => [record, identities[index] ?? '']),
      ],
    },
    why: 'rename(2) of the records: from now on nobody finds the images. Under the lock that imports take too, each is taken only if it is the record that was listed: its name may mean another image by now.',
    pitfalls: [
      'is another one by now: the name was given to another image meanwhile; nothing is removed then.',
    ],
  };
}

function takeLayers(facts: Pick<Facts, 'mapping'>, layers: readonly string[]): Step {
  return {
    id: 'take-layers',
    phase: REMOVE.id,
    title: 'take the layers',
    where: HOST,
    action: {
      type: 'run',
      argv: asOwner(facts, [
        ...['flock', arg`${STORE}/layers`, 'sh', '-ec', arg`${TAKE_LAYERS_SH}`, 'take-layers'],
        ...[arg`${STORE}`, arg`${T}`, ...layers],
      ]),
    },
    undo: restore('layers', argv => asOwner(facts, ['flock', arg`${STORE}/layers`, ...argv])),
    why: 'Under the lock that imports take too, each layer is looked up in the records of images, of imports at work and of containers, and moved when none names it. The files themselves are removed when the plan has succeeded, together with the workspace.',
    pitfalls: ['is used by: somebody began to use the layer a moment ago; nothing is removed then.'],
  };
}

function restore(directory: string, wrap: (argv: readonly Arg[]) => readonly Arg[]): Step['undo'] {
  return {
    type: 'command',
    argv: wrap([
      'sh',
      '-ec',
      arg`${RESTORE_SH}`,
      'restore',
      arg`${T}/${directory}`,
      arg`${STORE}/${directory}`,
    ]),
    when: 'failure',
  };
}
