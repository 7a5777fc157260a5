/** Frames of the dashboard as they stand on the screen, in fixtures/frames. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FoundChange } from '../../../src/host/changes/details.ts';
import type { Entry } from '../../../src/plan/changes/change.ts';
import { type DashboardState, PANELS, type PanelData } from '../../../src/ui/dashboard/state.ts';
import { sparkline } from '../../../src/ui/dashboard/text.ts';
import { dashboard } from '../../../src/ui/dashboard/view.ts';
import { marks } from '../../../src/ui/marks.ts';
import { asciiColumns, type Line, plainText, widthOf } from '../../../src/ui/screen/text.ts';
import { assertGolden } from '../../support/golden.ts';
import { after, BASE, exited, LOOKS, look, NOW, RUNNING, seeing, stateOf, type } from './values.ts';

const test = suite('view');
const SIZES = [
  [80, 24],
  [120, 40],
  [60, 20],
  [40, 12],
] as const;

const frame = (state: DashboardState, columns: number, rows: number, unicode = true): readonly Line[] => {
  const lines = dashboard(state, { columns, rows, marks: marks(unicode) });
  assert.is(lines.length, rows);
  for (const line of lines) assert.is(widthOf(line), columns, plainText(line));
  return lines;
};

/** The rows as they are read, without colours. */
const frameText = (lines: readonly Line[]): string => lines.map(row => plainText(row).trimEnd()).join('\n');

const entry = (type: Entry['type'], size: number): Entry => ({
  ...{ type, size, mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, rdev: 0 },
});
const change = (letter: 'A' | 'C' | 'D', path: string, after?: Entry): FoundChange => ({
  ...{ letter, path: Buffer.from(path), differences: [] },
  ...(after === undefined ? {} : { after }),
});
const mount = (mountPoint: string, kind: string, ...options: readonly string[]) => ({
  ...{ mountPoint, type: kind, options },
});
const namespace = (name: 'mnt' | 'net' | 'user', inode: string, shared: boolean) => ({ name, inode, shared });
const usage = (at: number, ticks: number, memory: number) => ({
  ...{ at, ticks, memory, threads: 2, disk: { read: 0, written: 131_000 } },
  network: { read: 0, written: 0 },
});
const DATA: { readonly [P in (typeof PANELS)[number]]: PanelData & { readonly panel: P } } = {
  changes: {
    panel: 'changes',
    complete: true,
    changes: [
      change('A', '/test', entry('directory', 0)),
      change('A', '/root/.ash_history', entry('file', 12)),
      change('C', '/etc/motd', entry('file', 4100)),
      change('D', '/bin/touch'),
      change('A', '/tmp/\u001b[2Jclear 层', entry('fifo', 0)),
    ],
  },
  mounts: {
    panel: 'mounts',
    from: 'kernel',
    mounts: [mount('/', 'overlay', 'rw', 'relatime'), mount('/proc', 'proc', 'rw', 'nosuid', 'nodev')],
  },
  namespaces: {
    panel: 'namespaces',
    pid: 7955,
    namespaces: [namespace('mnt', '4026532180', false), namespace('user', '4026531837', true)],
  },
  usage: {
    panel: 'usage',
    memory: 8_000_000_000,
    usages: [usage(0, 0, 400_000), usage(2000, 10, 500_000), usage(4000, 110, 600_000)],
  },
  logs: {
    panel: 'logs',
    kept: true,
    lines: [
      { stream: 'stdout', text: 'ready' },
      { stream: 'stderr', text: '\\x1b[31mred' },
    ],
  },
  plan: {
    panel: 'plan',
    plan: {
      kind: 'run',
      values: [['C', '/var/lib/tinydocker/containers/hello1']],
      steps: [
        { id: 'reserve-name', title: 'reserve the name', state: 'done', undo: 'rm -rf -- "$C"' },
        { id: 'mount-overlay', title: 'join the layers', state: 'undone', undo: undefined },
        { id: 'wait', title: 'wait for it to end', state: 'begun', undo: undefined },
        { id: 'remove', title: undefined, state: undefined, undo: 'rm -f -- "$C/ready"' },
      ],
    },
  },
  events: {
    panel: 'events',
    events: [
      { type: 'container', action: 'start', name: 'hello1', time: NOW, attributes: { image: 'base:latest' } },
    ],
  },
};

for (const [columns, rows] of SIZES) {
  const name = `${columns}x${rows}`;
  test(`containers and changes, ${name}`, () =>
    assertGolden(
      `frames/dashboard-${name}.txt`,
      frameText(frame(seeing(stateOf(), DATA.changes), columns, rows)),
    ));

  test(`images, and a question, ${name}`, () =>
    assertGolden(
      `frames/dashboard-question-${name}.txt`,
      frameText(frame({ ...type(stateOf(), 'd').state, place: 'images' }, columns, rows)),
    ));

  test(`help, ${name}`, () =>
    assertGolden(
      `frames/dashboard-help-${name}.txt`,
      frameText(frame(type(stateOf(), '?').state, columns, rows)),
    ));
}

for (const panel of PANELS)
  test(`the panel ${panel}`, () =>
    assertGolden(
      `frames/dashboard-panel-${panel}.txt`,
      frameText(
        frame(
          { ...seeing(stateOf({ columns: 90, rows: 20 }), DATA[panel]), opened: true, place: 'panel' },
          90,
          20,
        ),
      ),
    ));

test('without UTF-8 there is nothing but ASCII, in the same columns', () => {
  const lines = frame(seeing(stateOf(), DATA.changes), 80, 24, false);
  const text = lines.map(row => asciiColumns(plainText(row)));
  for (const row of text) assert.is(row.length, 80);
  assertGolden('frames/dashboard-ascii-80x24.txt', text.map(row => row.trimEnd()).join('\n'));
});

test('an empty store, and one that was not looked at yet', () => {
  const empty = stateOf({}, []);
  assert.match(frameText(frame({ ...empty, images: [] }, 80, 24)), /There is none\. r runs one\./);
  assert.match(frameText(frame({ ...empty, known: false }, 80, 24)), /looking at the store/);
  assert.match(frameText(frame(type(stateOf(), '/zzz\r').state, 80, 24)), /The filter lets none through/);
});

test('a terminal that is too small says how large it has to be', () => {
  assert.match(
    dashboard(stateOf(), { columns: 28, rows: 6, marks: marks(true) })
      .map(plainText)
      .join(' '),
    /28x6 is too small .* 30x8/,
  );
});

test('property: at every size it fills the screen, and no row is too long', () => {
  for (let columns = 30; columns < 140; columns += 19)
    for (let rows = 8; rows < 45; rows += 7)
      for (const state of [
        stateOf(),
        stateOf({ opened: true, place: 'panel' }),
        stateOf({ place: 'images' }),
      ])
        for (const panel of PANELS) frame(seeing(state, DATA[panel]), columns, rows);
});

test('hostile names and messages are made visible', () => {
  const evil = '\u001b[2J\u202eevil\n';
  const state = stateOf({ filter: '' }, [
    look('ok', RUNNING, { image: evil, directory: evil }),
    look('gone', exited(1), { frozen: [evil] }),
  ]);
  const texts = [
    state,
    { ...state, container: 'gone' },
    after(state, { type: 'said', message: { kind: 'failed', text: evil } }),
    type(state, ':\u001b[200~\u202e\u001b[201~').state,
    { ...state, store: evil, images: [{ ...BASE, name: evil }] },
    { ...state, page: { command: 'x', lines: [evil], top: 0 } },
    seeing(state, { panel: 'logs', nothing: evil }),
    seeing(state, { panel: 'mounts', from: 'record', mounts: [mount(evil, evil, evil)] }),
  ].map(one => frame(one, 120, 40).map(plainText).join(''));
  for (const [index, text] of texts.entries()) assert.not.match(text, /[\u0000-\u001f\u202e]/, `${index}`);
});

test('of 2000 containers only those that are seen are made into rows', () => {
  let asked = 0;
  const looks = Array.from({ length: 2000 }, (_, index) => {
    const one = look(`c${index}`, RUNNING);
    return {
      ...one,
      get created() {
        asked += 1;
        return one.created;
      },
    };
  });
  const state = type(stateOf({}, looks), '\u001b[F').state;
  const text = frameText(frame(state, 80, 24));
  assert.match(text, /▶ c1999 /);
  assert.match(text, /2000\/2000/);
  assert.is(asked, 0);
});

test('one that was killed for want of memory is told of', () => {
  assert.match(
    frameText(frame(stateOf({}, LOOKS), 120, 40)),
    /! web was killed by the kernel: out of memory/,
  );
});

test('a sparkline', () => {
  assert.is(sparkline([0, 1, 2, 4], true), '▁▂▄█');
  assert.is(sparkline([0, 0], true), '▁▁');
  assert.is(sparkline([1], false), '');
});

test.run();
