/** What a container changed, as values: an entry of the image beside the same entry of the container. */

export type EntryType =
  | 'file'
  | 'directory'
  | 'symlink'
  | 'fifo'
  | 'socket'
  | 'character device'
  | 'block device';

/** One entry of a tree, as lstat(2) tells it. Ids are those that the container sees. */
export interface Entry {
  readonly type: EntryType;
  /** Permission bits, with set-uid, set-gid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtimeNs: bigint;
  readonly rdev: number;
  /** Of a symbolic link. */
  readonly target?: Buffer;
  /** Extended attributes but overlay's own; undefined when they were not looked at. */
  readonly xattrs?: ReadonlyMap<string, string>;
}

/** What can differ between two entries of one path. `inside`: a directory whose entries changed. */
export type Difference = 'type' | 'content' | 'mode' | 'owner' | 'xattrs' | 'inside' | 'mtime';

/** The most telling word about a change. */
export type Kind =
  | 'added'
  | 'deleted'
  | 'type'
  | 'content'
  | 'metadata'
  | 'inside'
  /** Only the time of the last change differs. */
  | 'touched'
  /** The same in everything: it was only copied up. */
  | 'copied';

export interface Change {
  readonly letter: 'A' | 'C' | 'D';
  /** Absolute, as the container sees it: bytes, because a name may hold any. */
  readonly path: Buffer;
  /** Undefined for what was added. */
  readonly before?: Entry;
  /** Undefined for what was deleted. */
  readonly after?: Entry;
  /** Undefined when the list of names was all that was asked for. */
  readonly kind?: Kind;
  readonly differences: readonly Difference[];
}

/** What differs in two entries but for their content, which for files only reading can tell: `sameContent` says it. */
export function differencesOf(before: Entry, after: Entry, sameContent: boolean): readonly Difference[] {
  if (before.type !== after.type) return ['type'];
  const found: Difference[] = [];
  if (!sameContent) found.push('content');
  // A link's mode and times mean nothing, and copying up keeps neither everywhere.
  if (after.type !== 'symlink' && before.mode !== after.mode) found.push('mode');
  if (before.uid !== after.uid || before.gid !== after.gid) found.push('owner');
  if (before.xattrs && after.xattrs && !sameXattrs(before.xattrs, after.xattrs)) found.push('xattrs');
  if (before.mtimeNs !== after.mtimeNs) found.push('mtime');
  return found;
}

/** One word for what differs. */
export function kindOf(differences: readonly Difference[]): Kind {
  const has = (...some: readonly Difference[]) => some.some(one => differences.includes(one));
  if (has('type')) return 'type';
  if (has('content')) return 'content';
  if (has('mode', 'owner', 'xattrs')) return 'metadata';
  if (has('inside')) return 'inside';
  return has('mtime') ? 'touched' : 'copied';
}

/** By the bytes of their paths, as LC_ALL=C sort does. */
export function byPath(a: Pick<Change, 'path'>, b: Pick<Change, 'path'>): number {
  return Buffer.compare(a.path, b.path);
}

/** "mode 0644 -> 4755, owner 0:0 -> 1:1": the change in words, without its content. */
export function changeWords({ letter, kind, before, after, differences }: Change): string {
  if (letter === 'A') return after === undefined ? 'added' : `new ${entryWords(after)}`;
  if (letter === 'D') return before === undefined ? 'deleted' : `deleted ${before.type}`;
  if (before === undefined || after === undefined) return 'changed';
  const words = differences.flatMap(difference => {
    switch (difference) {
      case 'type':
        return `${before.type} -> ${after.type}`;
      case 'content':
        return before.type === 'file' ? `content ${before.size} B -> ${after.size} B` : 'content';
      case 'mode':
        return `mode ${modeText(before.mode)} -> ${modeText(after.mode)}`;
      case 'owner':
        return `owner ${before.uid}:${before.gid} -> ${after.uid}:${after.gid}`;
      case 'xattrs':
        return xattrWords(before.xattrs ?? new Map(), after.xattrs ?? new Map());
      case 'inside':
        return 'changes inside';
      case 'mtime':
        return kind === 'touched' ? 'touched' : [];
    }
  });
  return words.length === 0 ? 'unchanged copy' : words.join(', ');
}

/** "file, 12 B, mode 0644, owner 0:0". */
export function entryWords(entry: Entry): string {
  const size = entry.type === 'file' ? `, ${entry.size} B` : '';
  return `${entry.type}${size}, mode ${modeText(entry.mode)}, owner ${entry.uid}:${entry.gid}`;
}

export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

function sameXattrs(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value);
}

function xattrWords(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names
    .flatMap(name => {
      const [old, now] = [before.get(name), after.get(name)];
      if (old === now) return [];
      if (old === undefined) return `xattr ${name} added`;
      return now === undefined ? `xattr ${name} removed` : `xattr ${name} changed`;
    })
    .join(', ');
}
