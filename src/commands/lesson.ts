/** `tinydocker lesson`: what a container is, learned by doing. */

import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import { type Survivor, startSurvivor } from '../exec/background-process.ts';
import { onStopSignal, type StopSignal, signalStatus } from '../exec/signals.ts';
import { probeFacts } from '../host/facts.ts';
import { lessonText } from '../host/lessons.ts';
import { newOperationId } from '../host/operation.ts';
import { chooseLanguage, LANG_OPTION, type Language } from '../lang/choose-language.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { parseLesson } from '../lesson/parse-lesson.ts';
import { endLesson, planLesson } from '../plan/lesson/plan-lesson.ts';
import { LESSON_NAMES, type LessonName } from '../plan/lessons.ts';
import { nearNames, shown } from '../plan/names.ts';
import { lessonWords } from '../ui/lesson-text.ts';
import { execute } from './execute.ts';
import { type Ended, holdLesson } from './lesson-session.ts';
import { parseOptions } from './options.ts';

const OPTIONS = {
  ...LANG_OPTION,
  yes: { type: 'boolean', short: 'y' },
  print: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const help = `Learn what a container is: twelve lessons to read, run and break.

Examples
  tinydocker lesson                     list the lessons
  tinydocker lesson two-containers      take one: it waits for you at each block
  tinydocker lesson --yes pid-1         run all of it without waiting
  tinydocker lesson --print pid-1       only print it, as Markdown
  tinydocker lesson --lang zh pid-1     in Chinese

Usage
  tinydocker lesson [OPTIONS] [LESSON]

A lesson asks you to predict something, shows the commands that find it out,
runs them when you press Enter, and compares what they print with what it
expects. q and Enter quit. Without a terminal it does not wait.

Everything happens in a store and a directory of the lesson's own. Your images
and containers are not touched, and nothing is left: not when it ends, not after
q or Ctrl-C, and not after kill -9. As root and as an ordinary user.

Options
      --lang LANG    en or zh (Simplified Chinese); the default is the locale's
  -y, --yes          do not wait
      --print        print the lesson, run nothing
  -h, --help         print this text

Exit status
  0      done, or left with q
  1      something is not as the lesson expects, or could not be run
  2      there is no such lesson, or no such option
  128+n  ended by signal n; 130 is Ctrl-C
`;

/** Ends and removes what is left when we have ended, however that was. */
const WAIT_TEXT = 'trap "" INT HUP TERM QUIT; echo ready; cat <&3 >/dev/null; exec "$@"';

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'lesson', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const language = chooseLanguage(values.lang, process.env);
  const [word, surplus] = positionals;
  if (surplus !== undefined) throw usageError(`lesson takes one name, and got ${shown(surplus)} as well.`);
  if (word === undefined) {
    if (values.yes || values.print)
      throw usageError('lesson needs the name of a lesson for that.', 'tinydocker lesson lists them.');
    process.stdout.write(listed(language));
    return EXIT.ok;
  }
  const name = known(word);
  const text = lessonText(name, language);
  if (values.print) {
    process.stdout.write(text);
    return EXIT.ok;
  }
  const lesson = parsed(name, text);
  const waits = !values.yes && process.stdin.isTTY === true && process.stdout.isTTY === true;
  return take(name, lesson, { language, waits });
}

function known(word: string): LessonName {
  const name = LESSON_NAMES.find(candidate => candidate === word);
  if (name !== undefined) return name;
  const near = nearNames(word, LESSON_NAMES);
  throw usageError(
    `There is no lesson ${shown(word)}.`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'tinydocker lesson lists them.',
  );
}

function parsed(name: LessonName, text: string): Lesson {
  const result = parseLesson(text);
  if (result.ok) return result.value;
  throw new UserError(`The lesson ${name} is damaged: ${result.failures[0]?.message}.`, {
    hint: 'Install tinydocker again.',
  });
}

function listed(language: Language): string {
  const width = Math.max(...LESSON_NAMES.map(name => name.length));
  const lines = LESSON_NAMES.map(
    name => `${name.padEnd(width)}  ${parsed(name, lessonText(name, language)).summary}\n`,
  );
  return `${lines.join('')}\n${lessonWords(language).howTo}\n`;
}

async function take(
  name: LessonName,
  lesson: Lesson,
  how: { readonly language: Language; readonly waits: boolean },
): Promise<number> {
  const facts = probeFacts();
  const id = newOperationId();
  const program = [process.execPath, '--', process.argv[1] ?? ''];
  let signal: StopSignal | undefined;
  const stopListening = onStopSignal(received => {
    signal ??= received;
  });
  let ended: Ended | undefined;
  let survivor: Survivor | undefined;
  const hold = async (stopped: AbortSignal) => {
    survivor = startSurvivor(['sh', '-c', WAIT_TEXT, 'wait-for-end', ...endLesson({ id, facts })]);
    await survivor.ready;
    ended = await holdLesson(lesson, { ...how, facts, id, stopped });
  };
  const outcome = await execute(
    planLesson({ name, id, program, facts }),
    { quiet: true, pace: 0 },
    hold,
  ).finally(async () => {
    await survivor?.finish();
    stopListening();
  });
  if (ended === undefined || outcome.leftovers.length > 0) return outcome.status || EXIT.failure;
  tellEnd(name, ended, how.language);
  if (ended.type === 'stopped') return signalStatus(signal ?? 'SIGINT');
  return ended.type === 'left' || ended.bad === 0 ? EXIT.ok : EXIT.failure;
}

/** Said when everything is cleaned up, because it says so. */
function tellEnd(name: LessonName, ended: Ended, language: Language): void {
  const words = lessonWords(language);
  if (ended.type === 'failed') return;
  if (ended.type !== 'done') {
    process.stderr.write(`${words.left}\n`);
    return;
  }
  const { bad, checks } = ended;
  const next = LESSON_NAMES[LESSON_NAMES.indexOf(name) + 1];
  process.stdout.write(`${bad === 0 ? words.allGood(checks) : words.someBad(bad, checks)}\n`);
  if (next !== undefined) process.stdout.write(`${words.next(next)}\n`);
}
