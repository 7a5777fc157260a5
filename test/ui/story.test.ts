/** Scenes of a recording, and the mount tree in them. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PlanEvent } from '../../src/events.ts';
import type { MountRow, Snapshot } from '../../src/snapshot/snapshot.ts';
import { namesOf, storyOf } from '../../src/ui/story.ts';
import { recordingOf } from '../support/recordings.ts';
import { EVENTS, PLAN } from './events.ts';

const test = suite('ui/story');

function mount(id: number, parent: number, target: string, more: Partial<MountRow> = {}): MountRow {
  const rest = {
    root: '/',
    type: 'ext4',
    source: '/dev/vda',
    options: 'rw',
    superOptions: 'rw',
    propagation: 'private',
  };
  return { id, parent, target, ...rest, ...more };
}

function look(mounts?: readonly MountRow[]): Snapshot {
  const init = { pid: 7, number: 1, processes: [], namespaces: [], interfaces: [], cgroups: [] };
  return {
    host: { mounts: 1, digest: 'x' },
    directory: [],
    upper: [],
    upperComplete: true,
    ...(mounts === undefined ? {} : { init: { ...init, mounts } }),
  };
}

const started: PlanEvent = { type: 'plan-started', plan: PLAN };
const done = (step: string): PlanEvent => ({ type: 'step-done', step, milliseconds: 1 });
const seen = (moment: 'begin' | 'step' | 'end', mounts?: readonly MountRow[], step?: string): PlanEvent => ({
  ...{ type: 'snapshot', moment, snapshot: look(mounts) },
  ...(step === undefined ? {} : { step }),
});

test('a scene for the beginning, each step, each undo and the end', () => {
  assert.equal(
    storyOf(recordingOf(EVENTS.leftover)).map(({ happened, step, status }) =>
      [happened, step, status].join(' '),
    ),
    [
      'begin  ',
      'step reserve-name done',
      'step start-init done',
      'step mount-overlay failed',
      'undo start-init undone',
      'undo reserve-name undo failed',
      'end  ',
    ],
  );
});

test('a look belongs to what was done before it; without looks nobody claims that nothing changed', () => {
  const root = mount(1, 0, '/');
  const [begin, reserve, init, end] = storyOf(
    recordingOf([
      ...[started, seen('begin'), done('reserve-name'), seen('step', undefined, 'reserve-name')],
      ...[done('start-init'), seen('step', [root], 'start-init'), seen('end')],
      { type: 'plan-ended', outcome: { type: 'succeeded', status: 0, leftovers: [], milliseconds: 1 } },
    ]),
  );
  assert.equal([begin?.changes, reserve?.changes], [[], []]);
  assert.equal(
    init?.changes?.map(({ sign, text }) => sign + text),
    ['+a mount table of its own, a copy: 1 mount'],
  );
  assert.equal(
    end?.changes?.map(({ sign }) => sign),
    ['-'],
  );
  assert.is(storyOf(recordingOf(EVENTS.success))[1]?.changes, undefined);
});

test('the tree: each below its parent, what came with the table, what is new and what moved', () => {
  const before = [mount(1, 0, '/'), mount(2, 1, '/proc'), mount(3, 1, '/old')];
  const after = [
    mount(2, 1, '/proc'),
    mount(1, 0, '/'),
    mount(3, 2, '/proc/old'),
    mount(9, 3, '/proc/old/x'),
  ];
  const scenes = storyOf(
    recordingOf([
      ...[started, seen('begin'), done('start-init'), seen('step', before, 'start-init')],
      ...[done('mount-overlay'), seen('step', after, 'mount-overlay')],
    ]),
  );
  const lines = scenes
    .at(-1)
    ?.mounts?.map(({ depth, text, sign, copied }) => [depth, text.split('  ')[0], sign, copied]);
  assert.equal(lines, [
    [0, '/', '', true],
    [1, '/proc', '', true],
    [2, '/proc/old', '~', true],
    [3, '/proc/old/x', '+', false],
  ]);
});

test('a table that goes round in circles ends', () => {
  const mounts = [mount(1, 2, '/a'), mount(2, 1, '/b'), mount(3, 3, '/c'), mount(4, 3, '/d')];
  const scenes = storyOf(
    recordingOf([started, seen('begin'), done('start-init'), seen('step', mounts, 'start-init')]),
  );
  assert.equal(
    scenes.at(-1)?.mounts?.map(({ text }) => text.split('  ')[0]),
    ['/c', '/d'],
  );
});

test('names of paths, the longest first; what is none, is not known or too long is left out', () => {
  const variables = [
    { name: 'STORE', meaning: '', value: '/s' },
    { name: 'C', meaning: '', value: [{ var: 'STORE' }, '/containers/c1'] },
    { name: 'TEXT', meaning: '', value: 'no path' },
    { name: 'X', meaning: '', value: [{ var: 'LATER' }, '/x'] },
    { name: 'LATER', meaning: '' },
    { name: 'LONG', meaning: '', value: `/${'x'.repeat(5000)}` },
  ];
  assert.equal(namesOf({ ...PLAN, variables }), [
    ['$C', '/s/containers/c1'],
    ['$STORE', '/s'],
  ]);
});

test.run();
