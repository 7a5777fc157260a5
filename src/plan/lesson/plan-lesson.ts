/** The surroundings of a lesson: a workspace in the store, with a store of its own in it, and the program under its name. All that is started there ends with it. */

import { arg, resolve, T, type Variable } from '../arg.ts';
import type { Facts } from '../facts.ts';
import { IN_WORKSPACE, PREPARE, workspaceSteps, workspaceVariables } from '../image/workspace.ts';
import { quote } from '../quote.ts';
import type { Plan, Step } from '../step.ts';
import { asOwner } from '../user-namespace.ts';

export interface LessonInput {
  readonly name: string;
  /** Unique, and part of a path. */
  readonly id: string;
  /** The argv that starts this program. */
  readonly program: readonly string[];
  readonly facts: Facts;
}

/** In the environment of all that a lesson starts; its value is the workspace. */
export const LESSON_MARK = 'TINYDOCKER_LESSON';

const END_SH: Variable = { var: 'END_SH' };
const HOST = { type: 'host' } as const;
const PLACES: Omit<Step, 'id' | 'title' | 'action' | 'undo' | 'why'> = {
  phase: 'places',
  where: HOST,
  pitfalls: [],
};

/**
 * Ends what a lesson has started. Argument: the workspace. Processes are found by their environment, which none can change afterwards without having been there; what
 * these have started goes with them: a container's own processes have another environment. SIGKILL, because PID 1 of a container ignores the others.
 */
const END_TEXT = `
marked() { grep -lszxF -e "${LESSON_MARK}=$1" /proc/[0-9]*/environ; }
below() { for child in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do below "$child"; done; echo "$1"; }
lives() { { read -r stat <"/proc/$1/stat"; } 2>/dev/null && case \${stat##*) } in [ZX]*) false ;; esac; }
left=$(for file in $(marked "$1"); do file=\${file#/proc/}; below "\${file%/environ}"; done)
for pid in $left; do kill -KILL "$pid" 2>/dev/null || :; done
tries=0
for pid in $left; do
  while lives "$pid" && [ "$tries" -lt 200 ]; do sleep 0.02; tries=$((tries + 1)); done
done
`.trim();

/** Where things are in a lesson's workspace. */
export interface LessonPlaces {
  readonly workspace: string;
  /** TINYDOCKER_ROOT. */
  readonly store: string;
  /** The working directory. */
  readonly work: string;
  /** With the command `tinydocker`. */
  readonly bin: string;
  readonly temporary: string;
}

export function lessonPlaces({ id, facts }: Pick<LessonInput, 'id' | 'facts'>): LessonPlaces {
  const workspace = `${facts.storeRoot}/tmp/${id}`;
  const [store, work, bin, temporary] = ['store', 'work', 'bin', 'tmp'].map(name => `${workspace}/${name}`);
  return { workspace, store: store ?? '', work: work ?? '', bin: bin ?? '', temporary: temporary ?? '' };
}

/** The command that ends and removes everything, for whoever outlives us. It does nothing when that was done. */
export function endLesson({ facts, ...input }: Pick<LessonInput, 'id' | 'facts'>): readonly string[] {
  const { workspace } = lessonPlaces({ ...input, facts });
  const remove = asOwner(facts, ['rm', '-rf', '--one-file-system', '--', workspace]).map(word =>
    quote(resolve(word, new Map())),
  );
  return ['sh', '-c', `[ -d "$1" ] || exit 0\n${END_TEXT}\n${remove.join(' ')}`, 'end-lesson', workspace];
}

/** The plan: its steps make the surroundings, the lesson is held when they are done, and the undos take everything away. */
export function planLesson({ name, id, program, facts }: LessonInput): Plan {
  return {
    kind: 'lesson',
    subject: name,
    summary: `hold the lesson ${name}`,
    variables: [
      ...workspaceVariables(facts, id),
      { name: END_SH.var, value: END_TEXT, meaning: 'ends what the lesson has started' },
    ],
    phases: [PREPARE, { id: 'places', title: 'Make what the lesson needs.' }],
    steps: [
      ...workspaceSteps(facts),
      {
        ...PLACES,
        id: 'make-places',
        title: 'make its directories',
        action: {
          type: 'run',
          argv: ['mkdir', '--', ...['store', 'work', 'bin', 'tmp'].map(place => arg`${T}/${place}`)],
        },
        undo: { type: 'command', argv: ['sh', '-c', arg`${END_SH}`, 'end', arg`${T}`], when: 'always' },
        why: 'A store of its own, so that nothing in a lesson can touch your containers and images, and a directory to work in. What the lesson starts carries the name of the workspace in its environment; the undo finds it by that and kills it.',
      },
      {
        ...PLACES,
        id: 'write-command',
        title: 'write the command',
        action: {
          type: 'write',
          path: arg`${T}/bin/tinydocker`,
          text: `#!/bin/sh\nexec ${program.map(quote).join(' ')} "$@"\n`,
          mode: '0700',
        },
        undo: IN_WORKSPACE,
        why: 'In PATH under its name, so that what the lesson shows can be typed as it is.',
      },
    ],
    workspace: arg`${T}`,
    notes: [],
  };
}
