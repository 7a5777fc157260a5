/** A journal holds commands that prune runs: only one that is this user's own, and that nobody else can write, may say what to run. */

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory, type Place } from '../support/modes.ts';
import { tinydocker } from '../support/run.ts';

/** A workspace whose owner has died, with a journal that says: touch MARK. Returns the journal's path. */
function workspace({ mode, store }: Place, mark: string): string {
  const directory = join(store, 'tmp', '0123456789abcdef');
  ownDirectory(mode, directory);
  const head = {
    version: 1,
    kind: 'import',
    subject: 'x',
    owner: { pid: 1, start: '0', boot: 'another', namespace: 'another' },
    values: { STORE: store, T: directory },
    undos: [{ step: 'name-image', undo: { type: 'command', argv: ['touch', mark], when: 'failure' } }],
  };
  const journal = join(directory, 'journal.jsonl');
  writeFileSync(
    journal,
    `${[head, { type: 'begin', step: 'name-image' }].map(record => JSON.stringify(record)).join('\n')}\n`,
  );
  give(mode.uid, journal, 0o600);
  return journal;
}

function give(uid: number, path: string, mode: number): void {
  if (process.getuid?.() === 0) chownSync(path, uid, uid);
  chmodSync(path, mode);
}

/** What an attacker does to the journal, and whether its command may run then. */
const CASES: Readonly<Record<string, readonly [(journal: string, uid: number) => void, boolean]>> = {
  'our own': [() => undefined, true],
  'one that others can write': [(journal, uid) => give(uid, journal, 0o602), false],
  'one that the group can write': [(journal, uid) => give(uid, journal, 0o620), false],
  "another user's": [(journal, uid) => give(uid + 1, journal, 0o644), false],
  'a link': [
    journal => {
      renameSync(journal, `${journal}.away`);
      symlinkSync('journal.jsonl.away', journal);
    },
    false,
  ],
  'a pipe': [
    (journal, uid) => {
      renameSync(journal, `${journal}.away`);
      spawnSync('mkfifo', [journal]);
      give(uid, journal, 0o600);
    },
    false,
  ],
};

eachMode(test, 'only a journal of our own is believed', async place => {
  makeImage(place);
  ownDirectory(place.mode, join(place.store, 'tmp'));
  for (const [index, [name, [change, believed]]] of Object.entries(CASES).entries()) {
    if (name === "another user's" && process.getuid?.() !== 0) continue;
    const mark = join(place.home, `mark-${index}`);
    change(workspace(place, mark), place.mode.uid);
    const { status, stderr } = await tinydocker(place, ['prune', '--force'], { timeout: 20_000 });
    assert.is(status, 0, `${name}: ${stderr}`);
    assert.is(existsSync(mark), believed, name);
    assert.equal(readdirSync(join(place.store, 'tmp')), [], name);
  }
});

test.run();
