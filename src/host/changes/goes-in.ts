/** Which of a container's changes go into an image, and what stands in the way. Read-only. */

import { UserError } from '../../errors.ts';
import type { Entry } from '../../plan/changes/change.ts';
import { directoriesAbove } from '../../plan/image/changes-source.ts';
import { shown } from '../../plan/names.ts';
import { findInLayers } from '../in-root.ts';
import { pathsAsked } from './asked-paths.ts';
import { findChanges, isAtOrBelow } from './changes.ts';
import { allLayers, oursOf, type Stack } from './container.ts';
import type { FoundChange } from './details.ts';
import { entryIn, withDirectory } from './directory.ts';
import { isWhiteout } from './tree.ts';
import { type Place, type Run, readXattrs } from './xattrs.ts';

export interface GoesInInput {
  readonly container: string;
  readonly stack: Stack;
  /** Where overlay's own attributes are: `user` when an ordinary user mounted it. */
  readonly prefix: 'trusted' | 'user';
  /** Paths as the user typed them; none for everything. */
  readonly only: readonly string[];
  readonly except: readonly string[];
  readonly run: Run;
}

export interface GoesIn {
  /** Sorted, with the directories on the way. */
  readonly changes: readonly FoundChange[];
  /** The same paths as the planner takes them: absolute, without links on the way. */
  readonly only: readonly string[];
  readonly except: readonly string[];
  /** Sockets that would go in, were they files. */
  readonly sockets: number;
  /** Exceptions that name no change. */
  readonly needless: readonly string[];
}

/** Throws a UserError when a path names no change, or when a change can not be told in a layer. */
export async function findWhatGoesIn(input: GoesInInput): Promise<GoesIn> {
  const { container, stack, prefix, run } = input;
  const { changes, unreadable } = await findChanges({
    ...{ own: stack.own, lower: stack.lower, prefix, ours: oursOf(stack.mounts), root: stack.root },
    ...{ only: [], details: false, run },
  });
  const [closed] = unreadable;
  // Its owner may look into every directory that is still there.
  if (closed !== undefined) throw changedMeanwhile(container, closed.toString('utf8'));
  const layers = allLayers(stack);
  const named = (typed: string) =>
    pathsAsked(typed, layers).filter(path => changes.some(change => isAtOrBelow(change.path, path)));
  const only = input.only.flatMap(typed => {
    const paths = named(typed);
    if (paths.length > 0) return paths;
    throw new UserError(`The container ${shown(container)} changed nothing at ${shown(typed)}.`, {
      hint: `tinydocker diff ${container} lists what it changed.`,
    });
  });
  const except = input.except.flatMap(named);
  const everything = only.some(path => path.length === 1);
  const isExcepted = (path: Buffer) => except.some(asked => isAtOrBelow(path, asked));
  const isTaken = (path: Buffer) =>
    (only.length === 0 || only.some(asked => isAtOrBelow(path, asked))) && !isExcepted(path);
  const taken = changes.filter(({ path }) => isTaken(path));
  const way = new Set(only.flatMap(path => directoriesAbove(path.toString('latin1'))));
  const onTheWay = changes.filter(
    ({ path, after }) => after?.type === 'directory' && way.has(path.toString('latin1')) && !isExcepted(path),
  );
  refuseReserved(taken);
  if (only.length + except.length > 0) await refuseHalves(input, changes, isTaken);
  const isSocket = ({ after }: FoundChange) => after?.type === 'socket';
  const wanted = new Set([...taken, ...onTheWay].filter(change => !isSocket(change)));
  return {
    changes: changes.filter(change => wanted.has(change)),
    only: everything ? [] : only.map(String),
    except: except.map(String),
    sockets: taken.filter(isSocket).length,
    needless: input.except.filter(typed => named(typed).length === 0),
  };
}

/** Mount points, and directories above them, that the image lacks: the plan of a run makes them. `lower`: the topmost first. */
export function mountPointsMade(lower: readonly string[], mounts: readonly string[]): readonly string[] {
  return [...oursOf(mounts)]
    .map(key => Buffer.from(key, 'latin1').toString('utf8'))
    .filter(path => findInLayers(lower.toReversed(), path).type !== 'found')
    .sort();
}

/** In a layer, such a name is the mark of a deletion: the image would lack what the container never touched. */
function refuseReserved(taken: readonly FoundChange[]): void {
  const reserved = taken.find(
    ({ path, letter }) => letter !== 'D' && path.subarray(path.lastIndexOf('/') + 1).indexOf('.wh.') === 0,
  );
  if (reserved !== undefined) throw reservedName(shown(reserved.path.toString('utf8')));
}

/** The error about a container that does not stand still; undefined when nobody said what it is about. */
export function changedMeanwhile(container: string, path: string | undefined): UserError {
  const what = path === undefined ? 'A path' : shown(path);
  return new UserError(`${what} of the container ${shown(container)} changed while it was read.`, {
    hint: `Let the container end first (run --keep keeps it), or try again. Leave it out: --except ${path === undefined ? 'PATH' : what}.`,
  });
}

/** The error about a name that begins with ".wh."; `path` is safe to print. */
export function reservedName(path: string): UserError {
  return new UserError(
    `${path} can not be part of an image: in a layer, a name that begins with ".wh." means that another file is deleted.`,
    { hint: `Leave it out (--except ${path}), or give it another name in the container.` },
  );
}

/**
 * A directory that was made anew hides all that lower layers have under its name, with one mark. So what it hides can only go in, or stay out,
 * with the directory.
 */
async function refuseHalves(
  { stack: { own }, prefix, run }: GoesInInput,
  changes: readonly FoundChange[],
  isTaken: (path: Buffer) => boolean,
): Promise<void> {
  const hidden = changes.filter(({ letter, path }) => letter === 'D' && !isMarked(own, path));
  if (hidden.length === 0) return;
  const directories = changes.filter(
    ({ path, after }) => after?.type === 'directory' && hidden.some(change => isAtOrBelow(change.path, path)),
  );
  const places = directories.flatMap(({ path }) => own.map(root => ({ root, names: namesIn(path) })));
  const { found } = await readXattrs(places, run);
  const marks = places.map(
    (place, index) => found[index]?.get(`${prefix}.overlay.opaque`) === '79' || isNoDirectory(place),
  );
  const opaque = directories.filter((_, index) =>
    marks.slice(index * own.length, (index + 1) * own.length).includes(true),
  );
  for (const { path } of hidden) {
    const above = opaque.filter(directory => isAtOrBelow(path, directory.path));
    if (above.length === 0 || isTaken(path) === above.some(directory => isTaken(directory.path))) continue;
    const [name, directory] = [path, above[0]?.path ?? path].map(text => shown(text.toString('utf8')));
    throw new UserError(
      `The deletion of ${name} can not be taken alone, or left out alone: the container made ${directory} anew, which hides all that was there.`,
      { hint: `Name the directory: --only ${directory}, or --except ${directory}.` },
    );
  }
}

/** Whether the topmost of these layers that has the path says itself that it is deleted. */
function isMarked(own: readonly string[], path: Buffer): boolean {
  const entries = own.map(root => entryAt({ root, names: namesIn(path) }));
  const top = entries.find(entry => entry !== undefined);
  return top !== undefined && isWhiteout(top);
}

/** Under a directory, something else ends the joining as well. */
function isNoDirectory(place: Place): boolean {
  const entry = entryAt(place);
  return entry !== undefined && entry.type !== 'directory';
}

function entryAt({ root, names }: Place): Entry | undefined {
  const name = names.at(-1) ?? Buffer.from('.');
  return withDirectory(root, names.slice(0, -1), directory => entryIn(directory, name));
}

function namesIn(path: Buffer): readonly Buffer[] {
  return path
    .toString('latin1')
    .split('/')
    .filter(name => name !== '')
    .map(name => Buffer.from(name, 'latin1'));
}
