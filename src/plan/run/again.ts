/** Phase "prepare" of a container that was kept and starts once more: its directory is there, and has to be taken so that nobody else takes it, too. */

import { type Arg, arg, C, type Variable } from '../arg.ts';
import type { Step } from '../step.ts';
import type { Container, RunInput } from './run-input.ts';

const HOST = { type: 'host' } as const;

export const CLAIM_SH: Variable = { var: 'CLAIM_SH' };

/**
 * Arguments: the container's directory, the new gate, fifos to make. Opening a fifo for writing without waiting fails with ENXIO when nobody holds it, and then
 * the old gate is what a dead owner left. The new one is held already, so from the rename on everybody sees that the container is taken. What a killed
 * start left of its own gate, nobody holds either.
 */
export const CLAIM_TEXT = `
cd -P -- "$1"; new=$2; shift 2
exec 9<.; flock 9
held() { case $(dd if=/dev/null "of=$1" oflag=nonblock conv=nocreat,notrunc 2>&1 || :) in *'No such device or address'*) false ;; esac; }
[ -f ./container.json ] || { echo 'the container is being removed' >&2; exit 1; }
if [ -p ./gate ] && held ./gate; then echo 'the container runs' >&2; exit 1; fi
for gate in ./gate.*; do [ "$gate" = "./$new" ] || held "$gate" || rm -f -- "$gate"; done
rm -f ./ready ./in ./out ./err ./attach ./kernel.fstab ./devices.fstab ./terminal.sh
if [ -e ./journal.jsonl ]; then mv -T ./journal.jsonl ./journal.old; fi
mkfifo -m 0600 -- "$@"
mv -T -- "./$new" ./gate
`.trim();

/** Where the gate was opened by whoever holds it. */
export function gateOf({ again }: Pick<Container, 'again'>): Arg {
  return again === undefined ? arg`${C}/gate` : arg`${C}/gate.${again}`;
}

/** What only a running container needs; a kept one is left without them. */
export function runtimeFiles(): readonly Arg[] {
  const names = [...fifosOf(true), 'attach', 'kernel.fstab', 'devices.fstab', 'terminal.sh'];
  return ['gate', ...names].map(file => arg`${C}/${file}`);
}

/** The fifos besides the gate: init tells its PID through `ready`; the others are for a log. */
export function fifosOf(log: boolean): readonly string[] {
  return ['ready', ...(log ? ['in', 'out', 'err'] : [])];
}

/** Takes a kept container. `container.again` is an id of this start. */
export function againSteps({ container }: Pick<RunInput, 'container'>): readonly Step[] {
  const phase = 'prepare';
  const gate = gateOf(container);
  return [
    {
      id: 'make-gate',
      phase,
      title: 'make a gate',
      where: HOST,
      action: { type: 'run', argv: ['mkfifo', '-m', '0600', '--', gate] },
      undo: { type: 'command', argv: ['rm', '-f', '--', gate], when: 'always' },
      why: 'mkfifo(3) makes a named pipe, at which init will wait until the container is complete. Its name is our own for now: whether the container is free is decided in a moment.',
      pitfalls: ['No such file or directory: the container was removed just now.'],
    },
    {
      id: 'hold-gate',
      phase,
      title: 'hold the gate',
      where: HOST,
      action: { type: 'hold', path: gate },
      undo: {
        type: 'with',
        step: 'start-init',
        reason: 'the kernel closes the descriptor when its holder ends',
      },
      why: 'open(2) for reading and writing at once, so that it does not wait for the other side. As long as somebody holds it, everybody can see that the container is alive; the kernel closes it when we end, even by kill -9.',
      pitfalls: [],
    },
    {
      id: 'claim-container',
      phase,
      title: 'take the container',
      where: HOST,
      action: {
        type: 'run',
        argv: [
          ...['sh', '-ec', arg`${CLAIM_SH}`, 'claim', arg`${C}`, `gate.${container.again ?? ''}`],
          ...fifosOf(container.log !== undefined),
        ],
      },
      undo: { type: 'command', argv: ['rm', '-f', '--', ...runtimeFiles()], when: 'always' },
      reserves: true,
      why: 'Of two that start one container, one has to lose: two overlays on one upper directory would mount without an error and then corrupt it. flock(2) on the directory lets them in one after the other; rename(2) puts our gate, which we hold already, in its place. Whoever finds a gate that somebody holds gives up.',
      pitfalls: [
        'The container runs: somebody was quicker.',
        'A copy into the container is at work: this waits for it.',
      ],
    },
  ];
}
