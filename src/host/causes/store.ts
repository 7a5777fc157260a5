/** The store can not be written: read-only, full, somebody else's, incomplete. */

import { existsSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type MountEntry, mountOf } from '../mount-table.ts';
import { userName } from '../user-name.ts';
import { isWritable, nearestDirectory } from '../writable.ts';
import type { Cause, Check, Diagnosis, Scene } from './scene.ts';
import { says } from './scene.ts';

const ELSEWHERE = 'TINYDOCKER_ROOT=/another/directory puts the store elsewhere.';

/** Fewer free inodes than this, and it is they that ran out: undoing has freed some meanwhile. */
const FEW_INODES = 64;

export const storeNotWritable: Cause = scene => {
  const { step, store } = scene;
  if (step.where.type !== 'host' || step.id === 'start-init') return undefined;
  const found = problem(scene);
  if (found === undefined) return undefined;
  const { culprit, ...diagnosis } = found;
  return {
    ...diagnosis,
    // A few blocks may be free again by now: what the kernel said then counts.
    checked: looks(store).map(check =>
      check.what === culprit ? { ...check, holds: culprit === LOOKS.readOnly, culprit: true } : check,
    ),
    lesson: 'where-writes-go',
  };
};

/** What can be wrong with a store, as statements; the culprit is one of them. */
const LOOKS = {
  complete: '$STORE/containers is there',
  readOnly: 'it is mounted read-only',
  ours: 'you may write to it',
  inodes: 'inodes are left',
  space: 'space is left',
} as const;

interface Problem extends Diagnosis {
  readonly culprit?: (typeof LOOKS)[keyof typeof LOOKS];
}

function looks(store: string): readonly Check[] {
  const containers = join(store, 'containers');
  const { files, ffree, bavail } = statfsSync(nearestDirectory(containers));
  return [
    { what: LOOKS.complete, holds: existsSync(containers) },
    { what: LOOKS.readOnly, holds: isReadOnly(mountOf(containers)) },
    { what: LOOKS.ours, holds: ['', 'containers'].every(name => isWritable(join(store, name))) },
    { what: LOOKS.inodes, holds: files === 0 || ffree >= FEW_INODES },
    { what: LOOKS.space, holds: bavail > 0 },
  ];
}

function isReadOnly(mount: MountEntry | undefined): boolean {
  return mount !== undefined && [...mount.options, ...mount.superOptions].includes('ro');
}

function problem(scene: Scene): Problem | undefined {
  const { store } = scene;
  if (says(scene, 'EDQUOT'))
    return {
      cause: `Your disk quota on ${mountPoint(store)} is used up, so nothing can be written to the store ${store}.`,
      hint: `quota(1) shows it. Remove something of yours, or: ${ELSEWHERE}`,
    };
  if (says(scene, 'ENOSPC')) return full(store);
  if (says(scene, 'EROFS')) return readOnly(store);
  if (says(scene, 'EACCES') || says(scene, 'EPERM')) return notOurs(store);
  if (says(scene, 'ENOENT')) return incomplete(store);
  return undefined;
}

function full(store: string): Problem {
  const { files, ffree } = statfsSync(store);
  if (files > 0 && ffree < FEW_INODES)
    return {
      cause: `The file system of the store ${store} has no inodes left: it holds as many files as it can.`,
      culprit: LOOKS.inodes,
      hint: `df -i ${store} shows it. Remove files there, or: ${ELSEWHERE}`,
    };
  return {
    cause: `The disk is full: there is no space left on ${mountPoint(store)}, where the store ${store} is.`,
    culprit: LOOKS.space,
    hint: `df -h ${store} shows it. Remove something there, or: ${ELSEWHERE}`,
  };
}

function readOnly(store: string): Problem | undefined {
  const mount = mountOf(join(store, 'containers'));
  if (mount === undefined || !isReadOnly(mount)) return undefined;
  return {
    cause: `The store ${store} is read-only: ${mount.mountPoint} is mounted with the option "ro".`,
    culprit: LOOKS.readOnly,
    hint: `mount -o remount,rw ${mount.mountPoint} makes it writable, or: ${ELSEWHERE}`,
  };
}

function notOurs(store: string): Problem | undefined {
  const directory = ['', 'containers'].map(name => join(store, name)).find(path => !isWritable(path));
  if (directory === undefined) return undefined;
  const owner = statSync(nearestDirectory(directory)).uid;
  const you = process.getuid?.() ?? 0;
  if (owner !== you)
    return {
      cause: `You may not write to the store: ${directory} belongs to ${nameOf(owner)}, and you are ${nameOf(you)}.`,
      culprit: LOOKS.ours,
      hint: 'Each user has a store of their own: unset TINYDOCKER_ROOT, or let it name a directory of yours.',
    };
  return {
    cause: `You may not write to the store: the mode of ${directory} forbids it.`,
    culprit: LOOKS.ours,
    hint: `chmod u+rwx ${directory} allows it.`,
  };
}

function incomplete(store: string): Problem | undefined {
  const directory = join(store, 'containers');
  if (existsSync(directory)) return undefined;
  return {
    cause: `The store ${store} has no directory for containers.`,
    culprit: LOOKS.complete,
    hint: `mkdir -m 0700 ${directory} makes it.`,
  };
}

function mountPoint(path: string): string {
  return mountOf(path)?.mountPoint ?? path;
}

function nameOf(uid: number): string {
  return userName(uid) ?? `uid ${uid}`;
}
