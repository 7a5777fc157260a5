/** Which reporter: from the options, the environment and the terminal. */

import process from 'node:process';
import { usageError } from '../errors.ts';
import { chooseLanguage, type Language } from '../lang/choose-language.ts';
import { nearNames, shown } from '../plan/names.ts';
import { type Capabilities, capabilities } from './capabilities.ts';
import { jsonReporter } from './json.ts';
import { plainReporter } from './plain.ts';
import { quietReporter } from './quiet.ts';
import { PROGRESS_MODES, type ProgressMode, type Reporter, type Write } from './reporter.ts';
import { ttyReporter } from './tty.tsx';

export interface ReporterChoice {
  /** As typed for --progress. */
  readonly progress?: string;
  readonly quiet: boolean;
  /** `auto` comes to `silent`, on a terminal too. */
  readonly silent?: boolean;
  /** The language of --lang; without it the locale's. */
  readonly lang?: Language;
  /** Milliseconds that pass before each step. */
  readonly pace: number;
}

/** What is used in the end; `silent` is `quiet` with notes: what `auto` comes to where nobody watches. */
export type ShownMode = Exclude<ProgressMode, 'auto'> | 'silent';

/** The reporter for stderr. Throws a usage error for a mode that does not exist. */
export function chooseReporter(choice: ReporterChoice): Reporter {
  const able = capabilities(process.stderr, process.env);
  return reporterFor(shownMode(choice, process.env, able), process.stderr, able, {
    paced: choice.pace > 0,
    language: choice.lang ?? chooseLanguage(undefined, process.env),
  });
}

/** The reporter of a mode, for a stream. */
export function reporterFor(
  mode: ShownMode,
  stream: NodeJS.WriteStream,
  able: Capabilities,
  options: { readonly paced: boolean; readonly language: Language; readonly keys?: string },
): Reporter {
  const { language } = options;
  // script(1) has the terminal in raw mode while a container is made, so every line end brings its carriage return.
  const write: Write = text => {
    stream.write(able.terminal ? text.replaceAll(/\r?\n/g, '\r\n') : text);
  };
  switch (mode) {
    case 'tty':
      return ttyReporter({
        ...{ write, stream, ...options },
        // Whoever reads Chinese here reads it as UTF-8, whatever the locale says.
        able: language === 'en' ? able : { ...able, unicode: true },
      });
    case 'plain':
      return plainReporter(write, language);
    case 'json':
      return jsonReporter(write);
    case 'quiet':
      return quietReporter(write, { notes: false });
    case 'silent':
      return quietReporter(write, { notes: true });
  }
}

/** -q before --progress before TINYDOCKER_PROGRESS. Throws a usage error for a mode that does not exist. */
export function shownMode(
  { progress, quiet, silent }: Pick<ReporterChoice, 'progress' | 'quiet' | 'silent'>,
  environment: Readonly<Record<string, string | undefined>>,
  able: Capabilities,
): ShownMode {
  const asked =
    progress === undefined
      ? mode(environment['TINYDOCKER_PROGRESS'] || 'auto', 'the variable TINYDOCKER_PROGRESS')
      : mode(progress, '--progress');
  if (quiet) return 'quiet';
  // Erase codes in a file help nobody: without a terminal, `tty` comes down to sentences.
  if (asked === 'tty') return able.terminal ? 'tty' : 'plain';
  if (asked !== 'auto') return asked;
  if (silent) return 'silent';
  return able.redraws ? 'tty' : able.terminal ? 'plain' : 'silent';
}

function mode(text: string, source: string): ProgressMode {
  const known = PROGRESS_MODES.find(candidate => candidate === text);
  if (known !== undefined) return known;
  const near = nearNames(text, PROGRESS_MODES);
  throw usageError(
    `${shown(text)} is not a value for ${source}: there are ${PROGRESS_MODES.join(', ')}.`,
    near.length > 0 ? `Did you mean ${near.join(' or ')}?` : undefined,
  );
}
