/** What the default image can be made of on this machine. Looks only; no program is started. */

import { closeSync, openSync, readSync, realpathSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { BaseTools } from '../plan/base-image.ts';
import { findProgram } from './facts.ts';

/** For looking around in a container and changing what one finds; those that the machine lacks are left out. */
const PROGRAMS =
  'sh bash ls cat echo printf mkdir rmdir rm cp mv ln touch chmod chown id whoami env ps hostname mount umount grep sed head tail wc sort sleep test [ true false tty stty uname date df du dd find readlink ip kill pwd vi more';

/** PT_INTERP of elf(5): the program asks for a dynamic linker. */
const PT_INTERP = 3;

/** A static busybox when there is one, else programs. Throws a UserError when the machine has no sh. */
export function findBaseTools(): BaseTools {
  const busybox = ['busybox', 'busybox.static', 'busybox-static']
    .map(findProgram)
    .find(path => path !== undefined && isStatic(path));
  if (busybox !== undefined) return { type: 'busybox', path: realpathSync(busybox) };
  if (findProgram('ldd') === undefined)
    throw new UserError('The default image can not be made: there is neither a static busybox nor ldd.', {
      hint: 'Install busybox-static, or import an image: tinydocker image import NAME DIRECTORY-OR-TAR.',
    });
  return { type: 'programs', paths: PROGRAMS.split(' ').flatMap(name => findProgram(name) ?? []) };
}

/** Whether a file is an ELF program that runs without a dynamic linker: it has no program header PT_INTERP. See elf(5). */
export function isStatic(path: string): boolean {
  const header = firstBytes(path, 4096);
  if (header === undefined || header.length < 64 || header.readUInt32BE(0) !== 0x7f454c46) return false;
  const wide = header[4] === 2;
  const little = header[5] === 1;
  const half = (at: number) => (little ? header.readUInt16LE(at) : header.readUInt16BE(at));
  const word = (at: number) => (little ? header.readUInt32LE(at) : header.readUInt32BE(at));
  // Program headers follow the ELF header in every program that a linker makes, so the low half of the offset is enough.
  const offset = wide ? word(little ? 32 : 36) : word(28);
  const [size, count] = wide ? [half(54), half(56)] : [half(42), half(44)];
  if (count === 0 || offset + size * count > header.length) return false;
  return Array.from({ length: count }, (_, index) => word(offset + size * index)).every(
    type => type !== PT_INTERP,
  );
}

function firstBytes(path: string, limit: number): Buffer | undefined {
  try {
    const fd = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(limit);
      return buffer.subarray(0, readSync(fd, buffer, 0, limit, 0));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined;
  }
}
