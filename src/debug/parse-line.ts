/** A line of the prompt: a letter, and for some what belongs to it. Pure. */

import { nearNames, shown } from '../plan/names.ts';
import { failed, ok, type Result } from '../plan/result.ts';
import { type Command, type CommandType, commandOfKey, KEYS } from './command.ts';

/** What a line asks for; `edit` without a text still has to be asked for one. Fails with a sentence for a line that means nothing. */
export function parseLine(line: string): Result<Command | { readonly type: 'ask-edit' }> {
  const text = line.replace(/^[ \t]+|[ \t\r\n]+$/g, '');
  const [, key = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(text) ?? [];
  const type = commandOfKey(key);
  if (type === undefined) return refused(key);
  if (rest !== '' && !TAKES_MORE.has(type))
    return failed({
      code: 'no-such-command',
      message: `${key} takes nothing else.`,
      hint: 'One letter on a line; ? lists them.',
    });
  switch (type) {
    case 'edit':
      return ok(rest === '' ? { type: 'ask-edit' } : { type, text: rest });
    case 'break':
      return ok(rest === '' ? { type } : { type, step: rest });
    case 'host-shell':
    case 'inside-shell':
      return ok(rest === '' ? { type } : { type, line: rest });
    case 'export':
      return ok(rest === '' ? { type } : { type, file: rest });
    default:
      return ok({ type });
  }
}

const TAKES_MORE: ReadonlySet<CommandType> = new Set([
  'edit',
  'break',
  'host-shell',
  'inside-shell',
  'export',
]);

function refused(key: string): Result<never> {
  const near = KEYS.find(({ title }) => nearNames(key, [title]).length > 0);
  return failed({
    code: 'no-such-command',
    message: `${shown(key)} means nothing here.`,
    hint:
      near === undefined
        ? '? lists the keys.'
        : `Did you mean ${near.key} (${near.title})? ? lists the keys.`,
  });
}
