/** Plays a recording: drives the reporters that a run drives, at the recorded times. */

import type { PlanEvent } from '../events.ts';
import type { Step } from '../plan/step.ts';
import type { RecordLine } from '../record/format.ts';
import type { Recording } from '../record/read.ts';
import type { Reporter } from './reporter.ts';

export interface Timing {
  /** 2 is twice as fast. */
  readonly speed: number;
  /** The longest pause, in milliseconds of the recording; without it as long as it was. */
  readonly idle?: number;
  /** The least that passes before each step, in milliseconds. */
  readonly pace: number;
}

export interface Stage {
  /** A reporter for one more plan. */
  open(): Reporter;
  /** So many milliseconds pass. */
  pause(milliseconds: number): Promise<void>;
  /** Awaited before each step, when it is shown what comes next. */
  beforeStep?(step: Step): Promise<void>;
  /** Awaited after each event. */
  shown?(event: PlanEvent): Promise<void>;
}

/** Plays all of it. A plan without an end is closed where the recording ends. */
export async function play({ lines }: Recording, timing: Timing, stage: Stage): Promise<void> {
  const plans = new Map<number, PlanPlayer>();
  let last = 0;
  for (const line of lines) {
    const { event, time } = line;
    let plan = plans.get(line.plan);
    if (plan === undefined) {
      plan = new PlanPlayer(stage);
      plans.set(line.plan, plan);
    }
    const step = await plan.before(line);
    await stage.pause(pauseOf((time - last) * 1000, step, timing));
    last = time;
    await plan.perform(event);
  }
  for (const plan of plans.values()) await plan.close();
}

/** The least time that something is shown is no pause that could be shortened. */
function pauseOf(milliseconds: number, step: Step | undefined, { speed, idle, pace }: Timing): number {
  const recorded = Math.min(milliseconds, idle ?? Number.POSITIVE_INFINITY) / speed;
  return step === undefined ? recorded : Math.max(recorded, pace);
}

/** One plan of a recording, on a reporter of its own. */
class PlanPlayer {
  readonly #stage: Stage;
  readonly #reporter: Reporter;
  #steps = new Map<string, Step>();
  #open = true;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#reporter = stage.open();
  }

  /** What a run does before it begins a step. Returns the step, if it is one that takes its turn. */
  async before({ event }: RecordLine): Promise<Step | undefined> {
    if (event.type !== 'step-started') return undefined;
    const step = this.#steps.get(event.step);
    if (step === undefined || step.action.type === 'wait') return undefined;
    await this.#reporter.beforeStep?.(step);
    await this.#stage.beforeStep?.(step);
    return step;
  }

  async perform(event: RecordLine['event']): Promise<void> {
    if (event.type === 'continued') return;
    if (event.type === 'message') {
      this.#reporter.say(event);
      return;
    }
    if (event.type === 'plan-started')
      this.#steps = new Map(event.plan.steps.map(step => [step.id, step] as const));
    if (event.type === 'step-started' && this.#steps.get(event.step)?.action.type === 'release')
      await this.#reporter.release?.();
    this.#reporter.emit(event);
    if (event.type === 'plan-ended') await this.close();
    await this.#stage.shown?.(event);
  }

  /** What is said afterwards, as the cause of a failure, is still shown. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#reporter.close();
  }
}
