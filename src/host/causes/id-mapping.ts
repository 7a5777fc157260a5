/** newuidmap(1) or newgidmap(1) said no to the ids of a user namespace, or was not able to map them. */

import { statSync } from 'node:fs';
import process from 'node:process';
import { idRanges } from '../facts.ts';
import { mountOf } from '../mount-table.ts';
import { findProgram } from '../programs.ts';
import { readText } from '../text-file.ts';
import { userName } from '../user-name.ts';
import { firstRefusal, type Refusal } from './refusal.ts';
import { type Diagnosis, type Scene, saidLine, says } from './scene.ts';

/** One more than the last id that there is: ids have 32 bits. */
const END = 2 ** 32;
const LESSON = 'fake-root';

interface Mapping {
  readonly program: string;
  readonly path: string;
  /** Where the ranges are from. */
  readonly file: string;
  readonly ranges: readonly (readonly [first: number, count: number])[];
  readonly way: string;
}

export function mappingRefused(scene: Scene): Diagnosis | undefined {
  const group = scene.failure.stderr.includes('newgidmap');
  const program = group ? 'newgidmap' : 'newuidmap';
  const file = group ? '/etc/subgid' : '/etc/subuid';
  const path = findProgram(program);
  if (path === undefined) return undefined;
  const uid = process.getuid?.() ?? 0;
  const ranges = idRanges(file, userName(uid) ?? String(uid), uid);
  const way = `Mend it, or let root take the ranges of your user out of ${file}: then your own id alone is mapped.`;
  return (
    firstRefusal(obstacles(scene, { program, path, file, ranges, way })) ?? {
      cause: `The program ${program} failed to map the range of ids that ${file} gives (${ranges.map(([first, count]) => `${first} and ${count} ids from it`).join('; ')}): ${saidLine(scene.failure.stderr)}.`,
      hint: way,
      lesson: LESSON,
    }
  );
}

function* obstacles(scene: Scene, { program, path, file, ranges, way }: Mapping): Generator<Refusal> {
  const lesson = LESSON;
  yield {
    what: 'no_new_privs is set',
    holds: /^NoNewPrivs:\s*1$/m.test(readText('/proc/self/status')),
    wanted: false,
    refused: {
      cause: `The program ${program} can not use its privileges, because no_new_privs is set for this process (see prctl(2)).`,
      hint: 'Run tinydocker outside of the sandbox or service that sets it.',
      lesson,
    },
  };
  const mount = mountOf(path);
  yield {
    what: `${program} is on a mount with nosuid`,
    holds: mount?.options.includes('nosuid') === true,
    wanted: false,
    refused: {
      cause: `The program ${program} can not use its privileges, because ${mount?.mountPoint} is mounted with the option "nosuid".`,
      hint: way,
      lesson,
    },
  };
  const past = ranges.find(([first, count]) => first + count > END);
  yield {
    what: `the ranges in ${file} end before ${END}`,
    holds: past === undefined,
    wanted: true,
    refused: {
      cause: `The program ${program} can not map the range that ${file} gives: ${past?.[1]} ids from ${past?.[0]} run over the last one that there is, ${END - 1}.`,
      hint: `Give another range: sudo usermod --add-sub${program === 'newgidmap' ? 'gids' : 'uids'} 100000-165535 USER, and take this one out of ${file}.`,
      lesson,
    },
  };
  const stats = statSync(path);
  const isSetuid = (stats.mode & 0o4000) !== 0 && stats.uid === 0;
  yield {
    what: `${program} is setuid root`,
    // One that has the capability instead need not be; the kernel's word tells that it has not.
    holds: isSetuid || says(scene, 'EPERM') ? isSetuid : undefined,
    wanted: true,
    refused: {
      cause: `The program ${program} may not map ids: ${path} is not setuid root, nor has it the capability for it.`,
      hint: `sudo chown root ${path} && sudo chmod u+s ${path}, or install the package uidmap again.`,
      lesson,
    },
  };
}
