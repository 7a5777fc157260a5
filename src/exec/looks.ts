/** Looks at the container before and after each step, for whoever asked for them; what a step back has to come to. */

import type { PlanEvent } from '../events.ts';
import type { Values } from '../plan/arg.ts';
import type { Step } from '../plan/step.ts';
import { type Change, changesBesidesNumbers, changesBetween } from '../snapshot/compare.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

export class Looks {
  readonly #look: ((values: Values) => Promise<Snapshot>) | undefined;
  readonly #values: Values;
  readonly #emit: (event: PlanEvent) => void;
  /** What was found before each step that has been done, and before the next one. */
  readonly #before: (Snapshot | undefined)[] = [];

  constructor(
    look: ((values: Values) => Promise<Snapshot>) | undefined,
    values: Values,
    emit: (event: PlanEvent) => void,
  ) {
    this.#look = look;
    this.#values = values;
    this.#emit = emit;
  }

  /** What was found before the step of this index. */
  before(index: number): Snapshot | undefined {
    return this.#before[index];
  }

  async begin(): Promise<void> {
    this.#before[0] = await this.#take('begin');
  }

  /** After the step of this index. */
  async after(step: Step, index: number): Promise<void> {
    this.#before[index + 1] = await this.#take('step', step);
  }

  /** After the step of this index was taken back. Returns what is not as it was before it; undefined when nobody looks. */
  async back(step: Step, index: number): Promise<readonly Change[] | undefined> {
    const [before, now] = [this.#before[index], await this.#take('back', step)];
    return before === undefined || now === undefined ? undefined : changesBetween(before, now);
  }

  async end(): Promise<void> {
    await this.#take('end');
  }

  /** What is not as it was at the same step of the way before, but for the numbers that are new each time. */
  besides(before: Snapshot | undefined, index: number): readonly Change[] | undefined {
    const now = this.#before[index];
    return before === undefined || now === undefined ? undefined : changesBesidesNumbers(before, now);
  }

  async #take(
    moment: Extract<PlanEvent, { type: 'snapshot' }>['moment'],
    step?: Step,
  ): Promise<Snapshot | undefined> {
    const snapshot = await this.#look?.(this.#values);
    if (snapshot !== undefined)
      this.#emit({ type: 'snapshot', moment, ...(step === undefined ? {} : { step: step.id }), snapshot });
    return snapshot;
  }
}
