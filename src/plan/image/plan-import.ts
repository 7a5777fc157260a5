/** From archives and directories to an image: the ordered steps of an import. Pure. */

import { type Arg, arg, T } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { shown } from '../names.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { usesVariable } from '../uses-variable.ts';
import { CHANGES_PROGRAMS } from './changes-source.ts';
import type { ImportInput } from './import-input.ts';
import { CHECK_SH, CHECK_TEXT, digestOf, readSteps, unpackSteps } from './layer.ts';
import { decompressor, limited, limitedWhy } from './layer-source.ts';
import { LOSS_PROGRAMS, lossSteps } from './losses.ts';
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
import { WHITEOUT_PROGRAMS, whiteoutStep } from './whiteouts.ts';
import { IN_WORKSPACE, PREPARE, workspaceSteps, workspaceVariables } from './workspace.ts';

/** Where a compressed archive of an image lies once it is plain. */
export const PLAIN_ARCHIVE = arg`${T}/archive.tar`;

const PHASES: readonly Phase[] = [
  PREPARE,
  {
    id: 'read',
    title: 'Make one plain tar archive of each source, look through it, and compute its digest.',
  },
  { id: 'unpack', title: 'Unpack each archive into a directory of the workspace.' },
  { id: 'publish', title: 'Move the layers to their place, and give the image its name.' },
];

/** The plan that makes images of their layers; `from` says where these come from. */
export function planImport(input: ImportInput, from = sourcesText(input)): Plan {
  const names = input.images.map(({ name }) => name).join(', ');
  return {
    kind: 'import',
    subject: names,
    summary: `import ${names} from ${from}`,
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
  const unpacked = sources.flatMap((source, index) => (source.type === 'stored' ? [] : [index + 1]));
  const steps = [
    ...workspaceSteps(facts),
    ...(assemble?.steps ?? []),
    ...archiveSteps(input),
    ...sources.flatMap((source, index) => readSteps(input, source, index + 1)),
    ...unpacked.flatMap(number => [...unpackSteps(input, number), whiteoutStep(facts, number)]),
    ...lossSteps(facts, unpacked),
    ...publishSteps(input),
  ];
  return {
    variables: [
      ...workspaceVariables(facts, input.id),
      ...sources.map((source, index) => ({
        name: digestOf(index + 1).var,
        meaning: `sha256 of layer ${index + 1}, as a plain tar archive`,
        ...(source.type === 'stored' ? { value: source.digest } : {}),
      })),
      ...PROGRAMS.filter(({ name }) => steps.some(step => usesVariable(step, name))),
    ],
    phases: assemble === undefined ? PHASES : PHASES.toSpliced(1, 0, assemble.phase),
    steps,
    workspace: [T],
  };
}

const PROGRAMS: readonly PlanVariable[] = [
  ...CHANGES_PROGRAMS,
  {
    name: CHECK_SH.var,
    value: CHECK_TEXT,
    meaning: 'refuses an archive with members that would lie outside',
  },
  ...LOSS_PROGRAMS,
  ...WHITEOUT_PROGRAMS,
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

/** An archive that is compressed as a whole becomes a plain one first, whose members tar can find without reading all of it. */
function archiveSteps(input: ImportInput): readonly Step[] {
  const { archive } = input;
  if (archive === undefined) return [];
  return [
    {
      id: 'decompress-archive',
      phase: 'read',
      title: 'decompress the archive',
      where: { type: 'host' },
      action: {
        type: 'run',
        argv: [...limited(input), ...decompressor(input.facts, archive.compression)],
        stdin: archive.path,
        stdout: PLAIN_ARCHIVE,
        reads: archive.path,
      },
      undo: IN_WORKSPACE,
      why: `The archive is compressed as a whole. As a plain one, tar finds the layers in it by their place, and does not read all of it for each.${limitedWhy(input)}`,
      pitfalls: ['unexpected end of file: the file is truncated, perhaps by a download that broke off.'],
    },
  ];
}

function sourcesText({ sources }: ImportInput): string {
  return sources.flatMap(source => (source.type === 'stored' ? [] : [sourceText(source.path)])).join(', ');
}

/** Alone, all files get one owner anyway. */
function ownerNotes({ facts, sources }: ImportInput): readonly string[] {
  if (facts.mapping !== 'range') return [];
  return sources
    .flatMap(source => (source.type === 'directory' && source.foreign ? [source.path] : []))
    .map(
      path =>
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
