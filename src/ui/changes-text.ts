/** Changes for people and for programs. */

import { type Change, changeWords, type Entry, modeText } from '../plan/changes/change.ts';
import { size } from './messages.ts';
import { visible } from './visible.ts';

/** The version of one line of JSON. It changes when a field changes its meaning or goes; new fields may come at any time. */
const VERSION = 1;

/** Bytes as text for a terminal: what it would act on, and what is no UTF-8, is written as an escape. */
export function visibleBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return visible(text);
  return visible(bytes.toString('latin1')).replaceAll(
    /[\u00a0-\u00ff]/g,
    letter => `\\x${letter.charCodeAt(0).toString(16)}`,
  );
}

/** docker's line: "A /path". */
export function listLine({ letter, path }: Change, terminal: boolean): Buffer {
  return Buffer.concat([
    Buffer.from(`${letter} `),
    terminal ? Buffer.from(visibleBytes(path)) : path,
    Buffer.from('\n'),
  ]);
}

/** One line for each change with what it is, then the sums. */
export function statText(changes: readonly Change[]): string {
  const rows = changes.map(change => [`${change.letter} ${visibleBytes(change.path)}`, changeWords(change)]);
  const width = Math.min(60, Math.max(0, ...rows.map(([name = '']) => name.length)));
  const lines = rows.map(([name = '', words]) => `${name.padEnd(width)}  ${words}\n`);
  return `${lines.join('')}${sums(changes)}\n`;
}

/** "3 changes: 1 added (12 B), 2 changed (1 content, 1 touched; 3 B), 0 deleted (0 B)". */
function sums(changes: readonly Change[]): string {
  const of = (letter: string) => changes.filter(change => change.letter === letter);
  const bytes = (some: readonly Change[], side: 'before' | 'after') =>
    size(some.reduce((sum, change) => sum + fileSize(change[side]), 0));
  const [added, changed, deleted] = [of('A'), of('C'), of('D')];
  const kinds = [...new Set(changed.map(({ kind }) => kind))]
    .sort()
    .map(kind => `${changed.filter(change => change.kind === kind).length} ${kindWord(kind)}`);
  return [
    `${changes.length} ${changes.length === 1 ? 'change' : 'changes'}: ${added.length} added (${bytes(added, 'after')})`,
    `${changed.length} changed (${[...kinds, bytes(changed, 'after')].join(', ')})`,
    `${deleted.length} deleted (${bytes(deleted, 'before')})`,
  ].join(', ');
}

function kindWord(kind: Change['kind']): string {
  switch (kind) {
    case 'copied':
      return 'unchanged copy';
    case 'inside':
      return 'with changes inside';
    case 'type':
      return 'of another type';
    case 'added':
    case 'deleted':
    case 'content':
    case 'metadata':
    case 'touched':
      return kind;
    case undefined:
      return 'not looked at';
  }
}

function fileSize(entry: Entry | undefined): number {
  return entry?.type === 'file' ? entry.size : 0;
}

/** One object, on one line. `more` are further fields of the entries, by side. */
export function changeJson(
  { letter, path, kind, differences, before, after }: Change,
  more: { readonly before?: object; readonly after?: object } = {},
): string {
  const side = (entry: Entry | undefined, extra: object | undefined) =>
    entry === undefined ? null : { ...entryJson(entry), ...extra };
  return `${JSON.stringify({
    version: VERSION,
    change: letter,
    ...bytesJson('path', path),
    kind: kind ?? null,
    differences,
    before: side(before, more.before),
    after: side(after, more.after),
  })}\n`;
}

/** A name as text; where that would lose bytes, because they are no UTF-8, they stand in base64 beside it. */
export function bytesJson(name: string, bytes: Buffer): object {
  const text = bytes.toString('utf8');
  const exact = Buffer.from(text, 'utf8').equals(bytes);
  return { [name]: text, ...(exact ? {} : { [`${name}Base64`]: bytes.toString('base64') }) };
}

/** An entry as both verbs print it. */
export function entryJson(entry: Entry): object {
  const { type, mode, uid, gid, mtimeNs, rdev, target, xattrs } = entry;
  const device = type === 'character device' || type === 'block device';
  return {
    type,
    mode: modeText(mode),
    uid,
    gid,
    mtime: time(mtimeNs),
    ...(type === 'file' ? { size: entry.size } : {}),
    ...(device ? { rdev } : {}),
    ...(target === undefined ? {} : bytesJson('target', target)),
    ...(xattrs === undefined ? {} : { xattrs: Object.fromEntries(xattrs) }),
  };
}

/** ISO 8601 with nanoseconds. */
function time(nanoseconds: bigint): string {
  const [whole, rest] = [nanoseconds / 1_000_000_000n, nanoseconds % 1_000_000_000n];
  const date = new Date(Number(rest < 0n ? whole - 1n : whole) * 1000);
  const fraction = String(rest < 0n ? rest + 1_000_000_000n : rest).padStart(9, '0');
  return Number.isNaN(date.getTime())
    ? String(nanoseconds)
    : `${date.toISOString().slice(0, 19)}.${fraction}Z`;
}
