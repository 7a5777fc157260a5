/** The content of changed files: text as diff(1) shows it, everything else by size and SHA-256. */

import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import { runFilter } from '../exec/process.ts';
import { type FoundChange, withFile } from '../host/changes/details.ts';
import { piecesOf } from '../host/changes/directory.ts';
import type { Place } from '../host/changes/xattrs.ts';
import { programHint } from '../host/packages.ts';
import { changeWords } from '../plan/changes/change.ts';
import { visibleBytes } from '../ui/changes-text.ts';

/** The largest file that is compared line by line, in bytes. */
const LARGEST_TEXT = 4 << 20;
/** A pipe made by the shell: diff(1) opens /proc/self/fd/5, and what Node passes on are sockets, which can not be opened. */
const DIFF = 'cat <&3 | diff --text --unified --label "$1" --label "$2" -- /proc/self/fd/5 - 5<&0 0<&4';

interface Read {
  readonly size: number;
  readonly sha256: string;
  /** Undefined for what is too large, or no text. */
  readonly text: Buffer | undefined;
}

/** One line about the change, and for a text file its changed lines. For a terminal, whatever it would act on is escaped. */
export async function contentLines(change: FoundChange, terminal: boolean): Promise<Buffer> {
  const { letter, path, kind, before, after } = change;
  const heading = `${letter} ${visibleBytes(path)}: ${changeWords(change)}`;
  if (kind !== 'added' && kind !== 'deleted' && kind !== 'content' && kind !== 'type')
    return Buffer.from(`${heading}\n`);
  const target = after?.target ?? before?.target;
  if (target !== undefined && before?.type !== 'file' && after?.type !== 'file') {
    const old = before?.target && after?.target ? `${visibleBytes(before.target)} -> ` : '';
    return Buffer.from(`${heading}: ${old}${visibleBytes(target)}\n`);
  }
  const [old, now] = [read(change.placeBefore, before?.type), read(change.place, after?.type)];
  const texts = [old, now].filter(side => side !== undefined);
  if (texts.length === 0) return Buffer.from(`${heading}\n`);
  if (texts.some(({ text }) => text === undefined)) {
    const sums = texts.map(({ size, sha256 }) => `${size} B sha256:${sha256}`).join(' -> ');
    return Buffer.from(`${heading}: ${sums}\n`);
  }
  const lines = await unified(path, old?.text, now?.text);
  return Buffer.concat([Buffer.from(`${heading}\n`), terminal ? escaped(lines) : lines]);
}

/** What `--content` adds to JSON. */
export async function hashes({ place, placeBefore, before, after }: FoundChange): Promise<{
  readonly before?: object;
  readonly after?: object;
}> {
  const [old, now] = [read(placeBefore, before?.type), read(place, after?.type)];
  return { ...(old && { before: { sha256: old.sha256 } }), ...(now && { after: { sha256: now.sha256 } }) };
}

function read(place: Place | undefined, type: string | undefined): Read | undefined {
  if (type !== 'file') return undefined;
  return withFile(place, fd => {
    const hash = createHash('sha256');
    const kept: Buffer[] = [];
    let size = 0;
    for (const piece of piecesOf(fd)) {
      hash.update(piece);
      size += piece.length;
      if (size <= LARGEST_TEXT) kept.push(piece);
    }
    const whole = size <= LARGEST_TEXT ? Buffer.concat(kept) : undefined;
    return {
      size,
      sha256: hash.digest('hex'),
      text: whole === undefined || whole.includes(0) ? undefined : whole,
    };
  });
}

async function unified(path: Buffer, old: Buffer | undefined, now: Buffer | undefined): Promise<Buffer> {
  const label = (side: string, content: Buffer | undefined) =>
    content === undefined ? '/dev/null' : `${side}${visibleBytes(path)}`;
  const labels = [label('a', old), label('b', now)] as const;
  if (old === undefined || now === undefined) return wholeFile(labels, old, now);
  const argv = ['sh', '-c', DIFF, 'diff', ...labels];
  const { exitStatus = 127, stdout, stderr } = await runFilter(argv, [Buffer.alloc(0), old, now]);
  if (exitStatus > 1)
    throw new UserError(`${visibleBytes(path)} can not be compared: ${stderr.trim() || 'diff failed'}.`, {
      hint: programHint('diff'),
    });
  return stdout;
}

/** A file that is all new, or all gone: that needs no comparison. */
function wholeFile(
  [a, b]: readonly [string, string],
  old: Buffer | undefined,
  now: Buffer | undefined,
): Buffer {
  const content = (old ?? now ?? Buffer.alloc(0)).toString('latin1');
  if (content === '') return Buffer.alloc(0);
  const ended = content.endsWith('\n');
  const lines = (ended ? content.slice(0, -1) : content).split('\n');
  const sign = old === undefined ? '+' : '-';
  const count = `1${lines.length === 1 ? '' : `,${lines.length}`}`;
  const range = old === undefined ? `-0,0 +${count}` : `-${count} +0,0`;
  const end = ended ? '' : '\\ No newline at end of file\n';
  const body = lines.map(line => `${sign}${line}\n`).join('');
  return Buffer.concat([
    Buffer.from(`--- ${a}\n+++ ${b}\n@@ ${range} @@\n`),
    Buffer.from(body + end, 'latin1'),
  ]);
}

/** Each line with what a terminal would act on as escapes; tabulators stay. */
function escaped(lines: Buffer): Buffer {
  const pieces: string[] = [];
  for (let at = 0; at < lines.length; ) {
    const end = lines.indexOf(0x0a, at);
    const line = lines.subarray(at, end < 0 ? lines.length : end);
    pieces.push(
      line
        .toString('latin1')
        .split('\t')
        .map(part => visibleBytes(Buffer.from(part, 'latin1')))
        .join('\t'),
    );
    at += line.length + 1;
  }
  return Buffer.from(pieces.map(line => `${line}\n`).join(''));
}
