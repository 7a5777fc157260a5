/** What a learner sees around a lesson's own text. */

import type { Language } from '../lang/choose-language.ts';
import type { Check } from '../lesson/check-output.ts';
import { visible, visibleLines } from './visible.ts';

interface Words {
  readonly asExpected: string;
  readonly notAsExpected: string;
  missing(line: string): string;
  readonly surplus: string;
  status(is: number, wanted: number): string;
  readonly run: string;
  readonly goOn: string;
  /** How many checks there were. */
  allGood(count: number): string;
  someBad(bad: number, count: number): string;
  next(name: string): string;
  readonly left: string;
  readonly howTo: string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    asExpected: 'as expected',
    notAsExpected: 'not as expected',
    missing: line => `this line was expected: ${line}`,
    surplus: 'nothing more was expected after this',
    status: (is, wanted) => `the exit status is ${is}; ${wanted} was expected`,
    run: 'Enter runs it, q quits: ',
    goOn: 'Enter goes on, q quits: ',
    allGood: count => `All ${count} checks are as expected. Everything is cleaned up.`,
    someBad: (bad, count) =>
      `${bad} of ${count} checks are not as expected: this machine does something else, which is worth finding out. Everything is cleaned up.`,
    next: name => `Next: tinydocker lesson ${name}`,
    left: 'Left. Everything is cleaned up.',
    howTo: 'tinydocker lesson NAME begins one. They can be done in any order.',
  },
  zh: {
    asExpected: '符合预期',
    notAsExpected: '与预期不符',
    missing: line => `应该出现这一行：${line}`,
    surplus: '此后不应再有输出',
    status: (is, wanted) => `退出状态是 ${is}，预期是 ${wanted}`,
    run: '按回车运行，输入 q 退出：',
    goOn: '按回车继续，输入 q 退出：',
    allGood: count => `${count} 项检查全部符合预期。一切都已清理干净。`,
    someBad: (bad, count) =>
      `${count} 项检查中有 ${bad} 项与预期不符：这台机器的行为有所不同，值得弄清原因。一切都已清理干净。`,
    next: name => `下一课：tinydocker lesson ${name}`,
    left: '已退出。一切都已清理干净。',
    howTo: 'tinydocker lesson NAME 开始一课。各课可以按任意顺序学习。',
  },
};

export function lessonWords(language: Language): Words {
  return WORDS[language];
}

/** A heading as Markdown has it; bold, to be found again when one scrolls back. */
export function headingText(heading: string, level: number, colour: boolean): string {
  const text = `${'#'.repeat(level)} ${heading}`;
  return colour ? `\u001b[1m${text}\u001b[22m` : text;
}

/** The commands of a block, set apart from the text as Markdown does it. */
export function scriptText(script: string): string {
  return script.replaceAll(/^(?=.)/gm, '    ');
}

/** What a block printed: safe for a terminal, and easy to tell from the lesson's own text. */
export function outputText(text: string): string {
  return text.trim() === ''
    ? ''
    : visibleLines(text)
        .map(line => `  | ${line}`.trimEnd())
        .join('\n');
}

/** How a check turned out, on one line. */
export function checkText(check: Check, status: number, language: Language, mark: string): string {
  const words = lessonWords(language);
  if (check.ok) return `${mark} ${words.asExpected}`;
  const what =
    check.status === undefined
      ? check.line === undefined
        ? words.surplus
        : words.missing(visible(check.line))
      : words.status(status, check.status);
  return `${mark} ${words.notAsExpected}: ${what}`;
}
