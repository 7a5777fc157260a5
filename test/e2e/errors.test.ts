/** Ways in which `run` fails whatever the machine is like: what was asked for can not be had. */

import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type Test } from 'uvu';
import * as assert from 'uvu/assert';
import { saysCause } from '../support/causes.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, ownDirectory } from '../support/modes.ts';
import { wrapped } from '../support/prepared.ts';
import { assertRefused, PAYLOAD, refusesRun } from '../support/refusals.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const test: Test = suite('errors of run');

eachMode(test, 'a step that fails on purpose is undone, and says so', async place => {
  makeImage(place);
  const { stdout } = await tinydocker(place, ['run', '--dry-run', '--format', 'json', '-w', '/new', 'x1']);
  const plan = JSON.parse(stdout) as { readonly steps: readonly { readonly id: string }[] };
  const before = hostState(place.store);
  for (const { id } of plan.steps.filter(step => step.id !== 'wait')) {
    const options = ['run', '--fail-at', id, '-w', '/new', 'x1', ...PAYLOAD];
    assertRefused(await tinydocker(place, options), saysCause('on-purpose', { id }));
  }
  await assertUnchanged(before, place.store);
});

eachMode(test, 'output that can not be written, and a reader that went away', async place => {
  makeImage(place);
  const full = wrapped(place, 'sh', '-c', 'exec "$@" >/dev/full', 'full');
  const said = /^tinydocker: What was to be printed could not be written: no space left on device\.$/m;
  assertRefused(await tinydocker(full, ['run', '--dry-run', 'x1', ...PAYLOAD]), said);
  assertRefused(await tinydocker(full, ['images']), said, 1);
  // Nobody reads, and what was asked for is done all the same.
  assert.is((await tinydocker(place, ['run', '-q', '--keep', 'x1', 'true'])).status, 0);
  const unread = wrapped(
    place,
    ...['sh', '-c', 'mkfifo p; exec 3<>p 4>p 3<&-; exec "$@" >&4 4>&-', 'unread'],
  );
  assert.is((await tinydocker(unread, ['rm', 'x1'])).status, 0);
  assert.equal(readdirSync(join(place.store, 'containers')), []);
});

eachMode(test, 'too few open files', async place => {
  makeImage(place);
  const before = hostState(place.store);
  for (const files of [20, 22, 24, 26, 28, 30, 32, 34]) {
    const few = wrapped(place, 'sh', '-c', `ulimit -n ${files}; exec "$@"`, 'few');
    const result = await tinydocker(few, ['run', 'x1', ...PAYLOAD]);
    if (result.status !== 0) assertRefused(result, saysCause('open-files', { number: String(files) }));
    await assertUnchanged(before, place.store);
  }
});

eachMode(test, 'a volume below a working directory that was removed', async place => {
  makeImage(place);
  const gone = wrapped(place, 'sh', '-c', 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', 'gone');
  const result = await tinydocker(gone, ['run', '-v', '.:/data', 'x1', ...PAYLOAD]);
  assertRefused(result, /source "\." can not be mounted: the working directory has been removed/);
});

eachMode(test, 'an unknown step is a usage error that names similar ones', async place => {
  makeImage(place);
  const result = await tinydocker(place, ['run', '--fail-at', 'mount-overly', 'x1', ...PAYLOAD]);
  assertRefused(result, /no step "mount-overly".*\nDid you mean mount-overlay\?/, 2);
});

eachMode(test, 'a name that is in use', async place => {
  makeImage(place);
  const running = startTinydocker(place, ['run', 'x1', '/bin/sh', '-c', 'echo up; sleep 30']);
  await until(() => running.stdout() !== '');
  const second = await tinydocker(place, ['run', 'x1', ...PAYLOAD]);
  running.kill('SIGTERM');
  await running.ended;
  assertRefused(second, saysCause('name-running'));
  await tinydocker(place, ['run', '--keep', 'x1', ...PAYLOAD]);
  assertRefused(await tinydocker(place, ['run', 'x1', ...PAYLOAD]), saysCause('name-kept'));
});

eachMode(test, 'a name that is taken in the last moment', async place => {
  makeImage(place);
  const running = startTinydocker(place, [
    'run',
    '--progress',
    'plain',
    '--pace',
    '1200ms',
    'x1',
    ...PAYLOAD,
  ]);
  await until(() => running.stderr().includes(' steps'));
  const directory = ownDirectory(place.mode, join(place.store, 'containers', 'x1'));
  writeFileSync(join(directory, 'container.json'), '{"keep":true,"layers":[]}');
  spawnSync('mkfifo', [join(directory, 'gate')]);
  spawnSync('chown', ['-R', `${place.mode.uid}`, directory]);
  assertRefused(await running.ended, /The name x1 is in use: a container of that name ended and was kept/);
  assert.equal(readdirSync(directory), ['container.json', 'gate'], "somebody else's directory was touched");
});

eachMode(test, 'volumes that can not be mounted', async place => {
  makeImage(place);
  const directory = ownDirectory(place.mode, join(place.dir, 'data'));
  await refusesRun(place, saysCause('volume-target-no-directory'), ['-v', `${directory}:/etc/passwd`]);
  await refusesRun(place, saysCause('volume-target-leads-out'), ['-v', `${directory}:/../../data`]);
  await refusesRun(place, saysCause('workdir-in-file'), ['-w', '/etc/passwd/x']);
  const gone = join(place.dir, 'gone');
  await refusesRun(place, saysCause('volume-source-missing'), ['-v', `${gone}:/data`]);
});

test.run();
