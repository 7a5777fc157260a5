/** The lessons themselves: complete, readable, and the same in both languages but for the words. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LANGUAGES, type Language } from '../../src/lang/choose-language.ts';
import type { Lesson } from '../../src/lesson/lesson.ts';
import { parseLesson } from '../../src/lesson/parse-lesson.ts';
import { LESSON_NAMES, type LessonName } from '../../src/plan/lessons.ts';

const test = suite('lesson/lessons');

const SECTIONS: Readonly<Record<Language, readonly string[]>> = {
  en: ['Predict', 'Do', 'Look', 'Check', 'Break it', 'Why', 'The same without tinydocker'],
  zh: ['预测', '动手', '观察', '检验', '弄坏它', '为什么', '不用 tinydocker 做同样的事'],
};

/** As wide as a terminal; a Chinese character takes two columns. */
const WIDTH = 80;

const textOf = (name: LessonName, language: Language) =>
  readFileSync(join('lessons', language, `${name}.md`), 'utf8');

function lessonOf(name: LessonName, language: Language): Lesson {
  const result = parseLesson(textOf(name, language));
  assert.ok(result.ok, JSON.stringify(result));
  return (result as { value: Lesson }).value;
}

const blocksOf = ({ sections }: Lesson) =>
  sections.map(({ parts }) => parts.filter(({ type }) => type === 'block'));

for (const language of LANGUAGES) {
  test(`${language}: there are these, and no others`, () => {
    assert.equal(
      readdirSync(join('lessons', language)).sort(),
      LESSON_NAMES.map(name => `${name}.md`).sort(),
    );
  });
}

for (const name of LESSON_NAMES) {
  for (const language of LANGUAGES) {
    test(`${name}, ${language}: its sections`, () => {
      const { title, sections } = lessonOf(name, language);
      assert.equal(
        sections.map(({ heading }) => heading),
        [title, ...SECTIONS[language]],
      );
      for (const { heading, parts } of sections) assert.is.not(parts.length, 0, heading);
    });

    test(`${name}, ${language}: its text fits on a terminal`, () => {
      const { sections } = lessonOf(name, language);
      for (const part of sections.flatMap(({ parts }) => parts)) {
        if (part.type !== 'text') continue;
        for (const line of part.text.split('\n')) assert.ok(columns(line) <= WIDTH, line);
      }
    });

    test(`${name}, ${language}: it names only lessons that there are`, () => {
      const named = [...textOf(name, language).matchAll(/(?:lessons?|课程?) `([a-z0-9-]+)`/g)].map(
        ([, other = '']) => other,
      );
      for (const other of named) assert.ok((LESSON_NAMES as readonly string[]).includes(other), other);
    });
  }

  test(`${name}: the same blocks and expectations in both languages`, () => {
    assert.equal(blocksOf(lessonOf(name, 'zh')), blocksOf(lessonOf(name, 'en')));
  });
}

test('they belong to the package', () => {
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: readonly string[] };
  assert.ok(files.includes('lessons'));
});

/** What is not ASCII counts double, which is right for Chinese. */
function columns(line: string): number {
  return [...line].reduce((sum, character) => sum + (character > '\u2e7f' ? 2 : 1), 0);
}

test.run();
