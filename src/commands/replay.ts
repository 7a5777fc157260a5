/** `tinydocker replay`: shows a recording as if it happened now, or as a file for others. Needs no privileges and no Linux. */

import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, usageError } from '../errors.ts';
import { findOperation } from '../host/operations.ts';
import { readRecordingFile } from '../host/recording-file.ts';
import { storePaths, storeRoot } from '../host/store-paths.ts';
import { chooseLanguage, LANG_OPTION } from '../lang/choose-language.ts';
import { planTranslator, screenTranslator } from '../lang/translator.ts';
import { shown } from '../plan/names.ts';
import { endingOf } from '../record/progress.ts';
import type { Recording } from '../record/read.ts';
import { capabilities } from '../ui/capabilities.ts';
import { reporterFor, shownMode } from '../ui/choose-reporter.ts';
import { EXPORT_FORMATS, type ExportFormat, exported, formatOfFile } from '../ui/export-recording.ts';
import { messageText } from '../ui/messages.ts';
import { play, type Timing } from '../ui/player.ts';
import { milliseconds, parseOptions } from './options.ts';
import { Quit, stepKeys } from './step-keys.ts';
import { writeOutput } from './write-output.ts';

export const help = `Show a recording, as if it happened now, or as a file for others.

Examples
  tinydocker run --record a.ndjson hello1 true    makes a recording
  tinydocker replay a.ndjson                      shows it
  tinydocker replay --pace 400ms a.ndjson         slowly, step by step
  tinydocker replay --step a.ndjson               a key for each step
  tinydocker replay @7f3a                         one that tinydocker ops lists
  tinydocker replay --pace 400ms -o a.cast a.ndjson   for asciinema play
  tinydocker replay -o a.html a.ndjson            a page to step through

Usage
  tinydocker replay [OPTIONS] FILE|@ID

Nothing is carried out: a recording is shown on any machine, without privileges.
It has what was on the command line in it, values of variables included: look at
it before you give it away. What the container wrote and read is not in it.

How it is shown
      --speed FACTOR   2 is twice as fast, 0.5 half as fast
      --idle TIME      the longest pause: 500ms, 1s (2s)
      --pace TIME      the least time for each step: 400ms, 2s
      --step           wait for a key before each step; q ends it. Without a
                       terminal, for a line of stdin
      --progress MODE  auto, tty, plain, json or quiet
      --lang LANG      en or zh (Simplified Chinese); the default on a screen is
                       the locale's

As a file
      --format FORMAT  asciicast (version 3, a marker for each step), md
                       (Markdown), html (one page, no network) or text; if left
                       out, what the name of the output ends with says it:
                       .cast, .md, .html, .txt
  -o, --output FILE    where to write it; stdout if left out
  -h, --help           print this text

Exit status
  0    shown
  1    there is no such recording, or it can not be read
  2    the command line is wrong
  130  ended by Ctrl-C
`;

const OPTIONS = {
  speed: { type: 'string' },
  idle: { type: 'string' },
  pace: { type: 'string' },
  step: { type: 'boolean' },
  progress: { type: 'string' },
  ...LANG_OPTION,
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The longest pause, in milliseconds, when nobody says anything else: a container may have run for days. */
const IDLE_MS = 2000;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'replay', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const timing: Timing = {
    speed: speedOf(values.speed),
    idle: values.idle === undefined ? IDLE_MS : milliseconds(values.idle, 'a time for --idle'),
    pace: milliseconds(values.pace),
  };
  const format = formatOf(values.format, values.output);
  if (format !== undefined && (values.step || values.progress !== undefined))
    throw usageError('--step and --progress are for the screen: they do not go with an output file.');
  const [name, surplus] = positionals;
  if (name === undefined) throw usageError('Which recording?', 'For example: tinydocker replay a.ndjson');
  if (surplus !== undefined) throw usageError(`replay takes one recording, and got ${shown(surplus)} too.`);
  const recording = recordingOf(name);
  if (format !== undefined) {
    writeOutput(
      await exported(recording, format, timing, chooseLanguage(values.lang ?? 'en', {})),
      values.output,
    );
    tellBrokenOff(recording);
    return EXIT.ok;
  }
  return onScreen(recording, timing, values);
}

async function onScreen(
  recording: Recording,
  timing: Timing,
  {
    step = false,
    progress,
    lang,
  }: { readonly step?: boolean; readonly progress?: string; readonly lang?: string },
): Promise<number> {
  const able = capabilities(process.stdout, process.env);
  const asked = { quiet: false, ...(progress === undefined ? {} : { progress }) };
  const mode = shownMode(asked, {}, able);
  const keys = step ? stepKeys(process.stdin) : undefined;
  const language = chooseLanguage(lang, process.env);
  try {
    await play(recording, timing, {
      open: () =>
        reporterFor(mode === 'silent' ? 'plain' : mode, process.stdout, able, {
          paced: true,
          language,
          keys: step ? 'any key  next step      q  end' : 'Ctrl-C  end',
        }),
      pause: async time => {
        if (time > 0) await sleep(time);
      },
      ...(keys === undefined
        ? {}
        : {
            async beforeStep({ title }) {
              if (mode !== 'tty')
                process.stdout.write(
                  `${screenTranslator(language)('next')}: ${planTranslator(language)(title)}\n`,
                );
              await keys.next();
            },
          }),
    });
  } catch (error) {
    if (!(error instanceof Quit)) throw error;
    return error.status;
  } finally {
    keys?.close();
  }
  tellBrokenOff(recording);
  return EXIT.ok;
}

function tellBrokenOff(recording: Recording): void {
  if (endingOf(recording).ending !== 'no end') return;
  process.stderr.write(
    messageText({ kind: 'note', text: 'The recording breaks off here: how it ended is not in it.' }),
  );
}

/** "@ID" is one of the store's. */
function recordingOf(name: string): Recording {
  if (!name.startsWith('@')) return readRecordingFile(name);
  const paths = storePaths(storeRoot(process.getuid?.() === 0));
  return readRecordingFile(findOperation(paths, name.slice(1)).file);
}

function formatOf(format: string | undefined, output: string | undefined): ExportFormat | undefined {
  if (format === undefined) {
    if (output === undefined) return undefined;
    const known = formatOfFile(output);
    if (known === undefined)
      throw usageError(
        `What ${shown(output)} is to be can not be told from its name.`,
        `--format says it: ${EXPORT_FORMATS.join(', ')}.`,
      );
    return known;
  }
  const known = EXPORT_FORMATS.find(candidate => candidate === format);
  if (known === undefined)
    throw usageError(`${shown(format)} is not a format: there are ${EXPORT_FORMATS.join(', ')}.`);
  return known;
}

/** Throws a usage error for what is no factor between a hundredth and a thousand. */
function speedOf(text: string | undefined): number {
  if (text === undefined) return 1;
  const speed = /^\d{1,4}(\.\d{1,3})?$|^\.\d{1,3}$/.test(text) ? Number(text) : 0;
  if (speed < 0.01 || speed > 1000)
    throw usageError(`${shown(text)} is not a speed: write a factor from 0.01 to 1000, as 2 or 0.5.`);
  return speed;
}
