/** The workspace of an image operation, `$STORE/tmp/ID`: everything is assembled there and moved to its place at the end. */

import { type Arg, arg, STORE, T } from '../arg.ts';
import type { Facts } from '../facts.ts';
import type { Phase, PlanVariable, Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';

const HOST = { type: 'host' } as const;

export const PREPARE: Phase = {
  id: 'prepare',
  title: 'Make the store, and a workspace in it that belongs to this operation alone.',
};

/** Everything else that a step makes in the workspace goes with it. */
export const IN_WORKSPACE = {
  type: 'with',
  step: 'reserve-workspace',
  reason: 'it lies in the workspace',
} as const satisfies Step['undo'];

/** The variables that every image operation begins with. `id` is unique, and is part of a path. */
export function workspaceVariables({ storeRoot }: Facts, id: string): readonly PlanVariable[] {
  return [
    { name: STORE.var, value: storeRoot, meaning: 'the store' },
    { name: T.var, value: arg`${STORE}/tmp/${id}`, meaning: 'the workspace of this operation' },
  ];
}

/** The steps that make the workspace and keep others from taking it for a leftover. */
export function workspaceSteps(facts: Pick<Facts, 'mapping'>): readonly Step[] {
  const phase = PREPARE.id;
  return [
    {
      id: 'make-store',
      phase,
      title: 'make the store',
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-p', '--', ...storeDirectories()] },
      undo: { type: 'nothing', reason: 'it may have been there before, and others may use it by now' },
      why: 'Where everything is kept: images (a small record each), layers (unpacked, never written again), l (short links to them), containers, and tmp for work in progress. mkdir(2) with -p leaves what is there as it is.',
      pitfalls: ['Permission denied: TINYDOCKER_ROOT names a store of your own.'],
    },
    {
      id: 'reserve-workspace',
      phase,
      title: 'reserve a workspace',
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0700', '--', arg`${T}`] },
      undo: {
        type: 'command',
        argv: asOwner(facts, ['rm', '-rf', '--one-file-system', '--', arg`${T}`]),
        when: 'always',
      },
      reserves: true,
      why: 'Nothing half-made is ever visible: the work is done here and moved to its place by rename(2), which is all or nothing within one file system. The directory goes away when the plan ends, however it ends.',
      pitfalls: ['Read-only file system, No space left on device: the store must be writable.'],
    },
    {
      id: 'make-alive',
      phase,
      title: 'make a sign of life',
      where: HOST,
      action: { type: 'run', argv: ['mkfifo', '-m', '0600', '--', arg`${T}/alive`] },
      undo: IN_WORKSPACE,
      why: 'A named pipe, made by mkfifo(3), which the next step holds open. Others can ask the kernel whether somebody holds it (open(2) fails with ENXIO when nobody does), and so never take our work for what a crash left.',
      pitfalls: ['Some network file systems have no fifos: keep the store on a local disk.'],
    },
    {
      id: 'hold-alive',
      phase,
      title: 'hold it',
      where: HOST,
      action: { type: 'hold', path: arg`${T}/alive` },
      undo: { type: 'nothing', reason: 'the kernel closes the descriptor when its holder ends' },
      why: 'open(2) of the pipe for reading and writing. The kernel closes it when we end, even by kill -9, so this sign of life can not be out of date.',
      pitfalls: [],
    },
  ];
}

function storeDirectories(): readonly Arg[] {
  return ['images', 'layers', 'l', 'containers', 'tmp'].map(name => arg`${STORE}/${name}`);
}
