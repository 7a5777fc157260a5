/** The configuration of an image that is made of a container: its base's, as it is, with one more layer or several, and what the user changed. Pure. */

import { type Arg, arg, type Variable } from '../arg.ts';
import type { ImageConfig } from './image.ts';
import { parseOciConfig } from './oci-config.ts';

/** What the user changes; undefined leaves a field as it is. */
export interface ConfigChanges {
  /** Empty: the image has none. */
  readonly cmd?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly workdir?: string;
  readonly user?: string;
  readonly stopSignal?: string;
}

export interface Commit {
  readonly changes: ConfigChanges;
  /** ISO 8601. */
  readonly created: string;
  /** What made the layer: the container's command. */
  readonly createdBy: string;
  readonly message?: string;
  readonly author?: string;
}

export interface CommittedConfig {
  /** The OCI image configuration; it names the new layers by variables. */
  readonly source: Arg;
  readonly config: ImageConfig;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The new configuration, with layers of these digests, lowest first, at least one; those below the last were frozen by forks. `base` is the text of a sound
 * one; what we do not know in it stays. Throws a RangeError for one that is not sound, which whoever read it has refused already.
 */
export function committedConfig(base: string, digests: readonly Variable[], commit: Commit): CommittedConfig {
  const parsed = parseOciConfig(base);
  if (!parsed.ok) throw new RangeError(parsed.failures[0]?.message);
  const { diffIds, history } = parsed.value;
  const value = JSON.parse(base) as Json;
  const { created, createdBy, message, author } = commit;
  const by = author === undefined ? {} : { author };
  const entry = {
    created,
    created_by: createdBy,
    ...by,
    ...(message === undefined ? {} : { comment: message }),
  };
  const frozen = digests.slice(1).map(() => ({ created, created_by: 'tinydocker fork' }));
  // A history that is too short would tell of our layer as of a lower one.
  const untold = diffIds.slice(history.filter(({ empty_layer: empty }) => !empty).length).map(() => ({}));
  const next = {
    ...value,
    created,
    ...by,
    config: changedConfig(objectOf(value['config']), commit.changes),
    rootfs: { ...objectOf(value['rootfs']), diff_ids: diffIds.map(id => `sha256:${id}`) },
    history: [...(Array.isArray(value['history']) ? value['history'] : []), ...untold, ...frozen, entry],
  };
  const source = withDigests(next, digests);
  const config = parseOciConfig(JSON.stringify(next));
  if (!config.ok) throw new RangeError(config.failures[0]?.message);
  return { source, config: config.value.config };
}

/** As docker does: a new entrypoint drops the command that was meant for the old one. */
function changedConfig(
  config: Json,
  { cmd, entrypoint, env, labels, workdir, user, stopSignal }: ConfigChanges,
): Json {
  const next: Record<string, unknown> = { ...config };
  const set = (key: string, value: unknown, absent = false) => {
    if (absent) delete next[key];
    else if (value !== undefined) next[key] = value;
  };
  set('Entrypoint', entrypoint, entrypoint?.length === 0);
  set('Cmd', cmd, cmd === undefined ? entrypoint !== undefined : cmd.length === 0);
  if (env.length > 0) set('Env', withVariables(next['Env'], env));
  if (labels.length > 0) set('Labels', { ...objectOf(next['Labels']), ...Object.fromEntries(labels) });
  set('WorkingDir', workdir);
  set('User', user);
  set('StopSignal', stopSignal);
  return next;
}

/** Each name once, where it was. */
function withVariables(given: unknown, changed: ConfigChanges['env']): readonly string[] {
  const variables = new Map(
    (Array.isArray(given) ? given.map(String) : []).map(
      entry => [entry.split('=', 1)[0] ?? '', entry] as const,
    ),
  );
  for (const [name, value] of changed) variables.set(name, `${name}=${value}`);
  return [...variables.values()];
}

/** The JSON text with more entries at the end of rootfs.diff_ids. */
function withDigests(
  value: { readonly rootfs: { readonly diff_ids: readonly string[] } },
  digests: readonly Variable[],
): Arg {
  const text = JSON.stringify(value);
  let mark = '@digest@';
  while (text.includes(mark)) mark = `@${mark}`;
  const { rootfs } = value;
  const marked = {
    ...value,
    rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, ...digests.map(() => `sha256:${mark}`)] },
  };
  const [first = '', ...rest] = JSON.stringify(marked).split(mark);
  return rest.reduce<Arg>((whole, part, index) => arg`${whole}${digests[index] ?? ''}${part}`, first);
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}
