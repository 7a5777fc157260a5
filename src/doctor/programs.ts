/** The programs that the plans run: whether each is there, and new enough. */

import { runCommand } from '../exec/process.ts';
import { installCommand, PACKAGES } from '../host/packages.ts';
import { findProgram } from '../host/programs.ts';
import { isAtLeast } from '../host/version.ts';
import type { Check, Topic } from './check.ts';

/** Programs without which containers run, or some of them, and what is lost. */
const OPTIONAL: Readonly<Record<string, string>> = {
  bash: 'Descriptors above 9 that the caller left open reach the container: sh can not close them.',
  ip: 'The loopback interface of containers stays down.',
  script: 'run -t can not give a container a terminal of its own.',
  readlink: 'run -t can not give a container a terminal of its own.',
  find: 'What crashes left behind can not be removed, and containers can not be committed.',
  flock: 'Images can not be imported or removed.',
  sha256sum: 'Images can not be imported.',
  grep: 'Images can not be imported or removed.',
  sed: 'Images can not be imported, and volumes can not be mounted.',
  skopeo: 'Images can not be pulled from registries; archives of them can be loaded.',
  tar: 'Images can not be imported.',
  gzip: 'Archives compressed with gzip can not be imported.',
  xz: 'Archives compressed with xz can not be imported.',
  zstd: 'Archives compressed with zstd can not be imported, and what is kept of an import takes twice the room.',
  diff: 'diff --content can not show the changed lines of files.',
};
/** The first two matter to ordinary users only, and the topic user-namespace tells about them; tar does nearly all that getfattr is for. */
const ELSEWHERE = new Set(['newuidmap', 'newgidmap', 'getfattr']);

export const programs: Topic = async () => {
  const wanted = Object.keys(PACKAGES).filter(name => !ELSEWHERE.has(name));
  const missing = wanted.filter(name => findProgram(name) === undefined);
  return [...found(wanted.length, missing), ...missing.map(missingProgram), ...(await utilLinux())];
};

function found(wanted: number, missing: readonly string[]): readonly Check[] {
  if (missing.length > 0) return [];
  return [
    {
      id: 'programs',
      status: 'ok',
      fact: `All ${wanted} programs of the plans are installed.`,
      means: 'Every step can be executed.',
    },
  ];
}

function missingProgram(name: string): Check {
  const optional = OPTIONAL[name];
  return {
    id: `program-${name.replaceAll('_', '-')}`,
    status: optional === undefined ? 'fail' : 'limit',
    fact: `The program ${name} is not installed.`,
    means: optional ?? 'A step of every run needs it.',
    fix: `sudo ${installCommand(name)}`,
  };
}

async function utilLinux(): Promise<readonly Check[]> {
  if (findProgram('unshare') === undefined) return [];
  const { stdout, exitStatus } = await runCommand(['unshare', '--version']);
  const version = /util-linux\S* (\d+\.\d+\S*)/.exec(stdout)?.[1];
  const id = 'util-linux';
  if (exitStatus !== 0 || version === undefined)
    return [
      {
        id,
        status: 'fail',
        fact: `unshare (${findProgram('unshare')}) is not the one of util-linux.`,
        means: 'The plans use options that others, such as that of busybox, do not have.',
        fix: `sudo ${installCommand('unshare')}`,
      },
    ];
  return [
    isAtLeast(version, 2, 38)
      ? {
          id,
          status: 'ok',
          fact: `util-linux is version ${version}.`,
          means: 'New enough to map ranges of ids for ordinary users (2.38).',
        }
      : {
          id,
          status: 'limit',
          fact: `util-linux is version ${version}.`,
          means: 'Before 2.38, unshare has no --map-auto: containers of ordinary users have one user, root.',
          fix: `sudo ${installCommand('unshare')} (of a newer release)`,
        },
  ];
}
