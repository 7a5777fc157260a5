/** A recording as a story: one scene after each thing that happened, with where every step stands, what had changed, and the container's mounts. Pure. */

import { partsOf } from '../plan/arg.ts';
import type { Plan } from '../plan/step.ts';
import type { RecordLine } from '../record/format.ts';
import type { Recording } from '../record/read.ts';
import { type Change, changesBetween, mountText, type Names } from '../snapshot/compare.ts';
import type { MountRow, Snapshot } from '../snapshot/snapshot.ts';
import { NOT_STARTED, type ProgressState, progress, type StepStatus } from './progress.ts';

export interface Scene {
  /** Seconds since the start. */
  readonly time: number;
  /** Which plan it belongs to. */
  readonly plan: number;
  readonly state: ProgressState;
  /** What happened: the plan began, a step or an undo was done or failed, the plan ended. */
  readonly happened: 'begin' | 'step' | 'undo' | 'back' | 'end';
  /** The step that it happened to. */
  readonly step?: string;
  readonly status?: StepStatus;
  readonly milliseconds?: number;
  /** Undefined when nobody looked. */
  readonly changes?: readonly Change[];
  /** Undefined while there is no mount table of the container's own, or nobody looked. */
  readonly mounts?: readonly MountLine[];
}

/** A line of a mount tree. */
export interface MountLine {
  readonly depth: number;
  readonly text: string;
  /** Against the look before: new, or another than before. */
  readonly sign: '+' | '~' | '';
  /** It came with the table, as a copy of the host's. */
  readonly copied: boolean;
}

/** Longer than this, a variable's value is no path. */
const LONGEST_PATH = 4096;

/** The scenes, in the order of their times. */
export function storyOf({ lines }: Recording): readonly Scene[] {
  const plans = new Map<number, PlanStory>();
  const scenes: Scene[] = [];
  for (const line of lines) {
    const story = plans.get(line.plan) ?? new PlanStory();
    plans.set(line.plan, story);
    const last = scenes.findLastIndex(({ plan }) => plan === line.plan);
    const found = story.after(line, scenes[last]);
    if (found === undefined) continue;
    // A look belongs to what was done before it.
    if (found.replaces) scenes[last] = found.scene;
    else scenes.push(found.scene);
  }
  return scenes;
}

/** One plan, as far as it was told. */
class PlanStory {
  #state: ProgressState = NOT_STARTED;
  #names: Names = [];
  #look: Snapshot | undefined;
  /** Ids of the mounts that the container's table began with. */
  #copied: ReadonlySet<number> | undefined;
  /** The look behind the last undo, for the scene of the end. */
  #atEnd: Pick<Scene, 'changes' | 'mounts'> = {};

  after(
    { time, plan, event }: RecordLine,
    last: Scene | undefined,
  ): { readonly scene: Scene; readonly replaces: boolean } | undefined {
    if (event.type === 'message' || event.type === 'continued') return undefined;
    this.#state = progress(this.#state, event);
    const scene = (more: Pick<Scene, 'happened'> & Partial<Scene>) => ({
      scene: { time, plan, state: this.#state, ...more },
      replaces: false,
    });
    switch (event.type) {
      case 'plan-started':
        this.#names = namesOf(event.plan);
        return scene({ happened: 'begin' });
      case 'step-done':
        return scene({
          ...{ happened: 'step', step: event.step, status: 'done', milliseconds: event.milliseconds },
        });
      case 'step-failed':
        return scene({
          ...{ happened: 'step', step: event.step, status: 'failed', milliseconds: event.milliseconds },
        });
      case 'undo-done':
        return scene({
          ...{ happened: 'undo', step: event.step, status: 'undone', milliseconds: event.milliseconds },
        });
      case 'undo-failed':
        return scene({ happened: 'undo', step: event.step, status: 'undo failed' });
      case 'back-done':
        return scene({ happened: 'back', step: event.step, milliseconds: event.milliseconds });
      case 'plan-ended':
        return scene({ happened: 'end', ...this.#atEnd });
      case 'snapshot': {
        const looked = this.#looked(event.snapshot);
        if (event.moment === 'end') this.#atEnd = looked;
        if (event.moment === 'end' || last === undefined) return undefined;
        return { scene: { ...last, ...looked }, replaces: true };
      }
      default:
        return undefined;
    }
  }

  #looked(now: Snapshot): Pick<Scene, 'changes' | 'mounts'> {
    const before = this.#look;
    this.#look = now;
    const mounts = now.init?.mounts;
    if (mounts === undefined) this.#copied = undefined;
    else this.#copied ??= new Set(mounts.map(({ id }) => id));
    return {
      changes: before === undefined ? [] : changesBetween(before, now, this.#names),
      ...(mounts === undefined
        ? {}
        : { mounts: mountTree(mounts, before?.init?.mounts, this.#copied, this.#names) }),
    };
  }
}

/** By parents, each below its own, in the kernel's order. */
function mountTree(
  mounts: readonly MountRow[],
  before: readonly MountRow[] | undefined,
  copied: ReadonlySet<number> = new Set(),
  names: Names,
): readonly MountLine[] {
  const ids = new Set(mounts.map(({ id }) => id));
  const old = new Map(before?.map(mount => [mount.id, mountText(mount, names)] as const));
  const below = new Map<number | undefined, MountRow[]>();
  for (const mount of mounts) {
    const parent = ids.has(mount.parent) && mount.parent !== mount.id ? mount.parent : undefined;
    below.set(parent, [...(below.get(parent) ?? []), mount]);
  }
  const lines: MountLine[] = [];
  const add = (rows: readonly MountRow[], depth: number): void => {
    for (const mount of rows) {
      const text = mountText(mount, names);
      const was = old.get(mount.id);
      const sign = before === undefined || was === text ? '' : was === undefined ? '+' : '~';
      lines.push({ depth, text, sign, copied: copied.has(mount.id) });
      const children = below.get(mount.id) ?? [];
      // A table that somebody made up may go round in a circle: each row has its children once.
      below.delete(mount.id);
      add(children, depth + 1);
    }
  };
  add(below.get(undefined) ?? [], 0);
  return lines;
}

/** What the plan calls its paths, the longest first: `$M` for /var/lib/... Values of a recording may be anything, so they are not put together beyond a path's length. */
export function namesOf(plan: Plan): Names {
  const values = new Map<string, string>();
  for (const { name, value } of plan.variables) {
    if (value === undefined) continue;
    const parts = partsOf(value).map(part => (typeof part === 'string' ? part : values.get(part.var)));
    const length = parts.reduce((sum, part) => sum + (part?.length ?? LONGEST_PATH), 0);
    if (length < LONGEST_PATH) values.set(name, parts.join(''));
  }
  return [...values]
    .filter(([, value]) => /^\/[^\n]+$/.test(value))
    .map(([name, value]) => [`$${name}`, value] as const)
    .toSorted(([, one], [, other]) => other.length - one.length);
}
