/** The configuration of an image as the OCI image specification has it ("Image Configuration"), which docker's is too. */

import { failed, ok, type Result } from '../result.ts';
import type { ImageConfig, ImageRecord } from './image.ts';

export interface HistoryEntry {
  readonly created?: string;
  readonly created_by?: string;
  readonly comment?: string;
  readonly empty_layer?: boolean;
}

export interface OciConfig {
  readonly os: string;
  /** In Go's spelling: amd64, arm64. */
  readonly architecture: string;
  readonly created?: string;
  readonly config: ImageConfig;
  /** sha256 of the plain archive of each layer, 64 hexadecimal digits, lowest first. */
  readonly diffIds: readonly string[];
  readonly history: readonly HistoryEntry[];
}

/** Reads a configuration. Nothing in it is believed that does not have the specification's shape. */
export function parseOciConfig(text: string): Result<OciConfig> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return wrong('it is no JSON');
  }
  if (!isRecord(value)) return wrong('it is no JSON object');
  const { os, architecture, created, rootfs } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string')
    return wrong('it does not say for which machines it is');
  const diffIds = isRecord(rootfs) && isStrings(rootfs['diff_ids']) ? rootfs['diff_ids'] : undefined;
  if (diffIds === undefined || diffIds.length === 0) return wrong('it names no layers');
  if (!diffIds.every(id => /^sha256:[0-9a-f]{64}$/.test(id)))
    return wrong('it names its layers by something else than sha256');
  const config = imageConfig(value['config']);
  if (config === undefined) return wrong('its "config" does not have the shape that it should have');
  return ok({
    os,
    architecture,
    ...(typeof created === 'string' && !Number.isNaN(Date.parse(created)) ? { created } : {}),
    config,
    diffIds: diffIds.map(id => id.slice('sha256:'.length)),
    history: history(value['history']),
  });
}

/** The configuration of an image, as text: what it came with, or what says the same. `architecture` is that of this machine, in Go's spelling. */
export function ociConfigText(image: ImageRecord, architecture: string): string {
  return (
    image.source ??
    JSON.stringify({
      created: image.created,
      architecture,
      os: 'linux',
      config: image.config,
      rootfs: { type: 'layers', diff_ids: image.layers.map(({ digest }) => `sha256:${digest}`) },
      history: image.layers.map(() => ({ created: image.created, created_by: 'tinydocker image import' })),
    })
  );
}

/** Undefined when a part that we honour has another shape than it should have. */
function imageConfig(value: unknown): ImageConfig | undefined {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) return undefined;
  // Absent and null are the same, as Go writes both.
  const given = Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
  const checks: readonly (readonly [keyof ImageConfig, (part: unknown) => boolean])[] = [
    ['Cmd', isStrings],
    ['Entrypoint', isStrings],
    ['Env', isStrings],
    ['WorkingDir', isText],
    ['User', isText],
    ['Volumes', part => isRecord(part) && Object.values(part).every(isRecord)],
    ['Labels', part => isRecord(part) && Object.values(part).every(isText)],
    ['StopSignal', isText],
  ];
  if (!checks.every(([key, holds]) => given[key] === undefined || holds(given[key]))) return undefined;
  const kept = checks.flatMap(([key]) =>
    given[key] === undefined || given[key] === '' ? [] : [[key, given[key]] as const],
  );
  return Object.fromEntries(kept);
}

function history(value: unknown): readonly HistoryEntry[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map(entry => ({
    ...(isText(entry['created']) ? { created: entry['created'] } : {}),
    ...(isText(entry['created_by']) ? { created_by: entry['created_by'] } : {}),
    ...(isText(entry['comment']) ? { comment: entry['comment'] } : {}),
    ...(entry['empty_layer'] === true ? { empty_layer: true } : {}),
  }));
}

function wrong(why: string): Result<never> {
  return failed({
    code: 'bad-image-config',
    message: `The image's configuration can not be used: ${why}.`,
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
