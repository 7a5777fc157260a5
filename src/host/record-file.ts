/** The record of a container, `container.json` in its directory, read and checked: whoever may write there may have changed it. */

import { join } from 'node:path';
import type { ContainerRecord } from '../plan/run/record.ts';
import type { SpecMount, SpecUser } from '../plan/spec.ts';
import { readOwn } from './text-file.ts';

type Json = Readonly<Record<string, unknown>>;

/** Undefined when there is none, or one that is no JSON object. What is missing in it, or is of another type than it should be, is as if nobody had asked for it. */
export function readRecord(directory: string): ContainerRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readOwn(join(directory, 'container.json')));
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const process = objectIn(value, 'process');
  return {
    version: 1,
    image: text(value['image']),
    layers: texts(value['layers']),
    ...(Array.isArray(value['frozen']) ? { frozen: texts(value['frozen']) } : {}),
    keep: value['keep'] === true,
    stdin: value['stdin'] === true,
    ...(typeof value['stopSignal'] === 'string' ? { stopSignal: value['stopSignal'] } : {}),
    ...(value['init'] === true ? { init: true } : {}),
    ...(isCount(value['logMax']) ? { logMax: value['logMax'] } : {}),
    process: {
      terminal: process['terminal'] === true,
      user: userOf(objectIn(process, 'user')),
      args: texts(process['args']),
      env: texts(process['env']),
      cwd: text(process['cwd']) || '/',
    },
    hostname: text(value['hostname']),
    readonly: value['readonly'] === true,
    mounts: list(value['mounts']).filter(isObject).map(mountOf),
    imageVolumes: texts(value['imageVolumes']),
  };
}

function userOf(user: Json): SpecUser {
  const id = (value: unknown) => (isCount(value) ? value : 0);
  return {
    uid: id(user['uid']),
    gid: id(user['gid']),
    additionalGids: list(user['additionalGids']).filter(isCount),
    umask: id(user['umask']),
  };
}

function mountOf(mount: Json): SpecMount {
  return {
    destination: text(mount['destination']),
    type: text(mount['type']),
    source: text(mount['source']),
    options: texts(mount['options']),
  };
}

function objectIn(value: Json, name: string): Json {
  return isObject(value[name]) ? value[name] : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function texts(value: unknown): readonly string[] {
  return list(value).filter(one => typeof one === 'string');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
