/** Which package has a program, on the distributions that most people use. */

import { findProgram } from './facts.ts';

/** By program: the package on Debian and Ubuntu, on Fedora, and on Alpine. */
const PACKAGES: Readonly<Record<string, readonly [apt: string, dnf: string, apk: string]>> = {
  gzip: ['gzip', 'gzip', 'gzip'],
  xz: ['xz-utils', 'xz', 'xz'],
  zstd: ['zstd', 'zstd', 'zstd'],
  tar: ['tar', 'tar', 'tar'],
  flock: ['util-linux', 'util-linux', 'flock'],
  setpriv: ['util-linux', 'util-linux', 'setpriv'],
  unshare: ['util-linux', 'util-linux', 'util-linux-misc'],
  sha256sum: ['coreutils', 'coreutils', 'coreutils'],
};

/** The command that installs a program here: "Install it: apt install xz-utils." */
export function programHint(program: string): string {
  const [apt = program, dnf = program, apk = program] = PACKAGES[program] ?? [];
  if (findProgram('apt-get') !== undefined) return `Install it: apt install ${apt}.`;
  if (findProgram('dnf') !== undefined) return `Install it: dnf install ${dnf}.`;
  if (findProgram('apk') !== undefined) return `Install it: apk add ${apk}.`;
  return `Install the package ${apt} (${dnf} on Fedora).`;
}
