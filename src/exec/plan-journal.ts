/** The journal of one way through a plan: there is none before its workspace exists, and none once that was taken back. */

import { errorMessage } from '../errors.ts';
import type { StepFailure } from '../events.ts';
import type { JournalRecord } from '../host/journal-file.ts';
import { resolve, type Values } from '../plan/arg.ts';
import { stepCommand } from '../plan/display.ts';
import type { Plan, Step } from '../plan/step.ts';
import { type Journal, openJournal } from './journal.ts';

export class PlanJournal {
  readonly #plan: Plan;
  readonly #values: Values;
  #journal: Journal | undefined;

  constructor(plan: Plan, values: Values) {
    this.#plan = plan;
    this.#values = values;
  }

  /** Writes that the step begins. Returns why it can not be written: then nobody could undo the step, and it must not begin. */
  begin(step: Step): StepFailure | undefined {
    return this.#try(step, () => this.#journal?.append({ type: 'begin', step: step.id }));
  }

  /** The step has made the workspace, and it is ours: the journal begins. Returns why it can not be written. */
  open(step: Step): StepFailure | undefined {
    const { workspace } = this.#plan;
    if (workspace === undefined || this.#journal !== undefined) return undefined;
    return this.#try(step, () => {
      this.#journal = openJournal(resolve(workspace, this.#values), this.#plan, this.#values);
      this.#journal.append({ type: 'begin', step: step.id });
    });
  }

  /** A record that an undo does not depend on. A full disk must not stop an undo; recovery then undoes more than it would have to, which is safe. */
  note(record: JournalRecord): void {
    try {
      this.#journal?.append(record);
    } catch {
      // See above.
    }
  }

  close(): void {
    this.#journal?.close();
    this.#journal = undefined;
  }

  #try(step: Step, write: () => void): StepFailure | undefined {
    try {
      write();
      return undefined;
    } catch (error) {
      return { command: stepCommand(step), stderr: `the journal can not be written: ${errorMessage(error)}` };
    }
  }
}
