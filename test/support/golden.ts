/** Text compared with a file in fixtures/: `node scripts/test.mjs --update` writes what is there now. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import * as assert from 'uvu/assert';
import { PROJECT } from './run.ts';

/** Throws when the text, which gets a line end if it has none, is not what is in fixtures/NAME. */
export function assertGolden(name: string, content: string): void {
  const text = content.endsWith('\n') ? content : `${content}\n`;
  const file = join(PROJECT, 'fixtures', name);
  if (process.env['UPDATE'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  assert.ok(existsSync(file), `fixtures/${name} does not exist: run with --update, and read it`);
  assert.fixture(text, readFileSync(file, 'utf8'));
}
