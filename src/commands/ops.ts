/** `tinydocker ops`: what was run and done lately, command by command. */

import { existsSync } from 'node:fs';
import process from 'node:process';
import { EXIT, UserError, usageError } from '../errors.ts';
import {
  findOperation,
  listOperations,
  type Operation,
  readOperation,
  type StoredOperation,
} from '../host/operations.ts';
import { storePaths, storeRoot } from '../host/store-paths.ts';
import { shown } from '../plan/names.ts';
import { headerText, lineText } from '../record/format.ts';
import { age } from '../ui/age.ts';
import { type Headings, type Line, listing, parseFormat } from '../ui/listing.ts';
import { duration } from '../ui/messages.ts';
import { commandLineText, operationText } from '../ui/operation-text.ts';
import { visible } from '../ui/visible.ts';
import { parseOptions } from './options.ts';

export const help = `List what was run and done lately, and how it ended.

Examples
  tinydocker ops                            the last 20, newest first
  tinydocker ops --format '{{.ID}} {{.Status}} {{.Command}}'
  tinydocker ops show 7f3a                  every command of one
  tinydocker ops show --format json 7f3a >a.ndjson    its recording
  tinydocker replay @7f3a                   see it again

Usage
  tinydocker ops [OPTIONS] [show ID...]

Each command line that carries out a plan, whichever verb it is, leaves a
recording in the store; the last 200 are kept. An ID may be shortened as long as
it is the beginning of one only. STATUS is succeeded, failed, interrupted,
running, or broken off: whoever carried it out was killed; tinydocker prune
removes what that left. Values of variables are part of a command line: the
store's owner alone can read this.

Options
  -n, --limit NUMBER   how many to list (20)
      --no-trunc       do not shorten command lines
      --format FORMAT  table, json, a template as docker takes it, or one
                       behind the word table; with show: text, or json, which
                       is the recording
  -h, --help           print this text

Fields of templates
  .ID .Started .StartedAt .Duration .Status .ExitStatus .Command

Exit status
  0  done
  1  there is no such operation, or the store can not be read
  2  the command line is wrong
`;

const OPTIONS = {
  limit: { type: 'string', short: 'n' },
  'no-trunc': { type: 'boolean' },
  format: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

const HEADINGS: Headings = {
  ID: 'ID',
  Started: 'STARTED',
  StartedAt: 'STARTED AT',
  Duration: 'TOOK',
  Status: 'STATUS',
  ExitStatus: 'EXIT',
  Command: 'COMMAND',
};
const COLUMNS = ['ID', 'Started', 'Duration', 'Status', 'ExitStatus', 'Command'];

const DEFAULT_LIMIT = 20;
/** Characters of a command line that are shown. */
const SHORT_COMMAND = 60;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'ops', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [verb, ...ids] = positionals;
  if (verb !== undefined && verb !== 'show')
    throw usageError(`tinydocker ops has no verb ${shown(verb)}.`, `Did you mean ops show ${verb}?`);
  const paths = storePaths(storeRoot(process.getuid?.() === 0));
  if (verb === 'show') {
    if (ids.length === 0) throw usageError('Which operation?', 'tinydocker ops lists them.');
    const { format = 'text' } = values;
    if (format !== 'text' && format !== 'json')
      throw usageError(`--format ${shown(format)} is not known.`, 'An operation is shown as text or json.');
    const operations = ids.map(id => readOperation(findOperation(paths, id), Date.now()));
    const texts = operations.map(format === 'json' ? recordingText : detailsText);
    process.stdout.write(texts.join(format === 'json' ? '' : '\n'));
    return EXIT.ok;
  }
  const format = parseFormat(values.format, HEADINGS, COLUMNS);
  const whole = (values['no-trunc'] ?? false) || format.type !== 'table';
  const lines = listOperations(paths)
    .slice(0, limitOf(values.limit))
    .flatMap(stored => lineOf(stored, whole));
  process.stdout.write(listing(lines, format, HEADINGS));
  return EXIT.ok;
}

/** Nothing for one that has been removed meanwhile. */
function lineOf(stored: StoredOperation, whole: boolean): readonly Line[] {
  const now = Date.now();
  const base = {
    ID: stored.id,
    Started: age(now - stored.started),
    StartedAt: new Date(stored.started).toISOString(),
  };
  try {
    const { recording, status, exitStatus, milliseconds } = readOperation(stored, now);
    const command = commandLineText(recording);
    return [
      {
        ...base,
        Duration: duration(milliseconds),
        Status: status,
        ExitStatus: exitStatus === undefined ? '' : String(exitStatus),
        Command:
          whole || command.length <= SHORT_COMMAND ? command : `${command.slice(0, SHORT_COMMAND - 3)}...`,
      },
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return existsSync(stored.file)
      ? [{ ...base, Duration: '', Status: 'unreadable', ExitStatus: '', Command: '' }]
      : [];
  }
}

function recordingText({ recording: { header, lines } }: Operation): string {
  return headerText(header) + lines.map(lineText).join('');
}

function detailsText({ id, started, recording, status, exitStatus, milliseconds }: Operation): string {
  const { machine, tinydocker } = recording.header;
  const ended = exitStatus === undefined ? status : `${status}, exit status ${exitStatus}`;
  return [
    `${id}  ${commandLineText(recording)}`,
    `${ended}; began ${new Date(started).toISOString()} (${age(Date.now() - started)}), took ${duration(milliseconds)}`,
    `by ${machine.user === 'root' ? 'root' : 'an ordinary user'}, kernel ${visible(machine.kernel)}, tinydocker ${visible(tinydocker)}`,
    operationText(recording),
    '',
  ].join('\n');
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw usageError(`${shown(text)} is not a number of operations: write 1 or more.`);
  return Number(text);
}
