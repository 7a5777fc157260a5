/** From archives and directories to an image: the ordered steps of an import. Pure. */

import { type Arg, T } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { shown } from '../names.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import type { ImportInput } from './import-input.ts';
import { CHECK_SH, CHECK_TEXT, readSteps, UNPACK_SH, UNPACK_TEXT, unpackSteps } from './layer.ts';
import {
  NAME_SH,
  NAME_TEXT,
  PUBLISH_SH,
  PUBLISH_TEXT,
  publishSteps,
  UNNAME_SH,
  UNNAME_TEXT,
  UNPUBLISH_SH,
  UNPUBLISH_TEXT,
} from './publish.ts';
import { PREPARE, workspaceSteps, workspaceVariables } from './workspace.ts';

const PHASES: readonly Phase[] = [
  PREPARE,
  {
    id: 'read',
    title: 'Make one plain tar archive of each source, look through it, and compute its digest.',
  },
  { id: 'unpack', title: 'Unpack each archive into a directory of the workspace.' },
  { id: 'publish', title: 'Move the layers to their place, and give the image its name.' },
];

/** The plan that makes an image of one or more sources. */
export function planImport(input: ImportInput): Plan {
  return {
    kind: 'import',
    subject: input.name,
    summary: `import ${input.name} from ${input.sources.map(source => sourceText(source.path)).join(', ')}`,
    ...importParts(input),
    notes: [...importNotes(input.facts), ...ownerNotes(input)],
  };
}

/** The variables, phases and steps of an import; `assemble` are steps that make the sources first, in the workspace. */
export function importParts(
  input: ImportInput,
  assemble?: { readonly phase: Phase; readonly steps: readonly Step[] },
): Pick<Plan, 'variables' | 'phases' | 'steps' | 'workspace'> {
  const { facts, sources } = input;
  const numbers = sources.map((_, index) => index + 1);
  return {
    variables: [
      ...workspaceVariables(facts, input.id),
      ...numbers.map(number => ({
        name: `DIGEST${number}`,
        meaning: `sha256 of layer ${number}, as a plain tar archive`,
      })),
      ...PROGRAMS,
    ],
    phases: assemble === undefined ? PHASES : PHASES.toSpliced(1, 0, assemble.phase),
    steps: [
      ...workspaceSteps(facts),
      ...(assemble?.steps ?? []),
      ...sources.flatMap((source, index) => readSteps(facts, source, index + 1)),
      ...numbers.flatMap(number => unpackSteps(facts, number)),
      ...publishSteps(input),
    ],
    workspace: [T],
  };
}

const PROGRAMS: readonly PlanVariable[] = [
  {
    name: CHECK_SH.var,
    value: CHECK_TEXT,
    meaning: 'refuses an archive with members that would lie outside',
  },
  {
    name: UNPACK_SH.var,
    value: UNPACK_TEXT,
    meaning: 'gives directories that an archive does not list mode 0755',
  },
  {
    name: PUBLISH_SH.var,
    value: PUBLISH_TEXT,
    meaning: 'moves a layer to its place, unless the store has it',
  },
  {
    name: UNPUBLISH_SH.var,
    value: UNPUBLISH_TEXT,
    meaning: 'takes a layer back, if it was ours and nobody else uses it',
  },
  { name: NAME_SH.var, value: NAME_TEXT, meaning: 'gives the image its name, and keeps who had it before' },
  { name: UNNAME_SH.var, value: UNNAME_TEXT, meaning: 'gives the name back' },
];

/** Alone, all files get one owner anyway. */
function ownerNotes({ facts, sources }: ImportInput): readonly string[] {
  if (facts.mapping !== 'range') return [];
  return sources
    .filter(({ foreign }) => foreign)
    .map(
      ({ path }) =>
        `${shown(sourceText(path))} belongs to an id that is not yours: what belongs to such ids will belong to nobody (65534) in the image; an archive keeps its owners`,
    );
}

function sourceText(path: Arg): string {
  return typeof path === 'string'
    ? path
    : path.map(part => (typeof part === 'string' ? part : `$${part.var}`)).join('');
}

/** What the machine can't do for this import. */
export function importNotes({ mapping, mappingReason }: Facts): readonly string[] {
  if (mapping !== 'single') return [];
  return [
    `${mappingReason ?? 'only one id is mapped'}: all files of the image will belong to its root user (you), whoever the archive says`,
  ];
}
