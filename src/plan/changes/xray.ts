/** A path through all layers: who supplies it, who is hidden, by what; as values and in words. */

import { type Entry, entryWords } from './change.ts';

export interface XrayLayer {
  /** 0 is the topmost. */
  readonly layer: number;
  /** Undefined when the layer has nothing at the path. */
  readonly entry: Entry | undefined;
  /** The entry says that the path is deleted. */
  readonly whiteout: boolean;
  /** The entry is a directory that is not joined with those below. */
  readonly opaque: boolean;
  /** Why nobody sees what this layer has, or might have. */
  readonly hiddenBy:
    | {
        readonly layer: number;
        /** At the path, or above it. */
        readonly path: Buffer;
        readonly how: 'whiteout' | 'opaque' | 'entry';
      }
    | undefined;
}

export interface XrayView {
  /** Without links on the way. */
  readonly path: Buffer;
  readonly links: readonly { readonly path: Buffer; readonly target: Buffer }[];
  /** Topmost first. */
  readonly layers: readonly XrayLayer[];
}

/** How a layer is called: "writable layer", "layer 2 of 3". */
export interface LayerName {
  readonly title: string;
  /** Its name in the store, for a layer of the image its digest; none for the writable layer. */
  readonly digest?: string;
  /** It was a writable layer until a fork froze it. */
  readonly frozen?: boolean;
}

/** The layers whose entries are seen, topmost first: one, or for a directory several that are joined. */
export function suppliers({ layers }: XrayView): readonly XrayLayer[] {
  return layers.filter(({ entry, whiteout, hiddenBy }) => entry && !whiteout && !hiddenBy);
}

/** What a layer is to the path. */
export type Role = 'supplies' | 'joins' | 'hidden' | 'deletes' | 'nothing';

export function roleOf(view: XrayView, { layer, entry, whiteout, hiddenBy }: XrayLayer): Role {
  if (entry === undefined) return 'nothing';
  if (hiddenBy !== undefined) return 'hidden';
  if (whiteout) return 'deletes';
  return suppliers(view)[0]?.layer === layer ? 'supplies' : 'joins';
}

/** What a layer has at the path, and what that means, in words. `show` makes a path safe to print. */
export function layerWords(
  view: XrayView,
  layer: XrayLayer,
  names: readonly LayerName[],
  show: (path: Buffer) => string,
): string {
  const { entry, whiteout, opaque, hiddenBy } = layer;
  const what = whiteout
    ? 'whiteout (character device 0:0)'
    : entry === undefined
      ? ''
      : `${entryWords(entry)}${opaque ? ', opaque' : ''}`;
  switch (roleOf(view, layer)) {
    case 'nothing':
      return 'has nothing there';
    case 'supplies':
      return `${what}: this is what is seen`;
    case 'joins':
      return `${what}: its entries are joined with those above`;
    case 'deletes':
      return `${what}: deletes it, and hides what is below`;
    case 'hidden':
      return `${what}: hidden ${hiddenBy === undefined ? '' : by(view, hiddenBy, names, show)}`;
  }
}

/** The answer in one sentence, without its subject: "is a file of layer 1 of 2". */
export function answerWords(view: XrayView, names: readonly LayerName[]): string {
  const [first, ...more] = suppliers(view);
  const name = (layer: number) => called(names[layer]);
  if (first?.entry === undefined) {
    const killer = view.layers.find(({ entry, hiddenBy }) => entry && hiddenBy)?.hiddenBy;
    const deleted = view.layers.find(({ whiteout, hiddenBy }) => whiteout && !hiddenBy);
    if (deleted !== undefined) return `is not seen: ${name(deleted.layer)} deletes it`;
    return killer === undefined ? 'is in no layer' : `is not seen: ${name(killer.layer)} hides it`;
  }
  const hidden = view.layers.filter(layer => roleOf(view, layer) === 'hidden' && !layer.whiteout).length;
  const joined = more.length === 0 ? '' : `, joined with ${more.map(({ layer }) => name(layer)).join(', ')}`;
  const copies = hidden === 0 ? '' : `; it hides ${hidden} lower ${hidden === 1 ? 'one' : 'ones'}`;
  return `is a ${first.entry.type} of ${name(first.layer)}${joined}${copies}`;
}

function by(
  view: XrayView,
  { layer, path, how }: NonNullable<XrayLayer['hiddenBy']>,
  names: readonly LayerName[],
  show: (path: Buffer) => string,
): string {
  const where = called(names[layer]);
  const above = path.equals(view.path) ? '' : ` ${show(path)}`;
  switch (how) {
    case 'whiteout':
      return `by the whiteout${above} in ${where}`;
    case 'opaque':
      return `by the opaque directory${above} in ${where}`;
    case 'entry':
      if (above !== '') return `by${above} in ${where}`;
      return `by the ${names[layer]?.digest === undefined || names[layer]?.frozen ? 'copy' : 'one'} in ${where}`;
  }
}

/** "the writable layer", "frozen layer 1 of 1", "layer 2 of 3". */
function called(name: LayerName | undefined): string {
  return name?.digest === undefined ? 'the writable layer' : name.title;
}
