/** Why a file of ours could not be written. */

import { errorCode } from '../errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device',
  EDQUOT: 'your disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such directory',
  ENOTDIR: 'there is no such directory',
  EROFS: 'the file system is mounted read-only',
  EISDIR: 'it is a directory',
  ENAMETOOLONG: 'the name is too long',
};

/** The system's error in words. Who says it has named the file. */
export function writeReason(error: unknown): string {
  const code = errorCode(error);
  return REASONS[code ?? ''] ?? code ?? String(error);
}
