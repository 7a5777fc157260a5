/** A lesson being held: its text is shown, its blocks are run, and what they print is compared with what was expected. */

import process from 'node:process';
import { createInterface, type Interface } from 'node:readline/promises';
import { type LessonShell, lessonShell } from '../exec/lesson-shell.ts';
import { storePaths } from '../host/store-paths.ts';
import type { Language } from '../lang/choose-language.ts';
import { checkOutput, type Found } from '../lesson/check-output.ts';
import { type Block, expectationFor, isFor, type Lesson } from '../lesson/lesson.ts';
import type { Facts } from '../plan/facts.ts';
import { LESSON_MARK, lessonPlaces } from '../plan/lesson/plan-lesson.ts';
import { DEFAULT_IMAGE } from '../plan/names.ts';
import { capabilities } from '../ui/capabilities.ts';
import { checkText, headingText, lessonWords, outputText, scriptText } from '../ui/lesson-text.ts';
import { marks } from '../ui/marks.ts';
import { missingBase } from './base-image.ts';
import { execute } from './execute.ts';

export interface Session {
  readonly facts: Facts;
  /** Of the plan that made the surroundings. */
  readonly id: string;
  readonly language: Language;
  /** For Enter, before each block. */
  readonly waits: boolean;
  readonly stopped: AbortSignal;
}

export type Ended =
  | { readonly type: 'done'; readonly checks: number; readonly bad: number }
  /** With q, or because nobody types any more. */
  | { readonly type: 'left' }
  | { readonly type: 'stopped' }
  /** The image could not be made; it was told why. */
  | { readonly type: 'failed'; readonly bad: number };

/** Holds the lesson in the surroundings that its plan has made. */
export async function holdLesson(lesson: Lesson, session: Session): Promise<Ended> {
  const places = lessonPlaces(session);
  const inside: Facts = { ...session.facts, storeRoot: places.store };
  const base = missingBase(storePaths(places.store), `${DEFAULT_IMAGE}:latest`, inside);
  if (base !== undefined) {
    const made = await execute(base.plan, { quiet: true, pace: 0 });
    if (made.type === 'interrupted') return { type: 'stopped' };
    if (made.type !== 'succeeded') return { type: 'failed', bad: 1 };
  }
  const shell = lessonShell(
    { work: places.work, directory: places.workspace },
    {
      [LESSON_MARK]: places.workspace,
      PATH: `${places.bin}:${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`,
      TINYDOCKER_ROOT: places.store,
      TINYDOCKER_PROGRESS: 'quiet',
      TMPDIR: places.temporary,
      // What programs say is what lessons expect.
      LC_ALL: 'C',
      LANGUAGE: '',
    },
  );
  const terminal = session.waits
    ? createInterface({ input: process.stdin, output: process.stderr, terminal: false })
    : undefined;
  try {
    return await new Held(lesson, session, shell, terminal).toEnd();
  } finally {
    terminal?.close();
  }
}

class Held {
  readonly #lesson: Lesson;
  readonly #session: Session;
  readonly #shell: LessonShell;
  readonly #terminal: Interface | undefined;
  readonly #marks: { readonly good: string; readonly bad: string };
  readonly #colour: boolean;
  #found: Found = new Map();
  #checks = 0;
  #bad = 0;

  constructor(lesson: Lesson, session: Session, shell: LessonShell, terminal: Interface | undefined) {
    this.#lesson = lesson;
    this.#session = session;
    this.#shell = shell;
    this.#terminal = terminal;
    const able = capabilities(process.stdout, process.env);
    const { done, failed } = marks(able.unicode).status;
    this.#marks = { good: done, bad: failed };
    this.#colour = able.colour > 0;
  }

  async toEnd(): Promise<Ended> {
    const { sections } = this.#lesson;
    const words = lessonWords(this.#session.language);
    for (const [index, { heading, parts }] of sections.entries()) {
      say(headingText(heading, index === 0 ? 1 : 2, this.#colour));
      for (const part of parts) {
        if (part.type === 'text') {
          say(part.text);
          continue;
        }
        if (!isFor(part.audience, this.#session.facts.mapping)) continue;
        say(scriptText(part.script));
        if ((await this.#wait(words.run)) === 'left') return this.#left();
        await this.#run(part);
        if (this.#session.stopped.aborted) return { type: 'stopped' };
      }
      // There has to be time to think, also where nothing is run.
      const asks = !parts.some(({ type }) => type === 'block') && index > 0 && index + 1 < sections.length;
      if (asks && (await this.#wait(words.goOn)) === 'left') return this.#left();
    }
    return { type: 'done', checks: this.#checks, bad: this.#bad };
  }

  async #run(block: Block): Promise<void> {
    const { language, stopped, facts } = this.#session;
    const output = await this.#shell.run(block.script, stopped);
    if (stopped.aborted) return;
    const text = outputText(output.text);
    if (text !== '') process.stdout.write(`${text}\n`);
    const check = checkOutput(expectationFor(block, facts.mapping), output, this.#found);
    this.#checks += 1;
    if (check.ok) this.#found = check.found;
    else this.#bad += 1;
    const mark = check.ok ? this.#marks.good : this.#marks.bad;
    say(`  ${checkText(check, output.status, language, mark)}`);
  }

  /** Until Enter is pressed. */
  async #wait(question: string): Promise<'go on' | 'left'> {
    const { stopped } = this.#session;
    if (stopped.aborted) return 'left';
    if (this.#terminal === undefined) return 'go on';
    const { promise: closed, resolve } = withResolvers<'left'>();
    const close = () => resolve('left');
    this.#terminal.once('close', close);
    try {
      const answer = await Promise.race([this.#terminal.question(question, { signal: stopped }), closed]);
      return /^q(uit)?$/i.test(answer.trim()) || answer === 'left' ? 'left' : 'go on';
    } catch {
      return 'left';
    } finally {
      this.#terminal.off('close', close);
    }
  }

  #left(): Ended {
    return { type: this.#session.stopped.aborted ? 'stopped' : 'left' };
  }
}

/** A paragraph. */
function say(text: string): void {
  process.stdout.write(`${text}\n\n`);
}

/** Node 20 has no Promise.withResolvers. */
function withResolvers<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
} {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}
