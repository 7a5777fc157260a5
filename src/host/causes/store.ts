/** The store can not be written: read-only, full, somebody else's, incomplete. */

import { existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { mountOf } from '../mount-table.ts';
import { userName } from '../user-name.ts';
import { isWritable, nearestDirectory } from '../writable.ts';
import type { Cause, Diagnosis } from './scene.ts';
import { says } from './scene.ts';

const ELSEWHERE = 'TINYDOCKER_ROOT=/another/directory puts the store elsewhere.';

/** Fewer free inodes than this, and it is they that ran out: undoing has freed some meanwhile. */
const FEW_INODES = 64;

export const storeNotWritable: Cause = scene => {
  const { step, store } = scene;
  if (step.where.type !== 'host' || step.id === 'start-init') return undefined;
  if (says(scene, 'EDQUOT'))
    return {
      cause: `Your disk quota on ${mountPoint(store)} is used up, so nothing can be written to the store ${store}.`,
      hint: `quota(1) shows it. Remove something of yours, or: ${ELSEWHERE}`,
      lesson: 'where-writes-go',
    };
  if (says(scene, 'ENOSPC')) return full(store);
  if (says(scene, 'EROFS')) return readOnly(store);
  if (says(scene, 'EACCES') || says(scene, 'EPERM')) return notOurs(store);
  if (says(scene, 'ENOENT')) return incomplete(store);
  return undefined;
};

function full(store: string): Diagnosis {
  const { files, ffree } = statfsSync(store);
  if (files > 0 && ffree < FEW_INODES)
    return {
      cause: `The file system of the store ${store} has no inodes left: it holds as many files as it can.`,
      hint: `df -i ${store} shows it. Remove files there, or: ${ELSEWHERE}`,
      lesson: 'where-writes-go',
    };
  return {
    cause: `The disk is full: there is no space left on ${mountPoint(store)}, where the store ${store} is.`,
    hint: `df -h ${store} shows it. Remove something there, or: ${ELSEWHERE}`,
    lesson: 'where-writes-go',
  };
}

function readOnly(store: string): Diagnosis | undefined {
  const mount = mountOf(join(store, 'containers'));
  const isReadOnly = mount !== undefined && [...mount.options, ...mount.superOptions].includes('ro');
  if (!isReadOnly) return undefined;
  return {
    cause: `The store ${store} is read-only: ${mount.mountPoint} is mounted with the option "ro".`,
    hint: `mount -o remount,rw ${mount.mountPoint} makes it writable, or: ${ELSEWHERE}`,
    lesson: 'where-writes-go',
  };
}

function notOurs(store: string): Diagnosis | undefined {
  const directory = ['', 'containers'].map(name => join(store, name)).find(path => !isWritable(path));
  if (directory === undefined) return undefined;
  const owner = statSync(nearestDirectory(directory)).uid;
  const you = process.getuid?.() ?? 0;
  if (owner !== you)
    return {
      cause: `You may not write to the store: ${directory} belongs to ${nameOf(owner)}, and you are ${nameOf(you)}.`,
      hint: 'Each user has a store of their own: unset TINYDOCKER_ROOT, or let it name a directory of yours.',
      lesson: 'where-writes-go',
    };
  return {
    cause: `You may not write to the store: the mode of ${directory} forbids it.`,
    hint: `chmod u+rwx ${directory} allows it.`,
    lesson: 'where-writes-go',
  };
}

function incomplete(store: string): Diagnosis | undefined {
  const directory = join(store, 'containers');
  if (existsSync(directory)) return undefined;
  return {
    cause: `The store ${store} has no directory for containers.`,
    hint: `mkdir -m 0700 ${directory} makes it.`,
    lesson: 'where-writes-go',
  };
}

function mountPoint(path: string): string {
  return mountOf(path)?.mountPoint ?? path;
}

function nameOf(uid: number): string {
  return userName(uid) ?? `uid ${uid}`;
}
