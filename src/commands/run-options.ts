/** The command line of `run`: from words to a request. Nothing of the machine is looked at but the files and variables that options name. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import type { DebugOptions } from '../debug/state.ts';
import { failureError, UserError, usageError, valueOf } from '../errors.ts';
import { askedLanguage, type Language } from '../lang/choose-language.ts';
import { DEFAULT_LOG_MAX } from '../plan/defaults.ts';
import { parseSignal } from '../plan/life/signals.ts';
import { containerNameFailure, DEFAULT_IMAGE, parseImageName, shown } from '../plan/names.ts';
import type { RunRequest, TmpfsMount, Volume } from '../plan/request.ts';
import { byteSize, milliseconds, parseOptions } from './options.ts';
import { PLAN_OPTIONS, recordFile } from './plan-options.ts';
import { parseVariables, reasonOf, wantsTerminal } from './process-options.ts';
import { UNSUPPORTED } from './unsupported.ts';

/** For parseArgs; run-help.ts and the man page describe each. */
export const RUN_OPTIONS = {
  image: { type: 'string' },
  name: { type: 'string' },
  env: { type: 'string', short: 'e', multiple: true },
  'env-file': { type: 'string', multiple: true },
  workdir: { type: 'string', short: 'w' },
  user: { type: 'string', short: 'u' },
  hostname: { type: 'string', short: 'h' },
  volume: { type: 'string', short: 'v', multiple: true },
  tmpfs: { type: 'string', multiple: true },
  'read-only': { type: 'boolean' },
  entrypoint: { type: 'string' },
  interactive: { type: 'boolean', short: 'i' },
  tty: { type: 'boolean', short: 't' },
  detach: { type: 'boolean', short: 'd' },
  init: { type: 'boolean' },
  'stop-signal': { type: 'string' },
  'log-max': { type: 'string' },
  rm: { type: 'boolean' },
  keep: { type: 'boolean' },
  commit: { type: 'string' },
  step: { type: 'boolean' },
  break: { type: 'string', multiple: true },
  ...PLAN_OPTIONS,
  // -h is the hostname, as docker has it.
  help: { type: 'boolean' },
} as const;

export const RUN_FORMATS = ['sh', 'json', 'oci'] as const;
export type RunFormat = (typeof RUN_FORMATS)[number];

export interface RunCommandLine {
  readonly request: RunRequest;
  /** The name, with its tag, of the image that the container's changes become when it has ended. */
  readonly commit?: string;
  /** In the background, with a log of at most so many bytes. */
  readonly background?: { readonly logMax: number };
  readonly dryRun: boolean;
  readonly format: RunFormat;
  readonly failAt?: string;
  /** With the debugger. */
  readonly debug?: DebugOptions;
  /** Milliseconds to wait before each step. */
  readonly pace: number;
  /** As typed; src/ui/reporter.ts knows the values. */
  readonly progress?: string;
  readonly lang?: Language;
  readonly quiet: boolean;
  /** The file to record in. */
  readonly record?: string;
  /** Sentences for the user about what was left out. */
  readonly notes: readonly string[];
}

/** The least that a log may take, in bytes: each of its two files has to hold a line. */
const LEAST_LOG = 64 * 1024;

/** Options of tmpfs(5) and mount(8) that a user may give. */
const TMPFS_OPTION =
  /^(rw|ro|(no)?(exec|suid)|nodev|(size|nr_blocks|nr_inodes)=\d+[kmgKMG%]?|mode=[0-7]{3,4}|[ug]id=\d+)$/;

/** Variables that the shell, which becomes the command, sets itself: they would reach the command with the shell's value. */
const SHELL_VARIABLES = new Set(['PWD', 'OLDPWD', 'SHLVL', '_', 'OPTIND', 'PPID']);

/** Parses the words after `run`. Returns `help` when the user asked for it. Throws a usage error that says what is wrong. */
export function parseRun(argv: readonly string[]): RunCommandLine | 'help' {
  const { values, positionals } = parseOptions(argv, RUN_OPTIONS, { verb: 'run', unsupported: UNSUPPORTED });
  if (values.help) return 'help';
  if (values.rm && values.keep)
    throw usageError(
      '--rm and --keep contradict each other: one removes the writable layer, the other keeps it.',
    );
  if (values.init && values.format === 'oci')
    throw usageError('--format oci can not say --init: its config.json is for a runtime that has its own.');
  const dryRun = values['dry-run'] ?? false;
  const background = backgroundOf(values);
  const debug = debugOf(values);
  const { name, image, command } = subjects(values, positionals);
  const fault = containerNameFailure(name);
  if (fault !== undefined) throw failureError([fault]);
  const imageName = valueOf(parseImageName(image));
  const variables = parseVariables(values['env-file'] ?? [], values.env ?? []);
  const terminal =
    values.tty ?? (background === undefined && wantsTerminal(values.interactive ?? false, dryRun));
  return {
    request: {
      name,
      image: imageName,
      ...(command.length > 0 ? { command } : {}),
      ...(values.entrypoint === undefined ? {} : { entrypoint: values.entrypoint }),
      env: variables.filter(([variable]) => !SHELL_VARIABLES.has(variable)),
      ...(values.workdir === undefined ? {} : { workdir: values.workdir }),
      ...(values.user === undefined ? {} : { user: values.user }),
      ...(values.hostname === undefined ? {} : { hostname: values.hostname }),
      volumes: (values.volume ?? []).map(volume => parseVolume(volume, dryRun)),
      tmpfs: (values.tmpfs ?? []).map(parseTmpfs),
      readOnly: values['read-only'] ?? false,
      interactive: (values.interactive ?? false) || terminal,
      terminal,
      term: process.env['TERM'] || 'xterm',
      // As docker does it: nobody has seen the output yet.
      keep: values.keep ?? (background !== undefined && !values.rm),
      init: values.init ?? false,
      ...(values['stop-signal'] === undefined
        ? {}
        : { stopSignal: valueOf(parseSignal(values['stop-signal'])).name }),
    },
    ...(background === undefined ? {} : { background }),
    ...(values.commit === undefined ? {} : { commit: valueOf(parseImageName(values.commit)) }),
    dryRun,
    format: format(values.format, dryRun),
    ...(values['fail-at'] === undefined ? {} : { failAt: values['fail-at'] }),
    ...(debug === undefined ? {} : { debug }),
    pace: milliseconds(values.pace),
    ...(values.progress === undefined ? {} : { progress: values.progress }),
    ...askedLanguage(values.lang),
    quiet: values.quiet ?? false,
    ...(values.record === undefined ? {} : { record: recordFile(values.record, dryRun) }),
    notes: shellVariables(variables).map(
      variable => `the variable ${variable} is left out: the shell that becomes your command sets it itself`,
    ),
  };
}

/** The options of a run in the background. Throws a usage error for those that do not go together. */
function backgroundOf(values: {
  readonly detach?: boolean;
  readonly commit?: string;
  readonly 'log-max'?: string;
}): { readonly logMax: number } | undefined {
  const max = values['log-max'];
  if (!values.detach) {
    if (max !== undefined) throw usageError('--log-max goes with -d: in the foreground, output goes to you.');
    return undefined;
  }
  if (values.commit !== undefined)
    throw usageError(
      '--commit does not go with -d.',
      'When the container has ended: tinydocker commit NAME IMAGE.',
    );
  const logMax = max === undefined ? DEFAULT_LOG_MAX : byteSize(max);
  if (logMax < LEAST_LOG) throw usageError('--log-max is at least 64k: two lines may take as much.');
  return { logMax };
}

/** What the debugger is to do. Throws a usage error for options that leave nobody to ask, or nothing to step through. */
function debugOf(values: {
  readonly step?: boolean;
  readonly break?: readonly string[];
  readonly detach?: boolean;
  readonly quiet?: boolean;
  readonly 'dry-run'?: boolean;
  readonly pace?: string;
  readonly progress?: string;
  readonly tty?: boolean;
}): DebugOptions | undefined {
  if (!values.step && values.break === undefined) return undefined;
  const option = values.step ? '--step' : '--break';
  if (values['dry-run'])
    throw usageError(
      `${option} does not go with --dry-run: that does no step.`,
      'It prints them all at once.',
    );
  if (values.detach)
    throw usageError(`${option} does not go with -d: a debugger needs somebody in front of it.`);
  if (values.quiet) throw usageError(`${option} does not go with -q: a debugger has to say something.`);
  if (values.pace !== undefined)
    throw usageError(`${option} does not go with --pace: it waits for you, and not for the clock.`);
  if (values.progress === 'json' || values.progress === 'quiet')
    throw usageError(
      `${option} does not go with --progress ${values.progress}: a debugger talks with a person.`,
      '--progress plain makes it speak in lines.',
    );
  if (values.tty && !process.stdin.isTTY)
    throw usageError(
      `${option} with -t needs a terminal as its stdin: what is typed for the debugger and for the container would come from one pipe.`,
    );
  return { step: values.step ?? false, breakpoints: values.break ?? [] };
}

/** `run NAME [COMMAND]`, `run --name NAME IMAGE [COMMAND]` (docker's form), or both options and only the command. */
function subjects(
  values: { readonly name?: string; readonly image?: string },
  positionals: readonly string[],
): { readonly name: string; readonly image: string; readonly command: readonly string[] } {
  const [first, ...rest] = positionals;
  if (values.name !== undefined && values.image !== undefined)
    return { name: values.name, image: values.image, command: positionals };
  if (values.name !== undefined) {
    if (first === undefined)
      throw usageError('With --name, the image comes first: tinydocker run --name NAME IMAGE [COMMAND...].');
    return { name: values.name, image: first, command: rest };
  }
  if (first === undefined)
    throw usageError('A container needs a name.', 'For example: tinydocker run hello1 /bin/sh');
  return { name: first, image: values.image ?? DEFAULT_IMAGE, command: rest };
}

/** The names among them that only the shell sets, each once. */
function shellVariables(variables: readonly (readonly [string, string])[]): readonly string[] {
  return [...new Set(variables.map(([name]) => name).filter(name => SHELL_VARIABLES.has(name)))];
}

/** `host:container[:ro|rw]`. A relative source is taken from the present directory; it has to exist, because a typing mistake should not make a directory. */
function parseVolume(text: string, dryRun: boolean): Volume {
  const parts = text.split(':');
  const mode = parts.length > 2 ? parts.pop() : 'rw';
  const [source = '', target = ''] = parts;
  if (parts.length !== 2 || source === '' || target === '' || (mode !== 'ro' && mode !== 'rw'))
    throw usageError(
      `${shown(text)} is not a volume: write HOST-PATH:CONTAINER-PATH, or HOST-PATH:CONTAINER-PATH:ro.`,
      text.split(':').length > 3
        ? 'A path that contains ":" can not be mounted: give it another name with a symbolic link.'
        : undefined,
    );
  if (!target.startsWith('/'))
    throw usageError(`The volume's target ${shown(target)} is not an absolute path.`);
  if (!source.includes('/') && source !== '.' && source !== '..')
    throw usageError(
      `${shown(source)} is a named volume, and tinydocker has none: it mounts paths.`,
      `For a directory here, write -v ./${source}:${target}`,
    );
  const absolute = absoluteSource(source);
  if (!dryRun) checkSource(absolute);
  return { source: absolute, target, readOnly: mode === 'ro' };
}

/** Throws a UserError when the path is a relative one, and the working directory has been removed. */
function absoluteSource(source: string): string {
  try {
    return resolve(source);
  } catch {
    throw new UserError(
      `The volume's source ${shown(source)} can not be mounted: the working directory has been removed.`,
      { hint: 'Go to a directory that exists, or give an absolute path.' },
    );
  }
}

function checkSource(source: string): void {
  try {
    statSync(source);
  } catch (error) {
    throw sourceError(source, error);
  }
}

function sourceError(source: string, error: unknown): UserError {
  return failureError([
    {
      code: 'no-volume-source',
      message: `The volume's source ${shown(source)} can not be mounted: ${reasonOf(error)}.`,
      hint: 'Make it first, or correct the path.',
    },
  ]);
}

function parseTmpfs(text: string): TmpfsMount {
  const colon = text.indexOf(':');
  const target = colon < 0 ? text : text.slice(0, colon);
  const options =
    colon < 0
      ? []
      : text
          .slice(colon + 1)
          .split(',')
          .filter(Boolean);
  if (!target.startsWith('/'))
    throw usageError(`The target ${shown(target)} of --tmpfs is not an absolute path.`);
  const odd = options.find(option => !TMPFS_OPTION.test(option));
  if (odd !== undefined)
    throw usageError(
      `${shown(odd)} is not an option of a tmpfs.`,
      'Known are size=, mode=, uid=, gid=, nr_inodes=, ro, exec, suid: --tmpfs /scratch:size=64m,mode=1777.',
    );
  return { target, options };
}

function format(text: string | undefined, dryRun: boolean): RunFormat {
  if (text === undefined) return 'sh';
  const known = RUN_FORMATS.find(candidate => candidate === text);
  if (known === undefined)
    throw usageError(`${shown(text)} is not a format: there are ${RUN_FORMATS.join(', ')}.`);
  if (!dryRun) throw usageError('--format says how a plan is printed, so it goes with --dry-run.');
  return known;
}
