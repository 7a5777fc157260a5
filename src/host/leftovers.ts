/** What dead owners left in the store, and what is there that is not ours. Read-only. */

import { lstatSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { C, resolve, STORE, T, type Variable } from '../plan/arg.ts';
import { isFrozen } from '../plan/fork/frozen-layer.ts';
import { containerNameFailure } from '../plan/names.ts';
import type { Removable } from '../plan/prune.ts';
import { findContainer, identityOf, isAlive, type StoredContainer } from './containers.ts';
import { diskUsage } from './disk-usage.ts';
import { filesIn } from './images.ts';
import { type JournaledUndo, pendingUndos, readJournal } from './journal-file.ts';
import { pendingRecords } from './layer-use.ts';
import type { StorePaths } from './store-paths.ts';
import { readText } from './text-file.ts';

export interface FoundLeftover {
  readonly removable: Removable;
  /** Why nobody needs it, in words that follow its name. */
  readonly reason: string;
  /** What its files take on the disk, in bytes, as far as this user can see them. */
  readonly bytes: number;
}

export interface Leftovers {
  readonly found: readonly FoundLeftover[];
  /** Sentences about what was left alone. */
  readonly notes: readonly string[];
}

/** Looks through the store. Throws a UserError when it can't be read. */
export async function findLeftovers(paths: StorePaths): Promise<Leftovers> {
  const [containers, workspaces] = await Promise.all([leftContainers(paths), leftWorkspaces(paths)]);
  const busy = workspaces.alive.length > 0;
  return {
    found: [
      ...containers.found,
      ...workspaces.found,
      ...(busy ? [] : unreferenced(paths, [...containers.found, ...workspaces.found])),
    ],
    notes: [
      ...containers.notes,
      ...workspaces.notes,
      ...(busy ? ['an image is being made, so layers were not looked at'] : []),
    ],
  };
}

async function leftContainers(paths: StorePaths): Promise<Leftovers> {
  const notes: string[] = [];
  const names = filesIn(paths.containers).filter(name => {
    const ours = containerNameFailure(name) === undefined && isDirectory(join(paths.containers, name));
    if (!ours) notes.push(notOurs(join(paths.containers, name)));
    return ours;
  });
  const containers = await Promise.all(names.map(name => findContainer(paths, name)));
  const found = containers
    .filter(container => container?.state === 'leftover')
    .flatMap(container =>
      container === undefined
        ? []
        : [
            {
              removable: removableContainer(paths, container),
              reason: 'whoever made it died',
              bytes: diskUsage(container.directory).bytes,
            },
          ],
    );
  return { found, notes };
}

/** The container, as a plan removes it: one that a killed fork left has to give back what it took. */
export function removableContainer(
  paths: StorePaths,
  { name, directory, identity }: Pick<StoredContainer, 'name' | 'directory' | 'identity'>,
): Extract<Removable, { type: 'container' }> {
  const { undos } = dueUndos(paths, directory, C, ({ undo }) => undo.when === 'failure');
  return { type: 'container', name, identity, ...(undos.length === 0 ? {} : { undos }) };
}

async function leftWorkspaces(paths: StorePaths): Promise<Leftovers & { readonly alive: readonly string[] }> {
  const notes: string[] = [];
  const alive: string[] = [];
  const found: FoundLeftover[] = [];
  for (const name of filesIn(paths.tmp)) {
    const directory = join(paths.tmp, name);
    if (!isWorkspace(name) || !isDirectory(directory)) notes.push(notOurs(directory));
    else if (await isAlive(directory, 'alive')) alive.push(name);
    else {
      const stats = lstatSync(directory, { bigint: true, throwIfNoEntry: false });
      if (stats === undefined) continue;
      const { undos, subject } = dueUndos(paths, directory, T);
      found.push({
        removable: { type: 'workspace', name, identity: identityOf(stats), undos },
        reason: subject === undefined ? 'whoever worked there died' : `the work on ${subject} was broken off`,
        bytes: diskUsage(directory).bytes,
      });
    }
  }
  return { found, notes, alive };
}

/**
 * What the journal of a workspace says is still to be undone, of the undos that are wanted. Only a journal of this very workspace, which `variable` names, and of this
 * user, is believed: one in a store that was copied or moved names paths of another one.
 */
function dueUndos(
  paths: StorePaths,
  directory: string,
  variable: Variable,
  wanted: (undo: JournaledUndo) => boolean = () => true,
): {
  readonly undos: Extract<Removable, { type: 'workspace' }>['undos'];
  readonly subject?: string;
} {
  const journal = readJournal(directory, true);
  if (journal === undefined) return { undos: [] };
  const { undos, values } = pendingUndos(journal);
  if (values.get(STORE.var) !== paths.root || values.get(variable.var) !== directory) return { undos: [] };
  // The undo of the step that made the workspace is to remove it, which comes last anyway.
  const own = journal.head.undos.find(({ reserves }) => reserves)?.step;
  try {
    return {
      subject: journal.head.subject,
      undos: undos
        .filter(undo => undo.step !== own && wanted(undo))
        .map(({ step, undo }) => ({ step, argv: undo.argv.map(word => resolve(word, values)) })),
    };
  } catch {
    // It uses a value that it does not have.
    return { undos: [] };
  }
}

/** Layers are removed there, too. */
function isWorkspace(name: string): boolean {
  return /^[A-Za-z0-9]{1,64}$/.test(name) || isFrozen(name);
}

/** Layers and links that no image and no container refers to. Workspaces and containers that are going away do not count. */
function unreferenced(paths: StorePaths, going: readonly FoundLeftover[]): readonly FoundLeftover[] {
  const namesOf = (type: Removable['type']) =>
    new Set(
      going.flatMap(({ removable }) =>
        removable.type === type && removable.type !== 'layer' ? [removable.name] : [],
      ),
    );
  const [goingWorkspaces, goingContainers] = [namesOf('workspace'), namesOf('container')];
  const records = [
    ...filesIn(paths.images).map(file => readText(join(paths.images, file))),
    ...filesIn(paths.tmp)
      .filter(name => !goingWorkspaces.has(name))
      .flatMap(name => pendingRecords(join(paths.tmp, name))),
  ].join('\n');
  const containers = filesIn(paths.containers)
    .filter(name => !goingContainers.has(name))
    .map(name => readText(join(paths.containers, name, 'container.json')))
    .join('\n');
  const links = filesIn(paths.links).filter(name => /^[A-Z0-9]{8}$/.test(name));
  const used = links.filter(name => records.includes(`"${name}"`) || containers.includes(`"${name}"`));
  const targets = new Set(used.map(name => linkTarget(join(paths.links, name))));
  const layers = filesIn(paths.layers).filter(
    digest =>
      (/^[0-9a-f]{64}$/.test(digest) || isFrozen(digest)) &&
      !records.includes(digest) &&
      !targets.has(`../layers/${digest}/files`),
  );
  return [
    ...layers.map(digest => ({
      removable: { type: 'layer', digest } as const,
      reason: isFrozen(digest) ? 'no container has it' : 'no image has it',
      bytes: diskUsage(join(paths.layers, digest)).bytes,
    })),
    ...links
      .filter(name => !used.includes(name))
      .map(name => ({
        removable: { type: 'link', name } as const,
        reason: 'no image uses it',
        bytes: 0,
      })),
  ];
}

function notOurs(path: string): string {
  return `${path} is none of tinydocker's, so it is left alone`;
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
