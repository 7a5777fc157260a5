/** The options by which an ordinary user becomes root in a user namespace of its own; see user_namespaces(7). */

import type { Arg } from './arg.ts';
import type { Facts } from './facts.ts';
import type { Inside, NamespaceName } from './step.ts';

/** Options for unshare(1) that make the user namespace, none for root. --map-auto takes the ranges of /etc/subuid. */
export function userNamespaceOptions({ mapping }: Pick<Facts, 'mapping'>): readonly string[] {
  switch (mapping) {
    case 'host':
      return [];
    case 'single':
      return ['--user', '--map-root-user'];
    case 'range':
      return ['--user', '--map-root-user', '--map-auto'];
  }
}

/** A command on the host that can read and remove files of all the container's ids: root, or root of the same mapping. */
export function asOwner(facts: Pick<Facts, 'mapping'>, argv: readonly Arg[]): readonly Arg[] {
  return facts.mapping === 'host' ? argv : ['unshare', ...userNamespaceOptions(facts), '--', ...argv];
}

/**
 * Removes a tree in which files may belong to any of the container's ids. Where no user namespace can be had, there never was a container
 * with other ids, so that plain rm(1) does it: what is left of a refused run must go as well.
 */
export function removeTree(facts: Pick<Facts, 'mapping'>, path: Arg): readonly Arg[] {
  const rm = 'rm -rf --one-file-system --';
  if (facts.mapping === 'host') return [...rm.split(' '), path];
  const unshare = ['unshare', ...userNamespaceOptions(facts), '--'].join(' ');
  return ['sh', '-c', `${unshare} ${rm} "$1" 2>/dev/null || ${rm} "$1"`, 'remove', path];
}

/** Inside these namespaces of init; its user namespace first, where it has one, because it owns the others. */
export function inside(
  facts: Pick<Facts, 'mapping'>,
  namespaces: readonly NamespaceName[],
  options: Pick<Inside, 'directory' | 'hostRoot'> = {},
): Inside {
  return {
    type: 'inside',
    namespaces: facts.mapping === 'host' ? namespaces : ['user', ...namespaces],
    ...options,
  };
}
