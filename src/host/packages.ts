/** Which package has a program, on the distributions that most people use. */

import { findProgram } from './programs.ts';

/** By program of any plan: the package on Debian and Ubuntu, on Fedora, and on Alpine. */
export const PACKAGES: Readonly<Record<string, readonly [apt: string, dnf: string, apk: string]>> = {
  bash: ['bash', 'bash', 'bash'],
  cat: ['coreutils', 'coreutils', 'coreutils'],
  catatonit: ['catatonit', 'catatonit', 'catatonit'],
  diff: ['diffutils', 'diffutils', 'diffutils'],
  env: ['coreutils', 'coreutils', 'coreutils'],
  find: ['findutils', 'findutils', 'findutils'],
  flock: ['util-linux', 'util-linux', 'flock'],
  getfattr: ['attr', 'attr', 'attr'],
  grep: ['grep', 'grep', 'grep'],
  gzip: ['gzip', 'gzip', 'gzip'],
  hostname: ['hostname', 'hostname', 'busybox'],
  ip: ['iproute2', 'iproute', 'iproute2'],
  mkdir: ['coreutils', 'coreutils', 'coreutils'],
  mkfifo: ['coreutils', 'coreutils', 'coreutils'],
  mount: ['mount', 'util-linux', 'mount'],
  newgidmap: ['uidmap', 'shadow-utils', 'shadow-uidmap'],
  newuidmap: ['uidmap', 'shadow-utils', 'shadow-uidmap'],
  nsenter: ['util-linux', 'util-linux', 'util-linux-misc'],
  openssl: ['openssl', 'openssl', 'openssl'],
  pivot_root: ['util-linux', 'util-linux', 'util-linux-misc'],
  ps: ['procps', 'procps-ng', 'procps'],
  readlink: ['coreutils', 'coreutils', 'coreutils'],
  rm: ['coreutils', 'coreutils', 'coreutils'],
  script: ['bsdutils', 'util-linux-script', 'util-linux-misc'],
  sed: ['sed', 'sed', 'sed'],
  setpriv: ['util-linux', 'util-linux', 'setpriv'],
  setsid: ['util-linux', 'util-linux', 'util-linux-misc'],
  sh: ['dash', 'bash', 'busybox'],
  sha256sum: ['coreutils', 'coreutils', 'coreutils'],
  skopeo: ['skopeo', 'skopeo', 'skopeo'],
  stat: ['coreutils', 'coreutils', 'coreutils'],
  sync: ['coreutils', 'coreutils', 'coreutils'],
  tar: ['tar', 'tar', 'tar'],
  umount: ['mount', 'util-linux', 'umount'],
  unshare: ['util-linux', 'util-linux', 'util-linux-misc'],
  xz: ['xz-utils', 'xz', 'xz'],
  zstd: ['zstd', 'zstd', 'zstd'],
};

/** The command that installs a program here, for root; on a machine with none of the package managers, Debian's. */
export function installCommand(program: string): string {
  const [apt = program, dnf = program, apk = program] = PACKAGES[program] ?? [];
  if (findProgram('apt-get') === undefined && findProgram('dnf') !== undefined) return `dnf install ${dnf}`;
  if (findProgram('apt-get') === undefined && findProgram('apk') !== undefined) return `apk add ${apk}`;
  return `apt-get install ${apt}`;
}

/** The same as a way out: "Install it: sudo apt-get install xz-utils." */
export function programHint(program: string): string {
  return `Install it: sudo ${installCommand(program)}.`;
}
