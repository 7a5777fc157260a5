/** Phase "prepare" of a container that was kept and starts once more: its directory is there, and has to be taken so that nobody else takes it, too. */

import { type Arg, arg, C, ENDED, type Variable } from '../arg.ts';
import { HELD_TEXT } from '../held.ts';
import type { Step, Undo } from '../step.ts';
import type { Container, RunInput } from './run-input.ts';

const HOST = { type: 'host' } as const;

export const CLAIM_SH: Variable = { var: 'CLAIM_SH' };

/**
 * Arguments: the container's directory, the new gate, the inode number of the writable layer that was seen, fifos to make. A fork gives the container another one, over
 * more layers. When nobody holds the old gate, it is what a dead owner left. The new one is held already, so from the rename on everybody sees that the container is taken. What a killed
 * start left of its own gate, nobody holds either; but nor does, for a moment, whoever has just made one.
 */
export const CLAIM_TEXT = `
${HELD_TEXT}
cd -P -- "$1"; new=$2 upper=$3; shift 3
exec 9<.; flock 9
[ -f ./container.json ] || { echo 'the container is being removed' >&2; exit 1; }
if held ./gate; then echo 'the container runs' >&2; exit 1; fi
[ "$(stat -c %i ./upper)" = "$upper" ] || { echo 'the container was forked meanwhile' >&2; exit 1; }
for gate in $(find . -maxdepth 1 -name "gate.*" -mmin +1); do held "$gate" || rm -f -- "$gate"; done
rm -rf -- ./exec-*
rm -f ./ready ./ended ./in ./out ./err ./attach ./kernel.fstab ./devices.fstab ./terminal.sh
if [ -e ./journal.jsonl ]; then mv -T ./journal.jsonl ./journal.old; fi
mkfifo -m 0600 -- "$@"
mv -T -- "./$new" ./gate
`.trim();

export const LET_GO_SH: Variable = { var: 'LET_GO_SH' };

/**
 * Arguments: the container's directory, which fifo "ended" is ours, as \`stat -c '%i %.9Z'\` prints it, and names to remove. When whoever started this was killed, somebody else may have taken
 * the container meanwhile, and made the files anew; under the lock it is seen, and nobody can do so now.
 */
export const LET_GO_TEXT = `
cd -P -- "$1" 2>/dev/null || exit 0
exec 9<.; flock 9
[ "$(stat -c '%i %.9Z' ./ended 2>/dev/null)" = "$2" ] || exit 0
shift 2; rm -f -- "$@"
`.trim();

/** Where the gate was opened by whoever holds it. */
export function gateOf({ again }: Pick<Container, 'again'>): Arg {
  return again === undefined ? arg`${C}/gate` : arg`${C}/gate.${again.id}`;
}

/** Which start it is that a container has runtime files of: for the step that makes them. */
export const IDENTIFIES = { path: arg`${C}/ended`, variable: ENDED.var } as const;

/**
 * The undo of that step takes away what only a running container needs; a kept one is left without it. "ended" stays until the next start: others wait at it to the very end. The gate goes last:
 * as soon as it is gone, others see that the container is free.
 */
export function letGo(): Undo {
  const names = ['ready', ...LOG_FIFOS, 'attach', 'kernel.fstab', 'devices.fstab', 'terminal.sh', 'gate'];
  return {
    type: 'command',
    argv: ['sh', '-ec', arg`${LET_GO_SH}`, 'let-go', arg`${C}`, arg`${ENDED}`, ...names],
    when: 'always',
  };
}

const LOG_FIFOS = ['in', 'out', 'err'] as const;

/** The fifos besides the gate: init tells its PID through `ready`; nobody writes into `ended`, which tells when its holder is gone; the others are for a log. */
export function fifosOf(log: boolean): readonly string[] {
  return ['ready', 'ended', ...(log ? LOG_FIFOS : [])];
}

/** Takes a kept container. */
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
          ...['sh', '-ec', arg`${CLAIM_SH}`, 'claim', arg`${C}`, `gate.${container.again?.id ?? ''}`],
          container.again?.upper ?? '',
          ...fifosOf(container.log !== undefined),
        ],
        identifies: IDENTIFIES,
      },
      undo: letGo(),
      reserves: true,
      why: 'Of two that start one container, one has to lose: two overlays on one upper directory would mount without an error and then corrupt it. flock(2) on the directory lets them in one after the other; rename(2) puts our gate, which we hold already, in its place. Whoever finds a gate that somebody holds gives up.',
      pitfalls: [
        'The container runs: somebody was quicker.',
        'The container was forked meanwhile: it stands on one more layer now.',
        'A copy into the container is at work: this waits for it.',
      ],
    },
  ];
}
