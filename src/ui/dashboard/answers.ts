/** What is typed as an answer to a question of the dashboard, as a command line. Pure. */

import { command, type Outcome, refused } from './actions.ts';
import type { Prompt } from './state.ts';

/** What an answer leads to; undefined when it is no answer. */
export function answered(prompt: Prompt): Outcome | undefined {
  const text = prompt.line.text.trim();
  const { container = '' } = prompt;
  switch (prompt.kind) {
    case 'confirm':
      return /^y(es)?$/i.test(text) && prompt.words !== undefined
        ? command('beside', ...prompt.words)
        : undefined;
    case 'commit':
      return text === '' ? undefined : command('beside', 'commit', container, text);
    case 'fork':
      return text === '' ? undefined : command('beside', 'fork', container, text);
    case 'run':
      return typed(['run'], text);
    case 'debug':
      return typed(['run', '--step'], text);
    case 'lesson':
      return text === '' ? command('page', 'lesson') : typed(['lesson'], text);
    case 'command':
      return text === '' ? undefined : typed([], text);
    case 'filter':
      return undefined;
  }
}

function typed(before: readonly string[], text: string): Outcome {
  const words = wordsOf(text);
  if (words === undefined) return refused('A quote is opened, and not closed.');
  return command('terminal', ...before, ...words);
}

/** The words of a line as a shell takes them, as far as quotes and backslashes go: nothing is expanded. Undefined when a quote is open. */
export function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const match = /^(?:[^\s'"\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+/.exec(rest);
    if (match === null) return undefined;
    const [word] = match;
    words.push(
      word.replaceAll(
        /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
        (_, single, double, escaped) => single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped,
      ),
    );
    rest = rest.slice(word.length);
    if (rest !== '' && !/^\s/.test(rest)) return undefined;
    rest = rest.trimStart();
  }
  return words;
}
