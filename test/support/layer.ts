/** What a printed commit packs: its list, and the members of the archive that it makes. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { visibleBytes } from '../../src/ui/changes-text.ts';
import type { Place } from './modes.ts';
import { runAs, tinydocker } from './run.ts';

export interface PackedLayer {
  /** "A /path", as the script's head has them. */
  readonly contents: readonly string[];
  /** In the order of the archive: as tar lists their type, and their names without "." in front, as bytes. */
  readonly members: readonly { readonly type: string; readonly name: Buffer }[];
  readonly tar: string;
}

/** Prints the commit, runs the script, and keeps the new layer's archive. */
export async function packedLayer(
  place: Place,
  args: readonly string[],
  file = 'layer.tar',
): Promise<PackedLayer> {
  const printed = await tinydocker(place, ['commit', '--dry-run', ...args]);
  assert.is(printed.status, 0, printed.stderr);
  const tar = join(place.home, file);
  const script = printed.stdout.replace(
    /^# list-(\d+):/m,
    (line, number) => `cp -- "$T/${number}.tar" '${tar}'\n${line}`,
  );
  const { status, stderr } = await runAs(place, ['sh'], { input: script });
  assert.is(status, 0, stderr);
  const head = printed.stdout.slice(0, printed.stdout.indexOf('\nSTORE='));
  return {
    contents: [...head.matchAll(/^# {3}(.*)$/gm)].map(([, line = '']) => line),
    members: membersOf(tar),
    tar,
  };
}

/** The members of a plain archive. */
export function membersOf(tar: string): PackedLayer['members'] {
  const { status, stdout, stderr } = spawnSync(
    'tar',
    ['--list', '--verbose', '--absolute-names', '--numeric-owner', '--quoting-style=c', '--file', tar],
    { encoding: 'latin1', env: { PATH: process.env['PATH'], LC_ALL: 'C' }, maxBuffer: 1 << 28 },
  );
  assert.is(status, 0, stderr);
  return stdout.split('\n').flatMap(line => {
    const [, name] = /^[^"]*"((?:[^"\\]|\\.)*)"/.exec(line) ?? [];
    if (name === undefined) return [];
    return [
      { type: line.slice(0, 1), name: unquoted(name.replace(/^(\.\/)?/, '/').replace(/(?<=.)\/$/, '')) },
    ];
  });
}

/** The members as lines of the list: marks of deletion are D; an opaque directory's are "O" with its path. */
export function linesOf(members: PackedLayer['members']): readonly string[] {
  return members.map(({ name }) => {
    const slash = name.lastIndexOf('/');
    const [directory, last] = [name.subarray(0, slash), name.subarray(slash + 1)];
    if (last.equals(Buffer.from('.wh..wh..opq'))) return `O ${visibleBytes(directory)}`;
    if (last.indexOf('.wh.') !== 0) return `+ ${visibleBytes(name)}`;
    return `D ${visibleBytes(Buffer.concat([directory, Buffer.from('/'), last.subarray(4)]))}`;
  });
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unquoted(text: string): Buffer {
  const bytes = text.replaceAll(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
  );
  return Buffer.from(bytes, 'latin1');
}
