/** The walk to a mount's target, while somebody else changes what lies there: another container that shares a volume can. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MOUNT_TEXT } from '../../../src/plan/run/mount-in-root.ts';
import { withTempDir } from '../../support/dirs.ts';
import { skipUnless } from '../../support/skip.ts';

const BASH = spawnSync('bash', ['--version']).status === 0;

/** In bash, "[" can be a function: it says what the program sees, and a moment later the link is there. */
const RACE = `
[() {
  builtin [ "$@"
  local answer=$?
  case "$*" in '-e ./file ]') builtin [ -e ./file ] || ln -s "$VICTIM" ./file ;; esac
  return $answer
}
`;

skipUnless(
  test,
  'a file that is made for a target is never made through a link',
  BASH,
  'bash is not installed',
  () =>
    withTempDir(dir => {
      const [root, victim, source] = ['root', 'victim', 'source'].map(name => join(dir, name)) as [
        string,
        string,
        string,
      ];
      mkdirSync(root);
      writeFileSync(victim, 'of the host\n');
      writeFileSync(source, 'of the volume\n');
      const argv = ['-ec', RACE + MOUNT_TEXT, 'mount', 'bind', source, '/file', 'rw'];
      const { status, stderr } = spawnSync('bash', argv, {
        cwd: root,
        env: { ...process.env, VICTIM: victim },
        encoding: 'utf8',
      });
      assert.is.not(status, 0);
      assert.match(stderr, /\.\/file|changed while/);
      assert.is(readFileSync(victim, 'utf8'), 'of the host\n');
    }),
);

test.run();
