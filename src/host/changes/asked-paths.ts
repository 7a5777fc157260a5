/** Paths that a user names, as a container's changes have them. */

import { type Found, findInLayers } from '../in-root.ts';

/** The path as it was typed, and where links lead in the container (its layers, lowest first, the writable one last). ".." ends at the root. */
export function pathsAsked(path: string, layers: readonly string[]): readonly Buffer[] {
  const found = foundIn(layers, path);
  const typed = `/${path
    .split('/')
    .reduce<string[]>((names, name) => {
      if (name === '' || name === '.') return names;
      return name === '..' ? names.slice(0, -1) : names.concat(name);
    }, [])
    .join('/')}`;
  const places = found.type === 'found' ? [typed, found.place] : [typed];
  return [...new Set(places)].map(place => Buffer.from(place));
}

/** What the container has at the path. It may change what is just looked up: then it is unknown. */
export function foundIn(layers: readonly string[], path: string): Found {
  try {
    return findInLayers(layers, path);
  } catch {
    return { type: 'unknown' };
  }
}
