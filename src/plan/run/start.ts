/** Phase "start": the gate opens. */

import { arg, C } from '../arg.ts';
import type { Step } from '../step.ts';

/** Release init, then wait for the container to end. */
export function startSteps(): readonly Step[] {
  const phase = 'start';
  return [
    {
      id: 'open-gate',
      phase,
      title: 'start the command',
      where: { type: 'host' },
      action: { type: 'release', gate: arg`${C}/gate` },
      undo: { type: 'with', step: 'start-init', reason: 'the command is init' },
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
      action: { type: 'wait' },
      undo: { type: 'nothing', reason: 'waiting changes nothing' },
      why: "wait4(2) returns the command's exit status, 128 + n when signal n killed it. It becomes tinydocker's own. When PID 1 ends, the kernel kills whatever else runs in the PID namespace.",
      pitfalls: ['PID 1 ignores signals that it has no handler for; only KILL always works, from outside.'],
    },
  ];
}
