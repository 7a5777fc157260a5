/** What doctor found, for people: one paragraph for each fact. */

import type { Check, CheckStatus } from '../doctor/check.ts';
import { type Examination, examinationStatus } from '../doctor/examine.ts';
import { wrap } from '../plan/wrap.ts';
import type { Capabilities } from './capabilities.ts';
import { visible } from './visible.ts';

const COLUMNS = 80;

/** Differ by shape and by word, never by colour alone. */
const MARKS: Readonly<
  Record<CheckStatus, { readonly mark: string; readonly ascii: string; readonly word: string }>
> = {
  ok: { mark: '✔', ascii: '+', word: 'ok' },
  limit: { mark: '!', ascii: '!', word: 'limit' },
  fail: { mark: '✖', ascii: 'x', word: 'FAIL' },
};

/** The whole report; its marks are ASCII where the locale is not UTF-8. */
export function doctorText(
  examinations: readonly Examination[],
  { unicode }: Pick<Capabilities, 'unicode'>,
): string {
  const topics = examinations.map(({ topic, checks }) =>
    [topic, ...checks.flatMap(check => checkLines(check, unicode))].join('\n'),
  );
  return `${topics.join('\n\n')}\n\n${wrap(verdict(examinations), COLUMNS).join('\n')}\n`;
}

function checkLines({ status, fact, means, fix }: Check, unicode: boolean): readonly string[] {
  const { mark, ascii, word } = MARKS[status];
  const head = ` ${unicode ? mark : ascii} ${word.padEnd(5)} `;
  const indent = ' '.repeat(head.length);
  const text = wrap(visible(`${fact} ${means}`), COLUMNS - head.length);
  return [
    ...text.map((line, index) => (index === 0 ? head : indent) + line),
    // A command has to stay in one line, to be pasted.
    ...(fix === undefined || status === 'ok' ? [] : [`${indent}Fix: ${visible(fix)}`]),
  ];
}

function verdict(examinations: readonly Examination[]): string {
  const count = (wanted: CheckStatus) =>
    examinations.flatMap(({ checks }) => checks).filter(({ status }) => status === wanted).length;
  switch (examinationStatus(examinations)) {
    case 0:
      return 'Everything works: tinydocker run hello1 /bin/sh';
    case 1:
      return `Containers run here; what is marked "!" is missing (${count('limit')}).`;
    case 2:
      return `Containers can not run here until what is marked FAIL is mended (${count('fail')}).`;
  }
}
