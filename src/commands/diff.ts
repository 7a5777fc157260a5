/** `tinydocker diff`: what a container changed. */

import process from 'node:process';
import { EXIT, usageError } from '../errors.ts';
import { foundIn, pathsAsked } from '../host/changes/asked-paths.ts';
import { findChanges, isAtOrBelow } from '../host/changes/changes.ts';
import { allLayers, assertStillThere, containerStack, oursOf } from '../host/changes/container.ts';
import type { FoundChange } from '../host/changes/details.ts';
import { probeFacts } from '../host/facts.ts';
import { requireContainer } from '../host/no-container.ts';
import { installCommand } from '../host/packages.ts';
import { storePaths } from '../host/store-paths.ts';
import { shown } from '../plan/names.ts';
import { changeJson, listLine, statText, visibleBytes } from '../ui/changes-text.ts';
import { isOwner, rerunAsOwner, runForLook } from './as-owner.ts';
import { contentLines, hashes } from './diff-content.ts';
import { parseOptions } from './options.ts';

const OPTIONS = {
  stat: { type: 'boolean' },
  content: { type: 'boolean' },
  format: { type: 'string' },
  null: { type: 'boolean', short: 'z' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const help = `Show what a container changed in its image.

Examples
  tinydocker diff c1                   A added, C changed, D deleted
  tinydocker diff c1 /etc /root        only there, and below
  tinydocker diff --stat c1            what kind of change, counts and bytes
  tinydocker diff --content c1 /etc    the changes of text files, line by line
  tinydocker diff --format json c1     one JSON object for each change

Usage
  tinydocker diff [OPTIONS] NAME [PATH...]

It works while the container runs, and after it ended with run --keep. Nothing
is changed. Of a container that was forked, or is a fork, it lists what changed
before and after that. The list is complete and sorted by bytes. Of a directory
that is gone only the directory is listed; a directory with changes inside is C.

A file counts as changed (C) as soon as the container has a copy of its own.
--stat, --content and json tell what it is: changed content, mode, owner or
extended attributes; "touched", when only its time differs; "unchanged copy",
when nothing does.

What tinydocker makes itself is left out: /proc, /sys, /dev, and mount points of
volumes that the image lacks. A directory made for -w is listed.

A name may hold any byte. On a terminal, --stat and --content write odd ones as
escapes. Otherwise the list has names as they are: use -z when they may hold
line ends. In JSON, a path that is not UTF-8 has a field pathBase64 beside it.

Options
      --stat           say what kind each change is, and count
      --content        show the changes of text files as diff -u does, others by
                       size and SHA-256; with json: add sha256 of files
      --format FORMAT  how to print them: text or json
  -z, --null           end each line of the list with NUL, names as they are
  -h, --help           print this text

Exit status
  0  done, whether there are changes or not
  1  there is no such container, or not everything could be looked at
  2  the command line is wrong
`;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'diff', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const { format = 'text', stat = false, content = false, null: zero = false } = values;
  if (format !== 'text' && format !== 'json')
    throw usageError(`--format ${shown(format)} is not known.`, 'Changes are printed as text or json.');
  if (stat && (content || format === 'json'))
    throw usageError(`--stat and ${content ? '--content' : '--format json'} exclude each other.`);
  if (zero && (stat || content || format === 'json'))
    throw usageError('-z is for the plain list, without --stat, --content and --format json.');
  const [name, ...only] = positionals;
  if (name === undefined)
    throw usageError('Which container is to be looked at?', 'For example: tinydocker diff hello1');
  const facts = probeFacts();
  const paths = storePaths(facts.storeRoot);
  const container = await requireContainer(paths, name);
  const status = await rerunAsOwner(facts, 'diff', argv);
  if (status !== undefined) return status;

  const stack = await containerStack(paths, container);
  const layers = allLayers(stack);
  const { changes, unreadable, withoutXattrs } = await findChanges({
    own: stack.own,
    lower: stack.lower,
    prefix: isOwner() ? 'user' : 'trusted',
    ours: oursOf(stack.mounts),
    root: stack.root,
    only: only.flatMap(path => pathsAsked(path, layers)),
    details: stat || content || format === 'json',
    run: runForLook,
  });
  assertStillThere(stack, name);
  for (const path of only) noteMissing(path, changes, layers);
  await print(changes, { format, stat, content, zero });
  if (withoutXattrs > 0)
    note(
      `the extended attributes of ${withoutXattrs} large ${withoutXattrs === 1 ? 'file was' : 'files were'} not compared: getfattr does that (${installCommand('getfattr')})`,
    );
  for (const path of unreadable) note(`the directory ${visibleBytes(path)} could not be looked into`);
  return unreadable.length > 0 ? EXIT.failure : EXIT.ok;
}

interface Printing {
  readonly format: 'text' | 'json';
  readonly stat: boolean;
  readonly content: boolean;
  readonly zero: boolean;
}

async function print(
  changes: readonly FoundChange[],
  { format, stat, content, zero }: Printing,
): Promise<void> {
  const out = process.stdout;
  if (format === 'json') {
    for (const change of changes) out.write(changeJson(change, content ? await hashes(change) : {}));
  } else if (content) {
    for (const change of changes) out.write(await contentLines(change, out.isTTY));
  } else if (stat) {
    out.write(statText(changes));
  } else if (zero) {
    out.write(
      Buffer.concat(changes.flatMap(({ letter, path }) => [Buffer.from(`${letter} `), path, Buffer.of(0)])),
    );
  } else out.write(Buffer.concat(changes.map(change => listLine(change, out.isTTY))));
}

/** A name that was mistyped looks like one without changes. */
function noteMissing(path: string, changes: readonly FoundChange[], layers: readonly string[]): void {
  const [typed] = pathsAsked(path, layers);
  const listed = changes.some(change => typed !== undefined && isAtOrBelow(change.path, typed));
  if (!listed && foundIn(layers, path).type === 'missing')
    note(`${shown(path)} is neither in the container nor in its image`);
}

function note(text: string): void {
  process.stderr.write(`tinydocker: note: ${text}\n`);
}
