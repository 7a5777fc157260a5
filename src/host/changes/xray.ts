/** Which layer supplies a path, and which ones are hidden, by what. Read-only. */

import type { Entry } from '../../plan/changes/change.ts';
import type { XrayLayer, XrayView } from '../../plan/changes/xray.ts';
import { entryIn, withDirectory } from './directory.ts';
import { isWhiteout } from './tree.ts';
import { type Run, readXattrs } from './xattrs.ts';

/** Links followed before the path counts as a loop, as in the kernel. */
const MOST_LINKS = 40;

interface Looked {
  readonly entries: readonly (Entry | undefined)[];
  readonly opaque: readonly boolean[];
}

/**
 * Looks at a path in all layers (topmost first), one name after the other as the kernel does. Links on the way are followed inside the root; the last one
 * is what is asked for.
 */
export async function xray(
  layers: readonly string[],
  path: string,
  prefix: 'trusted' | 'user',
  run: Run,
): Promise<XrayView> {
  const links: { readonly path: Buffer; readonly target: Buffer }[] = [];
  let todo = split(Buffer.from(path));
  let names: readonly Buffer[] = [];
  let open: readonly XrayLayer['hiddenBy'][] = layers.map(() => undefined);
  const trail: (typeof open)[] = [];
  let last: readonly XrayLayer[] = layers.map((directory, layer) => ({
    layer,
    entry: entryOf(directory, []),
    whiteout: false,
    opaque: false,
    hiddenBy: undefined,
  }));
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    if (name.equals(Buffer.from('..'))) {
      names = names.slice(0, -1);
      open = trail.pop() ?? open;
      if (todo.length === 0) return xray(layers, `/${names.map(String).join('/')}`, prefix, run);
      continue;
    }
    const next = [...names, name];
    const looked = await look(layers, next, prefix, run);
    last = judge(looked, open, next);
    const seen = last.find(({ entry, hiddenBy, whiteout }) => entry && !hiddenBy && !whiteout)?.entry;
    if (todo.length === 0 || seen === undefined) {
      names = [...next, ...(seen === undefined ? todo : [])];
      if (todo.length > 0)
        last = judge(await look(layers, names, prefix, run), hiddenFrom(last, open), names);
      break;
    }
    if (seen.type === 'symlink' && seen.target !== undefined) {
      links.push({ path: join(next), target: seen.target });
      if (links.length > MOST_LINKS) break;
      if (seen.target[0] === 0x2f) {
        names = [];
        open = layers.map(() => undefined);
        trail.length = 0;
      }
      todo = [...split(seen.target), ...todo];
      continue;
    }
    trail.push(open);
    open = hiddenFrom(last, open);
    names = next;
  }
  return { path: join(names), links, layers: last };
}

/** What each layer has at these names, and whether it is an opaque directory there. */
async function look(
  layers: readonly string[],
  names: readonly Buffer[],
  prefix: string,
  run: Run,
): Promise<Looked> {
  const entries = layers.map(directory => entryOf(directory, names));
  const directories = entries.flatMap((entry, layer) => (entry?.type === 'directory' ? [layer] : []));
  const opaque = layers.map(() => false);
  // With nothing below, it hides nothing.
  if (directories.length > 0 && layers.length > 1) {
    const places = directories.map(layer => ({ root: layers[layer] ?? '', names }));
    const { found } = await readXattrs(places, run);
    for (const [index, layer] of directories.entries())
      opaque[layer] = found[index]?.get(`${prefix}.overlay.opaque`) === '79';
  }
  return { entries, opaque };
}

/** Who hides whom at this path, given who is hidden by what lies above the path. */
function judge(
  { entries, opaque }: Looked,
  above: readonly XrayLayer['hiddenBy'][],
  names: readonly Buffer[],
): readonly XrayLayer[] {
  const path = join(names);
  let by: XrayLayer['hiddenBy'];
  let directory: XrayLayer['hiddenBy'];
  return entries.map((entry, layer) => {
    const whiteout = entry !== undefined && isWhiteout(entry);
    const plain = entry !== undefined && !whiteout && entry.type !== 'directory';
    // Below directories that are joined, something else ends the joining, and is not seen itself.
    const hiddenBy = above[layer] ?? by ?? (plain ? directory : undefined);
    const isOpaque = opaque[layer] ?? false;
    if (entry !== undefined && above[layer] === undefined && by === undefined) {
      if (whiteout || plain || isOpaque)
        by = { layer, path, how: whiteout ? 'whiteout' : isOpaque ? 'opaque' : 'entry' };
      else directory ??= { layer, path, how: 'entry' };
    }
    return { layer, entry, whiteout, opaque: isOpaque, hiddenBy };
  });
}

/** Who is hidden in a directory: those that were above it, and those that the directory hides. What is no directory ends the layers below. */
function hiddenFrom(
  layers: readonly XrayLayer[],
  above: readonly XrayLayer['hiddenBy'][],
): readonly XrayLayer['hiddenBy'][] {
  return layers.map(({ hiddenBy, layer }) => above[layer] ?? hiddenBy);
}

function entryOf(root: string, names: readonly Buffer[]): Entry | undefined {
  return withDirectory(root, names.slice(0, -1), directory =>
    entryIn(directory, names.at(-1) ?? Buffer.from('.')),
  );
}

function split(path: Buffer): Buffer[] {
  return path
    .toString('latin1')
    .split('/')
    .filter(name => name !== '' && name !== '.')
    .map(name => Buffer.from(name, 'latin1'));
}

function join(names: readonly Buffer[]): Buffer {
  return Buffer.from(`/${names.map(name => name.toString('latin1')).join('/')}`, 'latin1');
}
