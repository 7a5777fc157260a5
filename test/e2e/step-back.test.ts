// @long
/**
 * A step back as a property: whatever the plan, one step forward and one back leave mount tables, namespaces, processes and the store as they were; all
 * steps forward and all back leave nothing; and then the container still runs. Checked by what the executor says, and independently of it.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { recordedInit } from '../../src/host/init-process.ts';
import { type Debugger, withDebugger } from '../support/debugger.ts';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Mode, ownDirectory, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { eachTerminalMode, PYTHON } from '../support/pty.ts';

const test = suite('e2e/step-back');

const COMMAND = ['/bin/sh', '-c', `${GUARD}echo ran`];

/** What everybody can see from outside. A replay makes everything anew: then numbers differ, and only they. */
interface State {
  /** Without the journal, which grows with each step. */
  readonly tree: readonly string[];
  readonly hostMounts: string;
  readonly mounts: readonly string[];
  readonly namespaces: readonly string[];
  /** Extended attributes of the container's directory, which overlay marks its layers with. */
  readonly attributes: string;
  /** Their number: PIDs of the debugger's own children come and go. */
  readonly processes: number;
}

function stateOf(place: Place, init: number | undefined): State {
  const links = init === undefined ? [] : readdirSync(`/proc/${init}/ns`);
  return {
    tree: treeOf(join(place.store, 'containers')).filter(line => !line.includes('/journal.jsonl"')),
    hostMounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    attributes: attributesBelow(join(place.store, 'containers')),
    mounts: init === undefined ? [] : readFileSync(`/proc/${init}/mountinfo`, 'utf8').trimEnd().split('\n'),
    namespaces: links.map(name => readlinkSync(`/proc/${init}/ns/${name}`)),
    processes: init === undefined ? 0 : inNamespaceOf(init),
  };
}

const ATTRIBUTES = `
import os, sys
for root, directories, files in os.walk(sys.argv[1]):
    for path in [root] + [os.path.join(root, name) for name in files]:
        names = sorted(os.listxattr(path, follow_symlinks=False))
        if names: print(path, names)
`;

/** Node can not read them. */
function attributesBelow(directory: string): string {
  if (PYTHON === undefined) return '';
  return spawnSync(PYTHON, ['-c', ATTRIBUTES, directory], { encoding: 'utf8' }).stdout;
}

/** Processes that see the same PID namespace. */
function inNamespaceOf(init: number): number {
  const own = namespaceOf(String(init));
  return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && namespaceOf(pid) === own).length;
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** Where numbers tell nothing: ids and parents of mounts, device numbers, inode numbers of namespaces, the number of the terminal. */
function withoutNumbers(state: State): State {
  const order = new Map(state.mounts.map((line, index) => [line.split(' ')[0], String(index)]));
  return {
    ...state,
    tree: state.tree.map(line => line.replace(/\S+ (?="\.\/c1\/devices\.fstab")/, '')),
    mounts: state.mounts.map(line => {
      const [id, parent, , ...rest] = line.replace(/ \/\d+ (\S*\/dev\/console) /, ' /N $1 ').split(' ');
      return [
        order.get(id),
        order.get(parent),
        ...rest.map(word => word.replace(/^(shared|master):\d+$/, '$1:N')),
      ].join(' ');
    }),
    namespaces: state.namespaces.map(link => link.replaceAll(/\d+/g, 'N')),
  };
}

function initOf(place: Place): number | undefined {
  return recordedInit(join(place.store, 'containers/c1'))?.pid;
}

interface Variant {
  readonly name: string;
  readonly args: (place: Place) => readonly string[];
  readonly image?: (place: Place) => void;
  readonly terminal?: boolean;
  readonly only?: readonly Mode['name'][];
}

const VARIANTS: readonly Variant[] = [
  { name: 'a plain container', args: () => [] },
  {
    name: 'a terminal and a user',
    args: ({ mode }) => ['-t', ...(mode.name === 'single' ? [] : ['-u', 'ann'])],
    terminal: true,
    only: ['root', 'range'],
  },
  {
    name: 'volumes, tmpfs, volumes of the image, a working directory',
    image: place => void makeImage(place, { config: { Volumes: { '/var/data': {} } } }),
    args: place => {
      const shared = ownDirectory(place.mode, join(place.dir, 'shared'));
      return [
        '-v',
        `${shared}:/mnt/a/b`,
        '-v',
        `${shared}:/etc/deep:ro`,
        '--tmpfs',
        '/scratch:size=1m',
        '-w',
        '/new/deep',
      ];
    },
    only: ['root', 'single'],
  },
  {
    name: 'three layers, read-only, kept, with a small init',
    image: place => layered(place, 3),
    args: () => ['--read-only', '--keep', '--init'],
    only: ['root', 'range'],
  },
  { name: 'forty layers', image: place => layered(place, 40), args: () => [], only: ['root', 'single'] },
];

function withBase(place: Place): void {
  makeImage(place);
}

function layered(place: Place, count: number): void {
  let on = makeImage(place, { name: 'layer-1:latest' }).layers;
  for (let number = 2; number <= count; number += 1)
    on = makeImage(place, {
      name: number === count ? 'base:latest' : `layer-${number}:latest`,
      on,
      empty: true,
    }).layers;
}

/** Forward to the gate; at each step once back and forward again. */
async function thereAndBack(place: Place, session: Debugger): Promise<readonly State[]> {
  const states = [stateOf(place, undefined)];
  for (;;) {
    const before = states.at(-1) as State;
    const [, id] = /next is step \d+\/\d+ (\S+) \((?!.*next is)/s.exec(session.said().slice(-2000)) ?? [];
    if (id === 'open-gate') return states;
    const forward = await session.send('n');
    assert.match(forward, /: done in /, forward);
    const after = stateOf(place, initOf(place));
    const back = await session.send('N');
    assert.match(back, /everything is as it was before the step/, back);
    const replayed = back.includes('starting again');
    const [then, now] = [before, stateOf(place, initOf(place))].map(
      replayed ? withoutNumbers : state => state,
    );
    assert.equal(now, then, `${id} was not taken back`);
    await session.send('n');
    const again = stateOf(place, initOf(place));
    assert.equal(withoutNumbers(again), withoutNumbers(after), `${id} was not done again`);
    states.push(again);
  }
}

for (const { name, args, image = withBase, terminal = false, only } of VARIANTS) {
  const body = async (place: Place) => {
    image(place);
    const words = [...args(place), 'c1', ...COMMAND];
    const before = hostState(place.store);
    await withDebugger(place, words, { terminal }, async session => {
      await allBack(place, session, await thereAndBack(place, session));
      const { status, stdout, stderr } = await session.last('c');
      assert.is(status, 0, stderr);
      assert.match(terminal ? stderr : stdout, /^ran$/m);
    });
    if (!words.includes('--keep')) await assertUnchanged(before, place.store);
  };
  const each = terminal ? eachTerminalMode : eachMode;
  each(test, `each step of ${name} is taken back, and all of them`, body, only);
}

/** From the gate to the beginning. */
async function allBack(place: Place, session: Debugger, states: readonly State[]): Promise<void> {
  for (let at = states.length - 2; at >= 0; at -= 1) {
    const said = await session.send('N');
    assert.match(said, /everything is as it was before the step/, said);
    const [now, then] = [stateOf(place, initOf(place)), states[at] as State].map(withoutNumbers);
    assert.equal(now, then, `all back to ${at}`);
  }
}

test.run();
