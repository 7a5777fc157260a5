/** Phase "start": the gate opens. */

import { arg, C, FINISHED, OOM_KILLS, OUT_OF_MEMORY, STARTED, STATUS } from '../arg.ts';
import type { Step } from '../step.ts';
import { gateOf } from './again.ts';
import { IN_DIRECTORY, type RunInput } from './run-input.ts';

/** Release init, then wait for the container to end; and write down how it ended, if somebody may want to know later. */
export function startSteps({ container }: Pick<RunInput, 'container'>): readonly Step[] {
  const phase = 'start';
  const steps: readonly Step[] = [
    ...(container.again === undefined ? [] : [forgetExit(phase)]),
    {
      id: 'open-gate',
      phase,
      title: 'start the command',
      where: { type: 'host' },
      action: {
        type: 'release',
        gate: gateOf(container),
        ...(container.keep ? { time: STARTED.var, oomKills: OOM_KILLS.var } : {}),
      },
      undo: { type: 'with', step: 'start-init', reason: 'the command is init' },
      back: { type: 'replay', reason: 'the command has started, and can not be taken back' },
      why: 'init reads the word GO, checks that the host is out of sight, and becomes the command with execve(2): same process, same PID 1. Anything else at the gate, end of file included, makes it leave with 125.',
      pitfalls: [
        '127: the command is not in the image. 126: it is there but can not be executed; often its interpreter is what is missing.',
      ],
    },
    {
      id: 'wait',
      phase,
      title: 'wait for it to end',
      where: { type: 'host' },
      action: {
        type: 'wait',
        ...(container.keep
          ? {
              time: FINISHED.var,
              outOfMemory: { variable: OUT_OF_MEMORY.var, before: OOM_KILLS.var },
            }
          : {}),
      },
      undo: { type: 'nothing', reason: 'waiting changes nothing' },
      why: "wait4(2) returns the command's exit status, 128 + n when signal n killed it. It becomes tinydocker's own. When PID 1 ends, the kernel kills whatever else runs in the PID namespace.",
      pitfalls: ['PID 1 ignores signals that it has no handler for; only KILL always works, from outside.'],
    },
  ];
  if (!container.keep) return steps;
  return [
    ...steps,
    {
      id: 'record-exit',
      phase,
      title: 'write down how it ended',
      where: { type: 'host' },
      action: {
        type: 'write',
        path: arg`${C}/exit.json`,
        text: arg`{"status":${STATUS},"outOfMemory":${OUT_OF_MEMORY},"started":"${STARTED}","finished":"${FINISHED}"}\n`,
        mode: '0600',
      },
      undo: IN_DIRECTORY,
      why: 'write(2) of a small file. The kernel tells how a process ended only once, to its parent; this is where others can read it later. That it was killed for want of memory is what we conclude: it ended with 137, and meanwhile the kernel has counted such a kill in our control group.',
      pitfalls: ['No space left on device: the container is kept, but nobody will know how it ended.'],
    },
  ];
}

/** Not before: a start that fails must not take the last word about the run before with it. */
function forgetExit(phase: string): Step {
  return {
    id: 'forget-exit',
    phase,
    title: 'forget how it ended before',
    where: { type: 'host' },
    action: { type: 'run', argv: ['rm', '-f', '--', arg`${C}/exit.json`] },
    undo: { type: 'nothing', reason: 'nothing can fail between this and the start of the command' },
    why: 'unlink(2) of the record of the run before. From here on the container runs, and whoever asks is told so by the kernel.',
    pitfalls: [],
  };
}
