/** A command that can not have worked, whatever the machine is like: no such program, no such option. A plan's own are right; one that was edited need not be. */

import { basename, dirname } from 'node:path';
import { PACKAGES, programHint } from '../packages.ts';
import { stepPath } from '../programs.ts';
import { look, wordsOf } from './command.ts';
import type { Cause, Diagnosis, Scene } from './scene.ts';

export const commandRefused: Cause = scene => {
  const words = wordsOf(scene);
  const [program] = words ?? [];
  if (words === undefined || program === undefined) return undefined;
  return notExecutable(scene, program) ?? unknownOption(scene, words);
};

/** As execvp(3) looks for it, in the root directory where the command ran. */
function notExecutable(scene: Scene, program: string): Diagnosis | undefined {
  if (program.includes('/')) return notAProgram(scene, program, program);
  const places = stepPath()
    .split(':')
    .filter(directory => directory.startsWith('/'))
    .map(directory => `${directory}/${program}`);
  const found = places.filter(path => look(scene, path) !== undefined);
  if (found.length > 0)
    return found.some(path => notAProgram(scene, program, path) === undefined)
      ? undefined
      : notAProgram(scene, program, found[0] ?? '');
  return {
    cause: `There is no program ${program}: it is in none of the directories ${[...new Set(places.map(dirname))].join(', ')}.`,
    hint: Object.hasOwn(PACKAGES, program)
      ? programHint(program)
      : `Correct the command of the step ${scene.step.id}.`,
  };
}

function notAProgram(scene: Scene, program: string, path: string): Diagnosis | undefined {
  const stats = look(scene, path);
  const hint = `Correct the command of the step ${scene.step.id}.`;
  if (stats === undefined) return { cause: `There is no program ${path}.`, hint };
  const complaint = stats.isDirectory()
    ? 'is a directory'
    : stats.isFile()
      ? 'has no execute permission'
      : 'is not a regular file';
  if (stats.isFile() && (stats.mode & 0o111) !== 0) return undefined;
  return { cause: `The program ${program} can not be executed: ${path} ${complaint}.`, hint };
}

/** getopt(3) says who does not know which option; that the command has both is what we look at. */
function unknownOption({ failure, step }: Scene, words: readonly string[]): Diagnosis | undefined {
  const [, who = '', long, short] =
    /^(\S+): (?:unrecognized option '(--[^'=]+)(?:=[^']*)?'|(?:invalid|unknown) option -- '?([^'\s]))/m.exec(
      failure.stderr,
    ) ?? [];
  const name = basename(who);
  const at = words.findIndex(word => basename(word) === name);
  const isThere = words
    .slice(at + 1)
    .some(word =>
      long === undefined ? /^-[^-]/.test(word) && word.includes(short ?? '') : word.split('=')[0] === long,
    );
  if (name === '' || at < 0 || !isThere) return undefined;
  const option = long ?? `-${short}`;
  return {
    cause: `The program ${name} does not know the option ${option}.`,
    hint: `${name} --help lists those that it knows. Correct the command of the step ${step.id}.`,
    checked: [
      { what: `${name} is there`, holds: true },
      { what: `${name} knows ${option}`, holds: false, culprit: true },
    ],
  };
}
