/** From what a container is to how it is made: the ordered steps of one run. Pure and total. */

import {
  arg,
  C,
  ENDED,
  FINISHED,
  INIT,
  INIT_SH,
  KEEP_SH,
  MOUNT_SH,
  OOM_KILLS,
  OUT_OF_MEMORY,
  SHIM_SH,
  STARTED,
  STORE,
  TTY,
  VOLUMES_SH,
} from '../arg.ts';
import { tooManyLayers } from '../image/image.ts';
import { failed, ok, type PlanFailure, type Result } from '../result.ts';
import type { Phase, Plan, Step } from '../step.ts';
import { usesVariable } from '../uses-variable.ts';
import { againSteps, CLAIM_SH, CLAIM_TEXT, LET_GO_SH, LET_GO_TEXT } from './again.ts';
import { identitySteps } from './identity.ts';
import { INIT_TEXT, KEEP_TEXT, SHIM_TEXT } from './init.ts';
import { isolateSteps } from './isolate.ts';
import { MOUNT_TEXT } from './mount-in-root.ts';
import { mountSteps } from './mounts.ts';
import { overlayStep } from './overlay.ts';
import { pivotSteps } from './pivot-root.ts';
import { prepareSteps } from './prepare.ts';
import type { RunInput } from './run-input.ts';
import { startSteps } from './start.ts';
import { unmappedUser } from './unmapped-user.ts';
import { VOLUMES_TEXT, volumeSteps } from './volumes.ts';

const PHASES: readonly Phase[] = [
  { id: 'prepare', title: 'Reserve the name and make the directories, on the host.' },
  { id: 'isolate', title: 'Start init in new namespaces. It waits at the gate until everything is ready.' },
  { id: 'rootfs', title: "Assemble the root file system, in the container's own mount table." },
  { id: 'identity', title: 'Give the container its name and its network.' },
  { id: 'pivot', title: "Make the new root the root, and let go of the host's." },
  { id: 'start', title: 'Open the gate: init becomes the command.' },
];

/** The plan that runs one container and takes it away again. */
export function planRun(input: RunInput): Result<Plan> {
  const failures: PlanFailure[] = [...unmappedUser(input.spec, input.facts)];
  if (input.layers.length === 0)
    failures.push({ code: 'no-layers', message: `The image ${input.container.image} has no layers.` });
  const tooMany = tooManyLayers(
    input.container.image,
    input.layers.map(({ digest }) => digest),
  );
  if (tooMany !== undefined) failures.push(tooMany);
  if (failures.length > 0) return failed(...failures);

  const steps: readonly Step[] = [
    ...(input.container.again === undefined ? prepareSteps(input) : againSteps(input)),
    ...isolateSteps(input),
    overlayStep(input),
    ...mountSteps(input),
    ...volumeSteps(input),
    ...identitySteps(input),
    ...pivotSteps(input),
    ...startSteps(input),
  ];
  const again = input.container.again !== undefined;
  return ok({
    kind: again ? 'start' : 'run',
    subject: input.container.name,
    summary: again
      ? `start ${input.container.name} again`
      : `run ${input.container.name} from the image ${input.container.image}`,
    variables: [
      { name: 'STORE', value: input.facts.storeRoot, meaning: 'the store' },
      {
        name: 'C',
        value: arg`${STORE}/containers/${input.container.name}`,
        meaning: "the container's directory",
      },
      { name: 'M', value: arg`${C}/merged`, meaning: 'where its root file system is assembled' },
      {
        name: SHIM_SH.var,
        value: input.facts.bash ? SHIM_TEXT.bash : SHIM_TEXT.sh,
        meaning: "the parent of init, on the host's side of the PID namespace",
      },
      {
        name: INIT_SH.var,
        value: INIT_TEXT,
        meaning: 'init, PID 1 of the container, until it becomes the command',
      },
      ...(again
        ? [{ name: CLAIM_SH.var, value: CLAIM_TEXT, meaning: 'takes the container, unless somebody has it' }]
        : []),
      ...(input.spec.process.terminal
        ? [{ name: KEEP_SH.var, value: KEEP_TEXT, meaning: "gives the caller's terminal its settings back" }]
        : []),
      ...(steps.some(step => usesVariable(step, VOLUMES_SH.var))
        ? [
            {
              name: VOLUMES_SH.var,
              value: VOLUMES_TEXT,
              meaning: "makes the image's volumes, and fills them with what the image has there",
            },
          ]
        : []),
      ...(steps.some(step => usesVariable(step, MOUNT_SH.var))
        ? [
            {
              name: MOUNT_SH.var,
              value: MOUNT_TEXT,
              meaning: 'mounts on a path of the new root without following a link out of it',
            },
          ]
        : []),
      { name: INIT.var, meaning: "the host's PID of init, the container's PID 1" },
      ...(input.container.keep
        ? [
            {
              name: LET_GO_SH.var,
              value: LET_GO_TEXT,
              meaning: "removes what only a running container needs, unless it is a later start's",
            },
            // None, until there is one: a step that fails before is undone, too.
            {
              name: ENDED.var,
              value: '',
              meaning: 'which start this is: inode number and time of its fifo "ended"',
            },
            { name: STARTED.var, meaning: 'when the command started' },
            {
              name: OOM_KILLS.var,
              meaning: 'processes that the kernel killed for want of memory until then',
            },
            { name: FINISHED.var, meaning: 'when it ended' },
            { name: OUT_OF_MEMORY.var, meaning: 'whether it was killed for want of memory' },
          ]
        : []),
      ...(input.spec.process.terminal
        ? [{ name: TTY.var, meaning: "the container's terminal, as the host calls it" }]
        : []),
    ],
    phases: PHASES.filter(phase => steps.some(step => step.phase === phase.id)),
    steps,
    workspace: arg`${C}`,
    ...(input.container.log === undefined ? {} : { background: true as const }),
    notes: notes(input),
  });
}

function notes({ facts }: RunInput): readonly string[] {
  const notes: string[] = [];
  if (facts.mapping === 'single')
    notes.push(
      `${facts.mappingReason ?? 'only one id is mapped'}: the container has one user, root (you); chown to others, su and apt-get install will not work`,
    );
  if (!facts.ip) notes.push('ip is not installed (package iproute2): the loopback interface stays down');
  return notes;
}
