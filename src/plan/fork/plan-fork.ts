/** A second container that starts from the present files of a kept one, which become a layer that both stand on. Pure. */

import { type Arg, arg, C, M, STORE, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { LAYER_FILES } from '../image/image.ts';
import { DIES_WITH_US } from '../image/layer-source.ts';
import type { ContainerRecord } from '../run/record.ts';
import { IN_DIRECTORY } from '../run/run-input.ts';
import type { Phase, Plan, PlanVariable, Step } from '../step.ts';
import { asOwner, removeTree } from '../user-namespace.ts';
import { usesVariable } from '../uses-variable.ts';
import { FREEZE_PROGRAMS, FREEZE_SH, THAW_SH } from './freeze.ts';

export interface ForkInput {
  /** The container that is forked. */
  readonly from: {
    readonly name: string;
    readonly record: ContainerRecord;
    /** Which writable layer was seen; see identityOf in src/host/containers.ts. */
    readonly upper: string;
    /** The inode number of its directory. */
    readonly inode: string;
    /** It has volumes that its image declares. */
    readonly volumes: boolean;
  };
  /** The new container. */
  readonly name: string;
  /** What the writable layer becomes: its name in the store's layers, and its short link, neither used by anybody. None when nothing is in it. */
  readonly frozen?: { readonly id: string; readonly link: string };
  readonly facts: Facts;
}

/** The directory of the container that is forked. */
const FROM: Variable = { var: 'FROM' };
/** The directory of the frozen layer. */
const FROZEN: Variable = { var: 'FROZEN' };
/** What the container that is forked gets instead of its writable layer, made beforehand. */
const FRESH = arg`${C}/fresh`;

const HOST = { type: 'host' } as const;
const PREPARE: Phase = { id: 'prepare', title: 'Make the new container, with an empty writable layer.' };
const FREEZE: Phase = {
  id: 'freeze',
  title: 'Make the writable layer that is there a layer of both containers.',
};

/** The plan that forks a container. Both have the same layers then, and an empty writable one each. */
export function planFork(input: ForkInput): Plan {
  const { from, name, frozen, facts } = input;
  const steps = [
    ...prepareSteps(input),
    ...(frozen === undefined ? [] : placeSteps(from.record, frozen)),
    freezeStep(input),
  ];
  return {
    kind: 'fork',
    subject: name,
    summary: `fork ${from.name} as ${name}`,
    variables: [
      { name: STORE.var, value: facts.storeRoot, meaning: 'the store' },
      { name: C.var, value: arg`${STORE}/containers/${name}`, meaning: "the new container's directory" },
      { name: M.var, value: arg`${C}/merged`, meaning: 'where its root file system will be assembled' },
      {
        name: FROM.var,
        value: arg`${STORE}/containers/${from.name}`,
        meaning: 'the directory of the container that is forked',
      },
      ...(frozen === undefined
        ? []
        : [
            {
              name: FROZEN.var,
              value: arg`${STORE}/layers/${frozen.id}`,
              meaning: 'where its writable layer will be a frozen one',
            },
          ]),
      ...FREEZE_PROGRAMS.filter(program => steps.some(step => usesVariable(step, program.name))),
    ] satisfies readonly PlanVariable[],
    phases: [PREPARE, FREEZE],
    steps,
    workspace: [C],
    notes: [],
  };
}

/** The record of a container that stands on one more frozen layer. */
function recordText(record: ContainerRecord, { frozen }: Pick<ForkInput, 'frozen'>): string {
  const links = [...(record.frozen ?? []), ...(frozen === undefined ? [] : [frozen.link])];
  return `${JSON.stringify({ ...record, ...(links.length === 0 ? {} : { frozen: links }) })}\n`;
}

/** A container's name is its hostname, unless the user chose another one. */
function renamed(record: ContainerRecord, from: string, name: string): ContainerRecord {
  if (record.hostname !== from) return record;
  const { process } = record;
  const env = process.env.map(entry => (entry === `HOSTNAME=${from}` ? `HOSTNAME=${name}` : entry));
  return { ...record, hostname: name, process: { ...process, env } };
}

function prepareSteps(input: ForkInput): readonly Step[] {
  const { from, name, frozen, facts } = input;
  const phase = PREPARE.id;
  const record = renamed(from.record, from.name, name);
  return [
    {
      id: 'reserve-name',
      phase,
      title: 'reserve the name',
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0700', '--', arg`${C}`] },
      undo: { type: 'command', argv: removeTree(facts, arg`${C}`), when: 'failure' },
      reserves: true,
      why: 'mkdir(2) fails when the directory exists, and two processes can not both succeed: so the directory is the reservation of the name.',
      pitfalls: ['File exists: a container of this name runs, or was kept.'],
    },
    {
      id: 'make-gate',
      phase,
      title: 'make a sign of life',
      where: HOST,
      action: { type: 'run', argv: ['mkfifo', '-m', '0600', '--', arg`${C}/gate`] },
      undo: { type: 'command', argv: ['rm', '-f', '--', arg`${C}/gate`], when: 'always' },
      why: 'A named pipe, made by mkfifo(3), which the next step holds open: until the fork is done, the container counts as being made.',
      pitfalls: ['Some network file systems have no fifos: keep the store on a local disk.'],
    },
    {
      id: 'hold-gate',
      phase,
      title: 'hold it',
      where: HOST,
      action: { type: 'hold', path: arg`${C}/gate` },
      undo: { type: 'nothing', reason: 'the kernel closes the descriptor when its holder ends' },
      why: 'open(2) of the pipe for reading and writing. The kernel closes it when we end, even by kill -9, so this sign of life can not be out of date.',
      pitfalls: [],
    },
    {
      id: 'record-container',
      phase,
      title: 'write down what it is',
      where: HOST,
      action: {
        type: 'write',
        path: arg`${C}/container.json`,
        text: recordText(record, input),
        mode: '0600',
      },
      undo: IN_DIRECTORY,
      why: 'write(2) of a small file: what the container that is forked was made with, and the layers. From now on nobody removes one of these, whatever becomes of the other container.',
      pitfalls: [],
    },
    {
      id: 'make-directories',
      phase,
      title: 'make layer directories',
      where: HOST,
      action: {
        type: 'run',
        argv: [
          ...['mkdir', '-m', '0755', '--', arg`${C}/work`, arg`${M}`, ...upperDirectories(arg`${C}/upper`)],
          ...(frozen === undefined
            ? []
            : [FRESH, arg`${FRESH}/work`, ...upperDirectories(arg`${FRESH}/upper`)]),
        ],
      },
      undo:
        frozen === undefined
          ? IN_DIRECTORY
          : {
              type: 'command',
              argv: asOwner(facts, ['rm', '-rf', '--one-file-system', '--', FRESH]),
              when: 'always',
            },
      why: `mkdir(2), as for any container: upper takes what it writes, work is overlay's scratch space, merged is where the result appears. The real directories proc, sys and dev hide whatever the image has under these names.${frozen === undefined ? '' : ' What is in fresh is for the container that is forked.'}`,
      pitfalls: [],
    },
    ...(from.volumes
      ? [
          {
            id: 'copy-volumes',
            phase,
            title: "copy the image's volumes",
            where: HOST,
            action: {
              type: 'run',
              argv: asOwner(facts, [
                ...[...DIES_WITH_US, 'cp', '-a', '--reflink=auto', '--'],
                ...[arg`${FROM}/volumes`, arg`${C}/volumes`],
              ]),
            },
            undo: IN_DIRECTORY,
            why: 'What lies in a volume is no part of a layer, so it is copied. On btrfs and xfs the copy shares its blocks (ioctl_ficlone(2)) and costs nothing. setpriv ends cp with its parent (PR_SET_PDEATHSIG in prctl(2)), should that be killed.',
            pitfalls: ['No space left on device: the copy needs as much room as the volumes have.'],
          } as const satisfies Step,
        ]
      : []),
  ];
}

function upperDirectories(upper: Arg): readonly Arg[] {
  return [upper, ...['proc', 'sys', 'dev'].map(name => arg`${upper}/${name}`)];
}

/** The new record of the container that is forked, and the place of the frozen layer. */
function placeSteps(
  record: ContainerRecord,
  frozen: NonNullable<ForkInput['frozen']>,
): readonly [Step, Step, Step, Step] {
  const phase = FREEZE.id;
  const link = arg`${STORE}/l/${frozen.link}`;
  return [
    {
      id: 'write-record',
      phase,
      title: 'write the new record of the other',
      where: HOST,
      action: {
        type: 'write',
        path: arg`${FRESH}/container.json`,
        text: recordText(record, { frozen }),
        mode: '0600',
      },
      undo: IN_DIRECTORY,
      why: 'The container that is forked will stand on the frozen layer, too. Its record is written beside, so that it can be replaced all at once.',
      pitfalls: [],
    },
    {
      id: 'link-frozen',
      phase,
      title: 'link the layer to be',
      where: HOST,
      action: { type: 'run', argv: ['ln', '-s', '--', arg`../layers/${frozen.id}/${LAYER_FILES}`, link] },
      undo: {
        type: 'command',
        argv: ['sh', '-ec', '[ -e "$1" ] || rm -f -- "$1"', 'unlink', link],
        when: 'failure',
      },
      reserves: true,
      why: "A short name for a long one, made by symlink(2): overlay's option string lists all layers and has to fit in one page of memory (4096 bytes). The record names it already, so that nobody takes the layer for one that is not needed.",
      pitfalls: [],
    },
    {
      id: 'make-frozen',
      phase,
      title: 'make a place for the layer',
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0755', '--', arg`${FROZEN}`] },
      undo: {
        type: 'command',
        argv: [
          ...['sh', '-ec', '[ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty -- "$1"', 'remove'],
          arg`${FROZEN}`,
        ],
        when: 'failure',
      },
      reserves: true,
      why: 'mkdir(2). The layer has no digest in its name: to compute one, all files would have to be read. rmdir(2), which undoes it, removes no directory that something is in.',
      pitfalls: [],
    },
    {
      id: 'sync',
      phase,
      title: 'write the records to the disk',
      where: HOST,
      action: {
        type: 'run',
        argv: ['sync', '--', arg`${C}/container.json`, arg`${FRESH}/container.json`],
      },
      undo: { type: 'nothing', reason: 'it changes no file' },
      why: 'fsync(2) waits until the disk has them. A rename that survives a power loss, of a file that did not, would leave an empty one.',
      pitfalls: [],
    },
  ];
}

function freezeStep({ from, frozen, facts }: ForkInput): Step {
  const [source, target] = [arg`${FROM}`, arg`${C}`];
  const common = { phase: FREEZE.id, where: HOST };
  const pitfalls = [
    'the container is in use: it was started meanwhile.',
    'the container changed meanwhile: somebody else forked it, or copied files into it.',
    'files are being copied into the container: by cp, at work or killed; prune undoes a killed one.',
  ];
  const argv = [...DIES_WITH_US, 'sh', '-ec', arg`${FREEZE_SH}`, 'freeze', source, target, from.upper];
  if (frozen === undefined)
    return {
      ...common,
      id: 'look-again',
      title: 'see that nothing changed',
      action: { type: 'run', argv: asOwner(facts, argv) },
      undo: IN_DIRECTORY,
      why: 'Nothing is in the writable layer, so nothing has to be frozen. flock(2) on the directory makes cp wait; under this lock the kernel is asked whether somebody holds the gate. The new root directory gets the owner, mode and time of the other.',
      pitfalls,
    };
  return {
    ...common,
    id: 'freeze',
    title: 'freeze the writable layer',
    action: { type: 'run', argv: asOwner(facts, [...argv, arg`${FROZEN}`]) },
    undo: {
      type: 'command',
      argv: asOwner(facts, [
        ...['sh', '-ec', arg`${THAW_SH}`, 'thaw', source, from.inode, target],
        ...[arg`${FROZEN}`, frozen.link],
      ]),
      when: 'failure',
    },
    why: 'rename(2), four times, of whole directories: so it takes no longer for 10 GB than for nothing, and no file is read. flock(2) on the directory makes cp wait; under this lock the kernel is asked whether somebody holds the gate. The record comes first: should we be killed here, and setpriv then ends the command, too (PR_SET_PDEATHSIG in prctl(2)), it names the layer in which all the files are, and the undo finds them.',
    pitfalls: [...pitfalls, 'the layers are on another file system: rename(2) can not do it there.'],
  };
}
