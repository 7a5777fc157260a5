/** Ending containers: a signal to init, time to act on it, KILL. Pure: src/host/living.ts finds whom to signal. */

import { type Arg, arg, STORE } from '../arg.ts';
import { enterPrefix } from '../enter.ts';
import type { Facts } from '../facts.ts';
import type { Phase, Plan, PlanKind, Step } from '../step.ts';
import { inside } from '../user-namespace.ts';
import { usesVariable } from '../uses-variable.ts';
import {
  END_SH,
  END_TEXT,
  type ProcessIdentity,
  SIGNAL_SH,
  SIGNAL_TEXT,
  WAIT_SH,
  WAIT_TEXT,
} from './process.ts';
import { KILL, type Signal, TERM } from './signals.ts';

/** A container that runs, or is being made. */
export interface Living {
  readonly name: string;
  /** Who gets the signal: init; or, of one that is being made, whoever makes it, who then undoes that. */
  readonly process: ProcessIdentity;
  readonly isInit: boolean;
  /** Which fifo "ended" it has, as `stat -c '%i %.9Z'` prints it; empty if it has none yet. */
  readonly ended: string;
  readonly stopSignal: Signal;
}

type EndFacts = Pick<Facts, 'mapping' | 'storeRoot'>;

const PHASES: readonly Phase[] = [
  { id: 'signal', title: 'Ask the containers to end, and give them time.' },
  { id: 'kill', title: 'Kill what still runs.' },
  { id: 'end', title: 'Wait until nothing runs any more, and how they ended is written down.' },
];

const UNDO: Step['undo'] = { type: 'nothing', reason: 'a signal can not be taken back' };
const PITFALLS = [
  "Operation not permitted: the container is another user's.",
  'A frozen process (cgroup v1) acts on no signal, KILL included, until it is thawed.',
] as const;

/**
 * The plan that stops containers: each gets its stop signal, at most so many seconds for all (undefined: without end), and what is left then is killed.
 */
export function planStop(containers: readonly Living[], seconds: number | undefined, facts: EndFacts): Plan {
  const inits = containers.filter(({ isInit }) => isInit);
  const asks = seconds !== 0;
  return plan('stop', 'stop', containers, facts, [
    ...containers.flatMap((container, index) =>
      asks || !container.isInit
        ? [
            signalStep(
              'signal',
              'signal',
              container,
              container.isInit ? container.stopSignal : TERM,
              index,
              facts,
            ),
          ]
        : [],
    ),
    ...(asks && inits.length > 0 ? [waitStep(inits, seconds)] : []),
    ...(seconds === undefined ? [] : killSteps(containers, facts)),
    ...containers.map(endStep),
  ]);
}

/** The plan that sends one signal to each container. KILL ends it for sure, so there the plan waits for the end. */
export function planKill(containers: readonly Living[], signal: Signal, facts: EndFacts): Plan {
  const kills = signal.number === KILL.number;
  return plan('kill', kills ? 'kill' : `send ${signal.name} to`, containers, facts, [
    ...(kills
      ? killSteps(containers, facts)
      : containers.map((container, index) =>
          signalStep('signal', 'signal', container, signal, index, facts),
        )),
    ...(kills ? containers.map(endStep) : []),
  ]);
}

/** Of one that is being made, whoever makes it gets TERM: killed, it would leave something behind. */
function killSteps(containers: readonly Living[], facts: EndFacts): readonly Step[] {
  return containers.flatMap((container, index) =>
    container.isInit ? [signalStep('kill', 'kill', container, KILL, index, facts)] : [],
  );
}

function plan(
  kind: PlanKind,
  verb: string,
  containers: readonly Living[],
  facts: EndFacts,
  steps: readonly Step[],
): Plan {
  const names = containers.map(({ name }) => name).join(', ');
  const programs = [
    { name: SIGNAL_SH.var, value: SIGNAL_TEXT, meaning: 'sends a signal to one process and no other' },
    { name: WAIT_SH.var, value: WAIT_TEXT, meaning: 'waits for containers, for some time' },
    { name: END_SH.var, value: END_TEXT, meaning: 'waits until a container is over' },
  ];
  return {
    kind,
    subject: names,
    summary: `${verb} ${names}`,
    variables: [
      { name: STORE.var, value: facts.storeRoot, meaning: 'the store' },
      ...programs.filter(({ name }) => steps.some(step => usesVariable(step, name))),
    ],
    phases: PHASES.filter(({ id }) => steps.some(({ phase }) => phase === id)),
    steps,
    notes: [],
  };
}

function signalStep(
  phase: 'signal' | 'kill',
  id: string,
  { name, process, isInit }: Living,
  signal: Signal,
  index: number,
  facts: EndFacts,
): Step {
  const pid = String(process.pid);
  const send = ['sh', '-ec', arg`${SIGNAL_SH}`, 'signal', pid, process.start, process.boot, signal.name];
  // The command may run as another user than root of its user namespace, which is ours to signal only from inside of that.
  const enter = isInit && facts.mapping !== 'host' ? enterPrefix(inside(facts, []), pid) : [];
  return {
    id: `${id}-${index + 1}`,
    phase,
    title: phase === 'kill' ? `kill ${name}, if it runs` : `send ${signal.name} to ${name}`,
    where: { type: 'host' },
    action: { type: 'run', argv: enter.length === 0 ? send : [...send, ...enter, ...send] },
    undo: UNDO,
    why: isInit
      ? `kill(2) of init, the container's PID 1: not of whoever watches it. A number alone is never trusted: when the process started and which boot of the machine this is are compared right before, by builtins of the shell. ${
          phase === 'kill'
            ? 'When PID 1 is gone, the kernel kills everything else in its PID namespace.'
            : 'PID 1 gets only signals that it has a handler for; the kernel drops others that are sent from inside of the container, and TERM and its like from outside.'
        }`
      : 'kill(2) of whoever is making the container just now: it stops there and undoes what it has done.',
    pitfalls: PITFALLS,
  };
}

function waitStep(containers: readonly Living[], seconds: number | undefined): Step {
  return {
    id: 'wait',
    phase: 'signal',
    title: seconds === undefined ? 'wait until they end' : `wait ${seconds} s at most`,
    where: { type: 'host' },
    action: {
      type: 'run',
      argv: [
        ...['sh', '-ec', arg`${WAIT_SH}`, 'wait', String(seconds ?? -1)],
        ...containers.flatMap(container => [directoryOf(container), container.ended]),
      ],
    },
    undo: { type: 'nothing', reason: 'waiting changes nothing' },
    why: 'Whoever watches a container holds its fifo "ended" open; read(2) from it returns end of file when the last holder has closed it, or has died. So nobody has to look again and again.',
    pitfalls: ['A command that has no handler for the signal, or ignores it, takes all of the time.'],
  };
}

function endStep(container: Living, index: number): Step {
  const { pid, start, boot } = container.process;
  return {
    id: `end-${index + 1}`,
    phase: 'end',
    title: `wait until ${container.name} is over`,
    where: { type: 'host' },
    action: {
      type: 'run',
      argv: [
        ...['sh', '-ec', arg`${END_SH}`, 'end', directoryOf(container), container.ended],
        ...[String(pid), start, boot],
      ],
    },
    undo: { type: 'nothing', reason: 'waiting changes nothing' },
    why: 'Then how it ended is written down, everything of it is undone, and its name or its files are free: what comes next can not be too early.',
    pitfalls: ['its state is D: it waits for a disk or a network file system, and dies when that answers.'],
  };
}

function directoryOf({ name }: Living): Arg {
  return arg`${STORE}/containers/${name}`;
}
