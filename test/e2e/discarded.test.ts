/** What a container is about to lose: the line at the end of a run says as many changes as diff would have listed. */

import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tellDiscarded } from '../../src/commands/discarded.ts';
import type { PlanEvent } from '../../src/events.ts';
import { containerStack } from '../../src/host/changes/container.ts';
import { countChanges } from '../../src/host/changes/count.ts';
import { recordedContainer } from '../../src/host/containers.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { CELLS, editsOf, fill } from '../support/matrix.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { startTinydocker, tinydocker } from '../support/run.ts';
import { until } from '../support/until.ts';

const inside = (text: string): readonly string[] => ['sh', '-c', `${GUARD}${text}`];

/** What a run said about discarded changes, the way out left out. */
function told(stderr: string): string | undefined {
  return /^tinydocker: note: discarded (.*): --keep keeps (?:it|them), --commit IMAGE saves (?:it|them)$/m.exec(
    stderr,
  )?.[1];
}

/** What is said at the end of these edits, and how many lines diff prints for the same ones. */
async function both(place: Place, name: string, edits: string): Promise<[string | undefined, number]> {
  const command = inside(`{ ${edits}\n:; } 2>/dev/null`);
  const run = await tinydocker(place, ['run', name, ...command]);
  assert.is(run.status, 0, run.stderr);
  const kept = await tinydocker(place, ['run', '--keep', name, ...command]);
  assert.is(told(kept.stderr), undefined, 'with --keep nothing is discarded');
  const { stdout } = await tinydocker(place, ['diff', '-z', name]);
  return [told(run.stderr), stdout.split('\0').length - 1];
}

eachMode(
  test,
  'it is what diff would have listed, over the matrix and directories made anew',
  async place => {
    makeImage(place, { change: fill });
    // It takes x from directories: what they hold is then open to root alone.
    const cells = CELLS.filter(({ action }) => action !== 'same-mode');
    const [text, count] = await both(place, 'c1', editsOf(cells));
    assert.ok(count > 50);
    assert.is(text, `${count} changes`);
    for (const [index, edits] of [
      // All names of the image are there again, and one of those below is not.
      'rm -r /m/directory-delete; mkdir -p /m/directory-delete/sub; : >/m/directory-delete/f; : >/m/directory-delete.other',
      'chmod 700 /home',
      'mkdir -p /a/b/c; rm /etc/group',
    ].entries()) {
      const [said, lines] = await both(place, `d${index}`, edits);
      assert.is(said, `${lines} change${lines === 1 ? '' : 's'}`, edits);
    }
  },
);

eachMode(
  test,
  'nothing is said without changes, when quiet, or when the command was not found',
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    const volume = join(place.home, 'volume');
    mkdirSync(volume);
    const nothing = await tinydocker(place, [
      'run',
      '-v',
      `${volume}:/vol/here`,
      'c1',
      ...inside('ls -R / >/dev/null'),
    ]);
    assert.is(told(nothing.stderr), undefined, nothing.stderr);
    const quiet = await tinydocker(place, ['run', '-q', 'c1', ...inside(': >/new')]);
    assert.is(quiet.stderr, '');
    const missing = await tinydocker(place, ['run', 'c1', '/no/such/command']);
    assert.is(missing.status, 127);
    assert.is(told(missing.stderr), undefined);
    await assertUnchanged(before, place.store);
  },
);

eachMode(test, 'nothing is discarded, and nothing said, when the changes become an image', async place => {
  makeImage(place);
  const { status, stderr } = await tinydocker(place, ['run', '--commit', 'made', 'c1', ...inside(': >/new')]);
  assert.is(status, 0, stderr);
  assert.not.match(stderr, 'discarded');
  const { stdout } = await tinydocker(place, ['run', '--image', 'made', 'c1', ...inside('ls /new')]);
  assert.is(stdout, '/new\n');
});

eachMode(
  test,
  'each reporter tells it its way, after the end of the command and before the undos',
  async place => {
    makeImage(place);
    const json = await tinydocker(place, ['run', '--progress', 'json', 'c1', ...inside(': >/new; exit 3')]);
    const events = json.stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as PlanEvent);
    const types = events.map(({ type }) => type);
    const at = types.indexOf('changes-discarded');
    assert.equal(types.slice(at - 1, at + 2), ['container-exited', 'changes-discarded', 'undo-started']);
    const { type, changes, complete } = events[at] as PlanEvent & { readonly type: 'changes-discarded' };
    assert.equal({ type, changes, complete }, { type: 'changes-discarded', changes: 1, complete: true });
    assert.is(json.status, 3);
    const plain = await tinydocker(place, ['run', '--progress', 'plain', 'c1', ...inside(': >/new')]);
    assert.match(
      plain.stderr,
      /exit status 0\ndiscarded 1 change: --keep keeps it, --commit IMAGE saves it\nundone: /,
    );
  },
  ['root'],
);

eachMode(
  test,
  'of what is closed to the user who looks, it says that there is more',
  async place => {
    makeImage(place, { change: root => mkdirSync(join(root, 'shut')) });
    for (const edits of [
      'mkdir /new; : >/new/file; chown 1000:1000 /new; chmod 700 /new',
      // It can be listed, but nothing in it be looked up.
      'mkdir /new; : >/new/file; chown 1000:1000 /new; chmod 744 /new',
      ': >/shut/file; chown 1000:1000 /shut; chmod 700 /shut',
    ]) {
      const run = await tinydocker(place, ['run', 'c1', ...inside(edits)]);
      assert.match(told(run.stderr) ?? '', /^at least 1 changes?$/, run.stderr);
      assert.is(run.status, 0);
    }
  },
  ['range'],
);

eachMode(
  test,
  'a count that fails costs nothing but the line',
  async place => {
    const { layers } = makeImage(place);
    const before = hostState(place.store);
    const go = join(place.home, 'go');
    mkdirSync(go);
    const command = inside(': >/new; echo up; while [ ! -e /go/now ]; do sleep 0.05; done; exit 4');
    const running = startTinydocker(place, ['run', '-v', `${go}:/go`, 'c1', ...command]);
    await until(() => running.stdout().includes('up'));
    const link = join(place.store, 'l', layers[0]?.link ?? '');
    renameSync(link, `${link}.away`);
    writeFileSync(join(go, 'now'), '');
    const { status, stderr } = await running.ended;
    renameSync(`${link}.away`, link);
    assert.is(status, 4);
    assert.is(told(stderr), undefined, stderr);
    assert.equal(readdirSync(join(place.store, 'containers')), []);
    await assertUnchanged(before, place.store);
  },
  ['root', 'single'],
);

eachMode(
  test,
  'when its time is over it says how far it got, and a request to stop ends it',
  async place => {
    makeImage(place);
    const paths = storePaths(place.store);
    const made = await tinydocker(place, [
      ...['run', '-q', '--keep', 'c1'],
      ...inside('for i in 1 2 3 4 5 6 7 8 9; do mkdir /etc/$i; : >/etc/$i/f; done; rm /etc/group'),
    ]);
    assert.is(made.status, 0, made.stderr);
    const stack = await containerStack(paths, { ...recordedContainer(paths, 'c1'), state: 'kept' });
    let asked = 0;
    const run = () => {
      asked += 1;
      return Promise.resolve(Buffer.alloc(0));
    };
    const whole = await countChanges(stack, { prefix: 'trusted', run, limit: 60_000 });
    assert.equal(whole, { changes: 20, complete: true });
    assert.is(asked, 1, '/etc may hide something');
    const part = await countChanges(stack, { prefix: 'trusted', run, limit: -1 });
    assert.equal(part, { changes: 0, complete: false });
    assert.is(asked, 1);

    const events: PlanEvent[] = [];
    const reporter = {
      emit: (event: PlanEvent) => events.push(event),
      say: () => undefined,
      close: () => Promise.resolve(),
    };
    const tell = tellDiscarded(paths, 'c1', { mapping: 'host' });
    const stop = new AbortController();
    const telling = tell(stop.signal, reporter, () => undefined);
    stop.abort();
    await telling;
    await sleep(200);
    assert.equal(events, []);
    await tell(new AbortController().signal, reporter, () => undefined);
    assert.equal(events, [{ type: 'changes-discarded', changes: 20, complete: true }]);
  },
  ['root'],
);

test.run();
