/** Journals: what is written is read back, and nothing that does not have our shape is believed. */

import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openJournal } from '../../src/exec/journal.ts';
import {
  hasSucceeded,
  JOURNAL_FILE,
  parseJournal,
  pendingUndos,
  readJournal,
} from '../../src/host/journal-file.ts';
import { ownerLives, thisOwner } from '../../src/host/owner.ts';
import { arg, C } from '../../src/plan/arg.ts';
import type { Plan, Step } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';

const test = suite('exec/journal');

function step(id: string, when: 'always' | 'failure', more: Partial<Step> = {}): Step {
  return {
    id,
    phase: 'p',
    title: id,
    where: { type: 'host' },
    action: { type: 'run', argv: ['true'] },
    undo: { type: 'command', argv: ['rm', arg`${C}/${id}`], when },
    why: '',
    pitfalls: [],
    ...more,
  };
}

const PLAN: Plan = {
  kind: 'import',
  subject: 'x',
  summary: '',
  variables: [],
  phases: [],
  steps: [
    step('a', 'always', { reserves: true }),
    step('b', 'failure'),
    step('c', 'failure', { reserves: true }),
  ],
  notes: [],
};

const VALUES = new Map([['C', '/c']]);

/** The journal's text after these records. */
function written(records: Parameters<ReturnType<typeof openJournal>['append']>[0][]): Promise<string> {
  return withTempDir(dir => {
    const journal = openJournal(dir, PLAN, VALUES);
    for (const record of records) journal.append(record);
    journal.close();
    return readFileSync(join(dir, JOURNAL_FILE), 'utf8');
  });
}

function pending(text: string): readonly string[] | undefined {
  const journal = parseJournal(text);
  return journal && pendingUndos(journal).undos.map(undo => undo.step);
}

test('the undos of what was begun, newest first', async () => {
  const text = await written([
    { type: 'begin', step: 'a' },
    { type: 'done', step: 'a', values: { FOUND: '1' } },
    { type: 'begin', step: 'b' },
  ]);
  assert.equal(pending(text), ['b', 'a']);
  const journal = parseJournal(text);
  assert.equal(journal && [...pendingUndos(journal).values], [
    ['C', '/c'],
    ['FOUND', '1'],
  ]);
});

test('what reserves something is undone only once it is done', async () => {
  const records = [
    { type: 'begin', step: 'a' },
    { type: 'done', step: 'a' },
    { type: 'begin', step: 'c' },
  ] as const;
  assert.equal(pending(await written([...records])), ['a']);
  assert.equal(pending(await written([...records, { type: 'done', step: 'c' }])), ['c', 'a']);
});

test('after success only what is always undone, and nothing twice', async () => {
  const begun = ['a', 'b', 'c'].flatMap(id => [
    { type: 'begin', step: id } as const,
    { type: 'done', step: id } as const,
  ]);
  const text = await written([...begun, { type: 'succeeded' }]);
  assert.equal(pending(text), ['a']);
  assert.ok(hasSucceeded(parseJournal(text)?.records ?? []));
  assert.equal(pending(await written([...begun, { type: 'undone', step: 'c' }])), ['b', 'a']);
});

test('a journal cut off at any byte says what its whole lines say', async () => {
  const text = await written([
    { type: 'begin', step: 'a' },
    { type: 'done', step: 'a' },
    { type: 'begin', step: 'b' },
  ]);
  const bytes = Buffer.from(text);
  for (let length = 0; length <= bytes.length; length += 1) {
    const cut = bytes.subarray(0, length).toString('utf8');
    const whole = cut.slice(0, cut.lastIndexOf('\n') + 1);
    assert.equal(parseJournal(cut), parseJournal(whole));
    assert.is(parseJournal(cut) === undefined, whole === '');
  }
});

test('a broken line in the middle hides only itself', async () => {
  const [head = '', ...rest] = (
    await written([
      { type: 'begin', step: 'a' },
      { type: 'done', step: 'a' },
    ])
  ).split('\n');
  const records = [head, '{"type":"beg', '17', 'null', '[]', '{"type":"begin","step":7}', ...rest].join('\n');
  assert.equal(
    parseJournal(records)?.records.map(({ type }) => type),
    ['begin', 'done'],
  );
});

test('a head of another shape is no journal', async () => {
  const [line = ''] = (await written([])).split('\n');
  const head = JSON.parse(line) as Record<string, unknown>;
  assert.ok(parseJournal(`${JSON.stringify(head)}\n`));
  for (const change of [
    { version: 2 },
    { kind: 'toString' },
    { subject: 1 },
    { owner: undefined },
    { owner: { pid: '1', start: '', boot: '', namespace: '' } },
    { values: { C: 1 } },
    { values: { C: 'a\0b' } },
    { values: [] },
    { undos: {} },
    { undos: [null] },
    { undos: [{ step: 'a', undo: { type: 'command', argv: [], when: 'always' } }] },
    { undos: [{ step: 'a', undo: { type: 'command', argv: [1], when: 'always' } }] },
    { undos: [{ step: 'a', undo: { type: 'command', argv: [[{ var: 1 }]], when: 'always' } }] },
    { undos: [{ step: 'a', undo: { type: 'command', argv: ['a\0'], when: 'always' } }] },
    { undos: [{ step: 'a', undo: { type: 'command', argv: 'rm', when: 'always' } }] },
    { undos: [{ step: 'a', undo: { type: 'command', argv: ['rm'], when: 'never' } }] },
    { undos: [{ step: 'a', undo: { type: 'stop-init' } }] },
  ])
    assert.is(parseJournal(`${JSON.stringify({ ...head, ...change })}\n`), undefined, JSON.stringify(change));
});

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.array(fc.json()).map(lines => `${lines.join('\n')}\n`),
      ),
      text => {
        parseJournal(text);
      },
    ),
  );
});

test('no journal, or one that can not be read, is none', () =>
  withTempDir(dir => {
    assert.is(readJournal(dir), undefined);
    writeFileSync(join(dir, JOURNAL_FILE), Buffer.from([0xff, 0xfe, 0x0a]));
    assert.is(readJournal(dir), undefined);
    assert.is(readJournal(join(dir, 'none')), undefined);
  }));

test('a journal can not be begun twice in one workspace', () =>
  withTempDir(dir => {
    openJournal(dir, PLAN, VALUES).close();
    assert.throws(() => openJournal(dir, PLAN, VALUES), /EEXIST/);
    appendFileSync(join(dir, JOURNAL_FILE), 'x');
  }));

test('an owner lives as long as the very process does', () => {
  const me = thisOwner();
  assert.is(ownerLives(me), true);
  assert.is(ownerLives({ ...me, start: '1' }), false, 'another process of the same number');
  assert.is(ownerLives({ ...me, boot: 'another' }), false);
  assert.is(ownerLives({ ...me, pid: 4_194_305 }), false);
  assert.is(ownerLives({ ...me, namespace: 'pid:[1]' }), undefined, 'it can not be seen from here');
});

test.run();
