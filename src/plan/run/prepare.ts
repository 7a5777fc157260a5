/** Phase "prepare": the container's directory on the host, which is also the reservation of its name. */

import { type Arg, arg, C, M } from '../arg.ts';
import type { Step } from '../step.ts';
import { removeTree } from '../user-namespace.ts';
import { fifosOf, IDENTIFIES, letGo } from './again.ts';
import { containerRecord } from './record.ts';
import { IN_DIRECTORY, type RunInput } from './run-input.ts';

const HOST = { type: 'host' } as const;

/** The steps up to the point where init can be started. */
export function prepareSteps(input: RunInput): readonly Step[] {
  const { container, facts } = input;
  const phase = 'prepare';
  return [
    {
      id: 'reserve-name',
      phase,
      title: 'reserve the name',
      where: HOST,
      action: { type: 'run', argv: ['mkdir', '-m', '0700', '--', arg`${C}`] },
      undo: {
        type: 'command',
        argv: removeTree(facts, arg`${C}`),
        when: container.keep ? 'failure' : 'always',
      },
      reserves: true,
      why: 'mkdir(2) fails when the directory exists, and two processes can not both succeed: so the directory is the reservation of the name. Without it two containers could share one upper directory, which overlay mounts without an error and then corrupts.',
      pitfalls: [
        'File exists: a container of this name runs, or was kept.',
        'Read-only file system, No space left on device: the store must be writable; TINYDOCKER_ROOT puts it elsewhere.',
      ],
    },
    {
      id: 'make-fifos',
      phase,
      title: 'make the gate',
      where: HOST,
      action: {
        type: 'run',
        argv: [
          ...['mkfifo', '-m', '0600', '--', arg`${C}/gate`],
          ...fifosOf(container.log !== undefined).map(name => arg`${C}/${name}`),
        ],
        ...(container.keep ? { identifies: IDENTIFIES } : {}),
      },
      undo: container.keep ? letGo() : IN_DIRECTORY,
      back: {
        type: 'command',
        argv: [
          ...['rm', '-f', '--'],
          ...['gate', ...fifosOf(container.log !== undefined)].map(name => arg`${C}/${name}`),
        ],
      },
      why: 'mkfifo(3) makes named pipes. Through "ready" init tells its PID; at "gate" it waits until the container is complete; whoever reads from "ended" gets end of file when everything is over. OCI runtimes separate "create" from "start" for the same reason: nothing of the user runs in a half-made container.',
      pitfalls: ['Some network file systems have no fifos: keep the store on a local disk.'],
    },
    {
      id: 'hold-gate',
      phase,
      title: 'hold the gate',
      where: HOST,
      action: { type: 'hold', path: arg`${C}/gate` },
      undo: {
        type: 'with',
        step: 'start-init',
        reason: 'the kernel closes the descriptor when its holder ends',
      },
      why: 'open(2) for reading and writing at once, so that it does not wait for the other side. If whoever builds the container dies, the kernel closes this descriptor; init then reads end of file instead of the word GO, and leaves: the gate fails closed. As long as somebody holds it, everybody can see that the container is alive.',
      pitfalls: [
        'A fifo that is opened for reading only makes open(2) wait until somebody opens it for writing; a shell that does so hangs.',
      ],
    },
    {
      id: 'record-container',
      phase,
      title: 'write down what it is',
      where: HOST,
      action: {
        type: 'write',
        path: arg`${C}/container.json`,
        text: `${JSON.stringify(containerRecord(input))}\n`,
        mode: '0600',
      },
      undo: IN_DIRECTORY,
      why: 'write(2) of a small file: which layers the container stands on, so that nobody removes an image under it, what it runs and with what mounts, so that it can be started again, and whether it is to be kept. It is data for other commands; the container itself never sees it.',
      pitfalls: ['No space left on device: the disk of the store is full. Everything before is undone.'],
    },
    {
      id: 'make-directories',
      phase,
      title: 'make layer directories',
      where: HOST,
      action: {
        type: 'run',
        argv: ['mkdir', '-m', '0755', '--', ...directories()],
      },
      undo: IN_DIRECTORY,
      back: { type: 'command', argv: ['rmdir', '--', ...directories().toReversed()] },
      why: "mkdir(2), six times. upper takes what the container writes, work is overlay's scratch space, merged is where the result appears. The real directories proc, sys and dev in the upper layer hide whatever the image has under these names: a hostile image may have made them symlinks that lead to the host.",
      pitfalls: ['upper and work must be on one file system, or the overlay mount fails.'],
    },
  ];
}

function directories(): readonly Arg[] {
  return [
    arg`${C}/upper`,
    arg`${C}/work`,
    arg`${M}`,
    arg`${C}/upper/proc`,
    arg`${C}/upper/sys`,
    arg`${C}/upper/dev`,
  ];
}
