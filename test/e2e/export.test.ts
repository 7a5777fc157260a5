/** export: the archive holds what the container sees, and nothing else; the host and the store stay as they are. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { whileRuns } from '../support/background.ts';
import { assertUnchanged, hostState, treeOf } from '../support/host.ts';
import { makeImage, program, staticBusybox } from '../support/image.ts';
import { CELLS, editsOf, fill } from '../support/matrix.ts';
import { eachMode, MODES, type Mode, type Place, withPlace } from '../support/modes.ts';
import { NO_PYTHON, PYTHON, ptyTinydocker, text } from '../support/pty.ts';
import { runAs, startTinydocker, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { editIn, sorted, type Tree } from '../support/trees.ts';
import { until } from '../support/until.ts';

const test = suite('export');
const hasBusybox = staticBusybox() !== undefined;

function eachWithBusybox(name: string, body: (place: Place) => Promise<void>): void {
  if (hasBusybox) eachMode(test, name, body);
  else skipUnless(test, name, false, 'there is no static busybox', () => undefined);
}

/** Exports to stdout, through a pipe, into a file; gives its path. */
async function exported(place: Place, name: string, file = `${name}.tar`): Promise<string> {
  const path = join(place.home, file);
  const words = [...tinydockerProgram(), 'export', name];
  const { status, stderr } = await runAs(place, [
    ...['bash', '-c', 'set -o pipefail; file=$1; shift; "$@" | cat >"$file"', 'pipe', path, ...words],
  ]);
  assert.equal([status, stderr], [0, '']);
  return path;
}

/** What a container of the exported files sees, as editIn lists it. */
async function imported(place: Place, file: string, name: string): Promise<Tree> {
  const made = await tinydocker(place, ['image', 'import', '-q', name, file]);
  assert.is(made.status, 0, made.stderr);
  return (await editIn(place, `${name}-1`, ':', ['--image', name])).before;
}

function members(file: string): readonly string[] {
  const { stdout } = spawnSync('tar', ['-tf', file, '--quoting-style=literal'], { encoding: 'latin1' });
  return stdout.split('\n').filter(line => line !== '');
}

eachWithBusybox('of a kept container, imported again: the same tree, over the matrix', async place => {
  makeImage(place, { change: fill });
  const { after } = await editIn(place, 'c1', editsOf(CELLS));
  const before = hostState(place.store);
  const file = await exported(place, 'c1');
  await assertUnchanged(before, place.store);
  assert.equal(sorted(await imported(place, file, 'copy')), sorted(after));
  assert.equal(
    members(file).filter(name => /^\.\/(proc|sys|dev)./.test(name)),
    ['./dev/', './proc/', './sys/'],
  );
});

const LIST = 'find /m /made -exec stat -c "%F|%a|%u|%g|%Y|%N" {} + 2>/dev/null | sort';

eachWithBusybox('of a running container: what it sees itself, without what is mounted in it', async place => {
  makeImage(place, { change: fill });
  const volume = join(place.home, 'vol');
  mkdirSync(volume, { mode: 0o777 });
  writeFileSync(join(volume, 'in-volume'), 'x');
  const options = [
    '-v',
    `${volume}:/data/with blank`,
    '-v',
    `${volume}/in-volume:/etc/bound`,
    '--tmpfs',
    '/t',
  ];
  const edits = `echo x >/t/in-tmpfs; umask 022; { ${editsOf(CELLS)}\n:; } 2>/dev/null; ${LIST}`;
  await whileRuns(
    place,
    'c1',
    edits,
    async running => {
      const before = hostState(place.store);
      const file = await exported(place, 'c1');
      const again = await exported(place, 'c1', 'again.tar');
      await assertUnchanged(before, place.store);
      assert.equal(readFileSync(file), readFileSync(again));
      const names = members(file);
      for (const empty of ['./data/with blank/', './t/', './proc/', './dev/', './sys/']) {
        const below = names.filter(name => name.startsWith(empty));
        assert.equal(below, [empty]);
      }
      assert.equal(
        names.filter(name => /in-(volume|tmpfs)/.test(name)),
        [],
      );
      const made = await tinydocker(place, ['image', 'import', '-q', 'copy', file]);
      assert.is(made.status, 0, made.stderr);
      const seen = await tinydocker(place, ['run', '-q', '--image', 'copy', 'c2', 'sh', '-c', LIST]);
      assert.is(seen.stdout, running.stdout().replace(/up\n$/, ''));
    },
    options,
  );
});

eachWithBusybox('the printed script writes the same bytes, in sh and in bash', async place => {
  makeImage(place);
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'kept', 'touch', '/made'])).status, 0);
  await whileRuns(place, 'running', 'echo x >/made', async () => {
    for (const name of ['kept', 'running']) {
      const bytes = readFileSync(await exported(place, name));
      const { stdout: script } = await tinydocker(place, ['export', '--dry-run', name]);
      for (const shell of ['sh', 'bash']) {
        const ran = await runAs(place, [shell, '-c', `${shell} >"$HOME/${name}.out"`], { input: script });
        assert.equal([ran.status, ran.stderr], [0, ''], name);
        assert.ok(readFileSync(join(place.home, `${name}.out`)).equals(bytes), `${name}, ${shell}`);
      }
    }
  });
});

eachWithBusybox(
  'no program of the image is run, and an init with another root hides nothing',
  async place => {
    makeImage(place, {
      change: root => {
        for (const name of ['tar', 'mount', 'umount', 'unshare', 'env', 'setpriv', 'nsenter'])
          program(root, `usr/local/bin/${name}`, '#!/bin/sh\necho ran >/ran; exit 1\n');
        mkdirSync(join(root, 'jail'));
        mkdirSync(join(root, 'jail/bin'));
        spawnSync('cp', [join(root, 'bin/busybox'), join(root, 'jail/bin/sleep')]);
      },
    });
    const options = ['run', '-q', 'c1', 'sh', '-c', 'echo up; exec chroot /jail /bin/sleep 60'];
    const running = startTinydocker(place, options);
    try {
      await until(() => running.stdout() === 'up\n');
      await until(() =>
        /\/bin\/sleep\0/.test(readFileSync(`/proc/${initOf(place.store)}/cmdline`, 'latin1')),
      );
      const names = members(await exported(place, 'c1'));
      assert.ok(names.includes('./jail/bin/sleep'));
      assert.not.ok(names.includes('./ran'));
      assert.equal(
        names.filter(name => name.startsWith('./proc/')),
        ['./proc/'],
      );
    } finally {
      running.kill('SIGTERM');
      await running.ended;
    }
  },
);

eachMode(test, 'a reader that has had enough ends it quietly', async place => {
  makeImage(place);
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true'])).status, 0);
  const pipe = '"$@" | head -c 1 >/dev/null; echo "${PIPESTATUS[0]}"';
  const before = hostState(place.store);
  const ran = await runAs(place, ['bash', '-c', pipe, 'pipe', ...tinydockerProgram(), 'export', 'c1']);
  assert.equal([ran.stdout, ran.stderr], ['141\n', '']);
  await assertUnchanged(before, place.store);
});

eachMode(test, '-o replaces the file when all is done, and leaves nothing beside it', async place => {
  makeImage(place);
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'touch', '/made'])).status, 0);
  const bytes = readFileSync(await exported(place, 'c1'));
  const out = join(place.home, 'out');
  assert.is((await runAs(place, ['sh', '-c', 'mkdir out; echo old >out/a.tar'])).status, 0);
  const old = treeOf(out);
  const before = treeOf(place.store).filter(line => !line.endsWith('"./tmp"'));
  for (const step of ['write-archive', 'name-output']) {
    const failed = await tinydocker(place, ['export', '--fail-at', step, 'c1', '-o', 'out/a.tar']);
    assert.is(failed.status, 1);
    assert.equal(treeOf(out), old, step);
  }
  const { status, stdout, stderr } = await tinydocker(place, ['export', '-o', 'out/a.tar', 'c1']);
  assert.equal([status, stdout, stderr], [0, '', '']);
  assert.ok(readFileSync(join(out, 'a.tar')).equals(bytes));
  assert.equal(readdirSync(out), ['a.tar']);
  assert.equal(
    treeOf(place.store).filter(line => !line.endsWith('"./tmp"')),
    before,
  );
});

eachMode(test, 'kill -9 at each step: prune takes away what is left, the old file stays', async place => {
  makeImage(place);
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'touch', '/made'])).status, 0);
  const bytes = readFileSync(await exported(place, 'c1'));
  const out = join(place.home, 'out');
  assert.is((await runAs(place, ['sh', '-c', 'mkdir out; echo old >out/a.tar'])).status, 0);
  let [old, whole] = [0, 0];
  for (let delay = 100; delay < 1500 && whole === 0; delay += 60) {
    const running = startTinydocker(place, ['export', '-q', '--pace', '60ms', 'c1', '-o', 'out/a.tar']);
    await new Promise(resolve => setTimeout(resolve, delay));
    running.kill('SIGKILL');
    await running.ended;
    const pruned = await tinydocker(place, ['prune', '-f']);
    assert.is(pruned.status, 0, pruned.stderr);
    assert.equal(readdirSync(out), ['a.tar'], `after ${delay} ms: ${pruned.stdout}`);
    if (existsSync(join(place.store, 'tmp'))) assert.equal(readdirSync(join(place.store, 'tmp')), []);
    const now = readFileSync(join(out, 'a.tar'));
    if (now.equals(bytes)) whole += 1;
    else {
      assert.is(now.toString(), 'old\n', `after ${delay} ms`);
      old += 1;
    }
  }
  assert.ok(old > 1 && whole === 1, `${old} old, ${whole} whole`);
});

eachMode(test, 'what can not be exported is refused in a sentence', async place => {
  makeImage(place);
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true'])).status, 0);
  for (const [words, status, message] of [
    [[], 2, /^tinydocker: Which container is to be exported\?\n/],
    [['c1', 'c2'], 2, /^tinydocker: export takes one container, and got "c2" too\.\n$/],
    [['c2'], 1, /^tinydocker: There is no container "c2"\.\nDid you mean c1\?\n$/],
    [['../c1'], 1, /^tinydocker: There is no container/],
    [['c1', '-o', '.'], 1, /^tinydocker: The output "\." is a directory\.\n/],
    [['c1', '-o', 'no/a.tar'], 1, /^tinydocker: There is no directory .*no" for the output "no\/a\.tar"\.\n/],
  ] as const) {
    const ran = await tinydocker(place, ['export', ...words]);
    assert.match(ran.stderr, message);
    assert.equal([ran.status, ran.stdout], [status, '']);
  }
});

const [root] = MODES;
skipUnless(
  test,
  'a terminal is refused',
  PYTHON !== undefined && root?.unavailable === undefined,
  NO_PYTHON,
  () =>
    withPlace(root as Mode, async place => {
      makeImage(place);
      assert.is((await tinydocker(place, ['run', '-q', '--keep', 'c1', 'true'])).status, 0);
      const { status, output } = await ptyTinydocker(place, ['export', 'c1']).ended;
      assert.is(status, 1);
      assert.match(text(output), /^tinydocker: An archive is not for a terminal to show\.\nName a file: /);
    }),
);

/** The host's PID of c1's init, as its journal has it. */
function initOf(store: string): string {
  const journal = readFileSync(join(store, 'containers/c1/journal.jsonl'), 'utf8');
  return /"INIT":"(\d+)"/.exec(journal)?.[1] ?? '0';
}

test.run();
