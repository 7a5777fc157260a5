/** A container's whole file system as one archive. Pure. */

import { arg, STORE, T } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { ATTRIBUTES, PACK } from '../image/layer-source.ts';
import { PREPARE, workspaceSteps, workspaceVariables } from '../image/workspace.ts';
import { nameOutputStep, PART, partVariable } from '../output.ts';
import type { Phase, Plan, Step } from '../step.ts';
import { type ContainerView, viewed, viewVariables } from './view.ts';

export interface ExportInput {
  readonly view: ContainerView;
  /** The file, absolute and without links, or undefined for the caller's stdout. */
  readonly output?: string;
  /** Unique; part of a path. */
  readonly id: string;
  readonly facts: Facts;
}

const EXPORT: Phase = { id: 'export', title: "Write the container's files as one archive." };

/** The plan that exports a container. To stdout it changes nothing, so it needs no workspace and no undo. */
export function planExport({ view, output, id, facts }: ExportInput): Plan {
  const toFile = output === undefined ? [] : [nameOutputStep(output, EXPORT.id)];
  return {
    kind: 'export',
    subject: view.name,
    summary: `export ${view.name} to ${output ?? 'stdout'}`,
    variables: [
      ...(output === undefined
        ? [{ name: STORE.var, value: facts.storeRoot, meaning: 'the store' }]
        : [...workspaceVariables(facts, id), partVariable(output, id)]),
      ...viewVariables(view),
    ],
    phases: output === undefined ? [EXPORT] : [PREPARE, EXPORT],
    steps: [
      ...(output === undefined ? [] : workspaceSteps(facts)),
      packStep(view, facts, output !== undefined),
      ...toFile,
    ],
    ...(output === undefined ? {} : { workspace: [T] }),
    notes: [],
  };
}

function packStep(view: ContainerView, facts: Pick<Facts, 'mapping'>, toFile: boolean): Step {
  const { where, argv, why } = viewed(view, facts, 'export', [
    ...['tar', '--create', '--file', '-'],
    ...PACK,
    ...ATTRIBUTES,
    '.',
  ]);
  return {
    id: 'write-archive',
    phase: EXPORT.id,
    title: 'write the archive',
    where,
    action: { type: 'run', argv, ...(toFile ? { stdout: arg`${PART}` } : { callersStdout: true }) },
    undo: toFile
      ? { type: 'command', argv: ['rm', '-f', '--', arg`${PART}`], when: 'failure' }
      : { type: 'nothing', reason: 'what was written to stdout is gone' },
    why: `${why} tar writes owners as numbers, modes, times and extended attributes; it opens each directory with openat(2) and follows no link. setpriv ends all of it with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.`,
    pitfalls: [
      'A program that writes while its files are read may have them half new in the archive: stop it first.',
      'Sockets are left out: an archive has no such thing.',
    ],
  };
}
