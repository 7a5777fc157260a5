/**
 * What carries a plan out in the background: `run -d` and `start` hand the plan, which is only data, to a second process of this program, in a session
 * of its own. That one tells on its stdout what happens until the container has started; then nobody listens any more.
 */

import process from 'node:process';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../errors.ts';
import { runPlan } from '../exec/run-plan.ts';
import { findCause } from '../host/diagnose.ts';
import type { Plan } from '../plan/step.ts';
import { takeSnapshot } from '../snapshot/take.ts';
import { type Continuation, continueRecording } from './recording.ts';

/** What it reads on its stdin, as JSON. */
export interface Order {
  readonly plan: Plan;
  /** Milliseconds to wait before each step. */
  readonly pace: number;
  /** Of whoever hands the plan over: we go on with it. */
  readonly recording: Continuation;
  /** After each step the container is looked at. */
  readonly looks: boolean;
}

export const help = `Carry out a plan that another tinydocker hands over: run -d and start use it.
`;

export async function run(argv: readonly string[]): Promise<number> {
  if (argv.length > 0 || process.stdin.isTTY) {
    process.stdout.write(help);
    return argv.length > 0 && argv[0] !== '-h' && argv[0] !== '--help' ? EXIT.usage : EXIT.ok;
  }
  const { plan, pace, recording, looks } = JSON.parse(await text(process.stdin)) as Order;
  const record = continueRecording(recording);
  let listened = true;
  const outcome = await runPlan(plan, {
    emit(event) {
      record(event);
      if (!listened) return;
      process.stdout.write(`${JSON.stringify(event)}\n`);
      listened = event.type !== 'container-started';
    },
    ...(looks ? { look: takeSnapshot } : {}),
    diagnose: findCause,
    beforeStep: async () => {
      if (pace > 0 && listened) await sleep(pace);
      return undefined;
    },
    // There is nobody who could be told which commands are left: prune finds them in the journal.
    giveUp: () => process.exit(EXIT.interrupted),
  });
  return outcome.status;
}
