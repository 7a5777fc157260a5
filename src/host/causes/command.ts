/** The command that failed, as words, and the machine as that command saw it: with the root directory and the mount table of where it ran. */

import { readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { C, INIT, M, resolve as resolveArg, STORE } from '../../plan/arg.ts';
import { type MountEntry, mountTable, topmost } from '../mount-table.ts';
import type { Scene } from './scene.ts';

/** The words of the command that the step ran, without what took it to where it ran. Undefined for a step that runs none, or whose words are not known. */
export function wordsOf({ step, values }: Scene): readonly string[] | undefined {
  if (step.action.type !== 'run' && step.action.type !== 'start') return undefined;
  try {
    return step.action.argv.map(word => resolveArg(word, values));
  } catch {
    return undefined;
  }
}

/** The same, if it is a command of that program. */
export function wordsFor(scene: Scene, program: string): readonly string[] | undefined {
  const words = wordsOf(scene);
  return words !== undefined && basename(words[0] ?? '') === program ? words : undefined;
}

/** The words that are neither options nor their values. `valued` are the options whose value is a word of its own. */
export function operands(words: readonly string[], valued: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return [...found, ...words.slice(index + 1)];
    if (valued.includes(word)) index += 1;
    else if (!word.startsWith('-') || word === '-') found.push(word);
  }
  return found;
}

/** The directory of the machine that the command had as its root directory: before pivot_root(2) that is the host's, as init sees it. */
function rootOf({ step: { where }, values }: Scene): string {
  const entered = where.type === 'inside' && where.namespaces.includes('mount') && !where.hostRoot;
  const init = values.get(INIT.var);
  if (!entered) return '/';
  if (init === undefined) throw new Error('there is no init yet');
  return `/proc/${init}/root`;
}

/** The absolute path of what a word of the command names, in that root directory. */
export function absolute({ step: { where }, values }: Scene, path: string): string {
  const directory =
    where.type === 'inside' && where.directory !== undefined ? resolveArg(where.directory, values) : '/';
  return resolve('/', directory, path);
}

/** What is there, as the command saw it, links followed; undefined when there is nothing. Throws when that can not be seen from here. */
export function look(scene: Scene, path: string): Stats | undefined {
  return statSync(seen(scene, path), { throwIfNoEntry: false });
}

/** Where we find what the command found at that path. */
export function seen(scene: Scene, path: string): string {
  return join(rootOf(scene), absolute(scene, path));
}

/** The mount table in which the command ran. Throws when it can not be read. */
export function tableOf({ step: { where }, values }: Scene): readonly MountEntry[] {
  const inside = where.type === 'inside' && where.namespaces.includes('mount');
  const table = mountTable(
    readFileSync(`/proc/${inside ? (values.get(INIT.var) ?? '') : 'self'}/mountinfo`, 'utf8'),
  );
  if (table.length === 0) throw new Error('the mount table is empty');
  return table;
}

/** The mount that a path of the command is on, and the path without links. */
export function mountAt(
  scene: Scene,
  table: readonly MountEntry[],
  path: string,
): { readonly real: string; readonly mount: MountEntry | undefined } {
  const real = withoutLinks(absolute(scene, path));
  return { real, mount: topmost(real, table) };
}

/** The path without links as far as it exists on the host, which has the same paths until pivot_root(2). */
function withoutLinks(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    try {
      return join(realpathSync(at), path.slice(at.length));
    } catch {
      if (at === dirname(at)) return path;
    }
  }
}

/** A path under the names that the plan has for its parts: "$M/dev/.old". */
export function shortPath({ values }: Scene, path: string): string {
  for (const { var: name } of [M, C, STORE]) {
    const value = values.get(name);
    if (value !== undefined && (path === value || path.startsWith(`${value}/`)))
      return `$${name}${path.slice(value.length)}`;
  }
  return path;
}
