/** The table of causes: large enough, each row produced by a test, and docs/errors.md the same. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { LESSON_NAMES } from '../../src/plan/lessons.ts';
import { causesPage } from '../support/causes-page.ts';
import { CAUSES } from '../support/causes-table.ts';
import { PROJECT } from '../support/run.ts';

const ROWS = CAUSES.flatMap(({ rows }) => rows);
const PAGE = join(PROJECT, 'docs/errors.md');

test('there are at least 25 causes, each once, with lessons that there are', () => {
  assert.ok(ROWS.length >= 25, `${ROWS.length}`);
  assert.is(new Set(ROWS.map(({ id }) => id)).size, ROWS.length);
  for (const { id, said, lesson } of ROWS) {
    assert.match(said, /^[A-Z"$].*\.$|^(workdir|pivot_root) .*\.$/, id);
    assert.ok(lesson === undefined || LESSON_NAMES.includes(lesson), id);
  }
});

test('each cause is produced by a test', () => {
  const directory = join(PROJECT, 'test/e2e');
  const tests = readdirSync(directory)
    .filter(file => file.includes('errors') || file.includes('causes'))
    .map(file => readFileSync(join(directory, file), 'utf8'))
    .join('\n');
  assert.equal(
    ROWS.map(({ id }) => id).filter(id => !tests.includes(`'${id}'`)),
    [],
  );
});

test('docs/errors.md has the same table', () => {
  const page = readFileSync(PAGE, 'utf8');
  const expected = causesPage(page);
  if (process.env['UPDATE'] === '1') writeFileSync(PAGE, expected);
  assert.fixture(readFileSync(PAGE, 'utf8'), expected);
});

test.run();
