/** The options of `commit` that change the image's configuration, and those of docker that we know and refuse. */

import { usageError } from '../errors.ts';
import type { ConfigChanges } from '../plan/image/committed-config.ts';
import { shown } from '../plan/names.ts';

export const CONFIG_OPTIONS = {
  cmd: { type: 'string' },
  entrypoint: { type: 'string' },
  env: { type: 'string', short: 'e', multiple: true },
  workdir: { type: 'string', short: 'w' },
  user: { type: 'string', short: 'u' },
  label: { type: 'string', short: 'l', multiple: true },
  'stop-signal': { type: 'string' },
} as const;

const CHANGE =
  'each instruction has an option of its own here: --cmd, --entrypoint, --env, --workdir, --user, --label, --stop-signal';
const PAUSE =
  'a container that runs goes on running; commit it when it has ended (run --keep) for a copy that fits together';

export const UNSUPPORTED: Readonly<Record<string, string>> = {
  c: CHANGE,
  change: CHANGE,
  p: PAUSE,
  pause: PAUSE,
  'no-pause': PAUSE,
  squash: 'the layers below are shared with the base image, which costs nothing',
};

interface ConfigValues {
  readonly cmd?: string | undefined;
  readonly entrypoint?: string | undefined;
  readonly env?: readonly string[] | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly label?: readonly string[] | undefined;
  readonly 'stop-signal'?: string | undefined;
}

/** Throws a usage error for a value that an image's configuration can not have. */
export function configChanges(values: ConfigValues): ConfigChanges {
  const { cmd, entrypoint, env = [], workdir, user, label = [], 'stop-signal': stopSignal } = values;
  if (workdir !== undefined && !workdir.startsWith('/'))
    throw usageError(`The working directory ${shown(workdir)} is not an absolute path.`);
  if (user === '') throw usageError('The user of the image is an empty word.', 'Write -u root.');
  if (stopSignal !== undefined && !/^((SIG)?[A-Z][A-Z0-9]*([+-]\d+)?|\d{1,2})$/.test(stopSignal))
    throw usageError(`${shown(stopSignal)} is not a signal: write SIGTERM, or a number.`);
  return {
    ...(cmd === undefined ? {} : { cmd: words(cmd, '--cmd') ?? ['/bin/sh', '-c', cmd] }),
    ...(entrypoint === undefined ? {} : { entrypoint: words(entrypoint, '--entrypoint') ?? [entrypoint] }),
    env: env.map(entry => pair(entry, 'variable')),
    labels: label.map(entry => pair(entry.includes('=') ? entry : `${entry}=`, 'label')),
    ...(workdir === undefined ? {} : { workdir }),
    ...(user === undefined ? {} : { user }),
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}

/** A JSON array, none for an empty word; undefined for what is neither. */
function words(text: string, option: string): readonly string[] | undefined {
  if (text === '') return [];
  if (!text.trimStart().startsWith('[')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below.
  }
  if (Array.isArray(value) && value.every(word => typeof word === 'string' && !word.includes('\0')))
    return value;
  throw usageError(
    `${shown(text)} is not a list of words.`,
    `Write ${option} '["sleep", "60"]': a JSON array, with double quotes.`,
  );
}

function pair(entry: string, what: string): readonly [string, string] {
  const equals = entry.indexOf('=');
  if (equals < 1) throw usageError(`${shown(entry)} is not a ${what}: write NAME=value.`);
  return [entry.slice(0, equals), entry.slice(equals + 1)];
}
