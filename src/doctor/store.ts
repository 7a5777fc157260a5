/** The store: where it is, whether it can be written, how much room there is. */

import { existsSync, statfsSync, statSync } from 'node:fs';
import process from 'node:process';
import { mountOf } from '../host/mount-table.ts';
import { isWritable, nearestDirectory } from '../host/writable.ts';
import type { Check, Topic } from './check.ts';

/** Less than this, in bytes, and an image will hardly fit. */
const LITTLE_ROOM = 64 << 20;

export const store: Topic = async ({ facts }) => {
  const root = facts.storeRoot;
  const writable = canWrite(root);
  return writable.status === 'ok' ? [writable, room(root)] : [writable];
};

function canWrite(root: string): Check {
  const id = 'store';
  const nearest = nearestDirectory(root);
  const mount = mountOf(root);
  const where = mount === undefined ? '' : ` on ${mount.type}, mounted on ${mount.mountPoint}`;
  if (isWritable(nearest))
    return {
      id,
      status: 'ok',
      fact: existsSync(root)
        ? `The store ${root} can be written (it is${where}).`
        : `The store ${root} does not exist yet, and can be made (it will be${where}).`,
      means: 'Images and containers have a place.',
    };
  const readOnly = [...(mount?.options ?? []), ...(mount?.superOptions ?? [])].includes('ro');
  const owner = statSync(nearest, { throwIfNoEntry: false })?.uid;
  return {
    id,
    status: 'fail',
    fact: readOnly
      ? `The store ${root} can not be written: ${mount?.mountPoint} is mounted read-only.`
      : `The store ${root} can not be written: ${nearest} belongs to uid ${owner}, and you are uid ${process.getuid?.()}.`,
    means: 'No container and no image can be made.',
    fix: 'export TINYDOCKER_ROOT=/a/directory/of/yours',
  };
}

function room(root: string): Check {
  const id = 'store-room';
  const { bavail, bsize, ffree, files } = statfsSync(nearestDirectory(root));
  const bytes = bavail * bsize;
  const few = files > 0 && ffree < 1000;
  const fact = `The file system of the store has ${megabytes(bytes)} free${files > 0 ? ` and room for ${ffree} more files` : ''}.`;
  if (bytes >= LITTLE_ROOM && !few)
    return { id, status: 'ok', fact, means: 'There is room for images and containers.' };
  return {
    id,
    status: 'limit',
    fact,
    means: 'An import, or a container that writes much, will fill it.',
    fix: 'Remove something there; or export TINYDOCKER_ROOT=/a/larger/disk',
  };
}

function megabytes(bytes: number): string {
  return bytes >= 10 ** 9 ? `${(bytes / 10 ** 9).toFixed(1)} GB` : `${Math.round(bytes / 10 ** 6)} MB`;
}
