/** A small plan and what may happen to it: input for the reducer, the reporters and the views. */

import type { PlanEvent } from '../../src/events.ts';
import { arg, C, INIT, M } from '../../src/plan/arg.ts';
import type { Plan, Step } from '../../src/plan/step.ts';

const ORDINARY = { phase: 'make', where: { type: 'host' }, pitfalls: [] } as const;

export const PLAN: Plan = {
  kind: 'run',
  subject: 'hello1',
  summary: 'run hello1 from the image base:latest',
  variables: [],
  phases: [{ id: 'make', title: 'Make it.' }],
  notes: [],
  steps: [
    {
      ...ORDINARY,
      id: 'reserve-name',
      title: 'reserve the name',
      action: { type: 'run', argv: ['mkdir', '-m', '0700', '--', arg`${C}`] },
      undo: { type: 'command', argv: ['rm', '-rf', '--', arg`${C}`], when: 'always' },
      reserves: true,
      why: 'mkdir(2) fails when the directory exists, and two processes can not both succeed: so the directory is the reservation of the name.',
    },
    {
      ...ORDINARY,
      id: 'start-init',
      title: 'new namespaces',
      action: {
        type: 'start',
        argv: ['setsid', '--', 'unshare', '--mount', '--pid', '--', 'sh'],
        gate: arg`${C}/gate`,
        ready: arg`${C}/ready`,
        ended: arg`${C}/ended`,
        stdin: false,
        terminal: false,
      },
      undo: { type: 'stop-init' },
      why: 'unshare(2) gives the process new namespaces.',
    },
    {
      ...ORDINARY,
      id: 'mount-overlay',
      title: 'join the layers',
      where: { type: 'inside', namespaces: ['mount'], directory: arg`${M}` },
      action: {
        type: 'run',
        argv: [
          'mount',
          '-t',
          'overlay',
          'overlay',
          '-o',
          'lowerdir=l0,upperdir=upper,workdir=work',
          arg`${M}`,
        ],
      },
      undo: { type: 'with', step: 'start-init', reason: "the mounts are in the container's own mount table" },
      why: 'mount(2) of type overlay joins the image and a writable layer: reads fall through to the image, writes are copied up.',
      pitfalls: ['EINVAL: upper and work must be on one file system.'],
    },
    {
      ...ORDINARY,
      id: 'open-gate',
      title: 'start the command',
      action: { type: 'release', gate: arg`${C}/gate` },
      undo: { type: 'with', step: 'start-init', reason: 'the command is init' },
      why: 'init reads the word GO and becomes the command with execve(2).',
    },
    {
      ...ORDINARY,
      id: 'wait',
      title: 'wait for it to end',
      action: { type: 'wait' },
      undo: { type: 'nothing', reason: 'waiting changes nothing' },
      why: "wait4(2) returns the command's exit status.",
    },
  ] satisfies readonly Step[],
};

const done = (step: string, milliseconds: number): readonly PlanEvent[] => [
  { type: 'step-started', step },
  { type: 'step-done', step, milliseconds },
];
const undone = (step: string, command: string): readonly PlanEvent[] => [
  { type: 'undo-started', step, command },
  { type: 'undo-done', step, milliseconds: 4 },
];

const MADE: readonly PlanEvent[] = [
  { type: 'plan-started', plan: PLAN },
  ...done('reserve-name', 5.2),
  ...done('start-init', 12.6),
];

/** Two lines, one of them hostile: it would clear the screen and set the window's title. */
const STDERR = 'mount: wrong fs type, bad option\n\u001b[2J\u001b]0;pwned\u0007dmesg(1) may have more\n';

const FAILED: readonly PlanEvent[] = [
  ...MADE,
  { type: 'step-started', step: 'mount-overlay' },
  {
    type: 'step-failed',
    step: 'mount-overlay',
    milliseconds: 9.4,
    failure: {
      command: `nsenter --target "$${INIT.var}" --mount -- mount -t overlay`,
      exitStatus: 32,
      stderr: STDERR,
    },
  },
];

export const EVENTS = {
  success: [
    ...MADE,
    ...done('mount-overlay', 9),
    ...done('open-gate', 0.1),
    { type: 'container-started', pid: 4711 },
    ...done('wait', 1000),
    { type: 'container-exited', status: 3 },
    { type: 'changes-discarded', changes: 3, complete: true },
    ...undone('start-init', 'kill -KILL "$INIT"'),
    ...undone('reserve-name', 'rm -rf -- "$C"'),
    { type: 'plan-ended', outcome: { type: 'succeeded', status: 3, leftovers: [], milliseconds: 1040 } },
  ],
  failure: [
    ...FAILED,
    ...undone('start-init', 'kill -KILL "$INIT"'),
    ...undone('reserve-name', 'rm -rf -- "$C"'),
    {
      type: 'plan-ended',
      outcome: {
        type: 'failed',
        status: 125,
        failedStep: 'mount-overlay',
        failure: { command: 'mount', exitStatus: 32, stderr: STDERR },
        leftovers: [],
        milliseconds: 60,
      },
    },
  ],
  leftover: [
    ...FAILED,
    ...undone('start-init', 'kill -KILL "$INIT"'),
    { type: 'undo-started', step: 'reserve-name', command: 'rm -rf -- "$C"' },
    {
      type: 'undo-failed',
      step: 'reserve-name',
      command: 'rm -rf -- /store/containers/hello1',
      reason: 'rm: cannot remove: Device or resource busy',
    },
    {
      type: 'plan-ended',
      outcome: {
        type: 'failed',
        status: 125,
        failedStep: 'mount-overlay',
        failure: { command: 'mount', exitStatus: 32, stderr: STDERR },
        leftovers: [{ step: 'reserve-name', command: 'rm -rf -- /store/containers/hello1', reason: 'busy' }],
        milliseconds: 60,
      },
    },
  ],
} as const satisfies Record<string, readonly PlanEvent[]>;
