/** Where the lessons lie: beside dist/, in a checkout and in an installed package. */

import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { errorMessage, UserError } from '../errors.ts';
import type { Language } from '../lang/choose-language.ts';
import type { LessonName } from '../plan/lessons.ts';
import { readOwn } from './text-file.ts';

/** A lesson's text. Throws a UserError when it is not there. */
export function lessonText(name: LessonName, language: Language): string {
  try {
    const program = realpathSync(process.argv[1] ?? '');
    return readOwn(join(dirname(dirname(program)), 'lessons', language, `${name}.md`));
  } catch (error) {
    throw new UserError(`The lesson ${name} can not be read: ${errorMessage(error)}.`, {
      hint: 'It belongs to the package of tinydocker: install that again.',
    });
  }
}
