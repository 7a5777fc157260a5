/** replay: a recording of a real run on the screens of a run, and as files. */

import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, MODES, type Place, withPlace } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { NO_PYTHON, PYTHON, ptyTinydocker, text } from '../support/pty.ts';
import { tinydocker, withoutNotes } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('replay');

const [ROOT] = MODES;

/** Records a run that fails on purpose; what it said, with progress in sentences. */
async function record(
  place: Place,
  args: readonly string[],
): Promise<{ readonly file: string; readonly said: string }> {
  makeImage(place);
  const file = join(place.home, 'r.ndjson');
  const { stderr } = await tinydocker(place, ['run', '--progress', 'plain', '--record', file, ...args]);
  assert.ok(existsSync(file), stderr);
  return { file, said: stderr };
}

for (const [name, args] of [
  ['a run', ['c1', 'sh', '-c', `${GUARD}echo x >/file; exit 3`]],
  ['a failure and its undos', ['--fail-at', 'pivot-root', 'c1']],
  ['a run that becomes an image', ['--commit', 'mine', 'c1', 'sh', '-c', `${GUARD}echo x >/file`]],
] as const)
  eachMode(
    test,
    `${name}: said again word by word, and nothing is done`,
    async place => {
      const { file, said } = await record(place, args);
      const before = hostState(place.store);
      const { status, stdout, stderr } = await tinydocker(place, ['replay', '--idle', '1ms', file]);
      assert.equal([status, stderr, stdout], [0, '', said]);
      const asFile = await tinydocker(place, ['replay', '--format', 'text', file]);
      assert.is(asFile.stdout, said);
      await assertUnchanged(before, place.store);
    },
    name === 'a run' ? ['root', 'range', 'single'] : ['root'],
  );

eachMode(
  test,
  'a store of operations is enough: @ID',
  async place => {
    const { said } = await record(place, ['--fail-at', 'pivot-root', 'c1']);
    const { stdout } = await tinydocker(place, ['ops', '--format', '{{.ID}}']);
    const again = await tinydocker(place, ['replay', '--progress', 'plain', `@${stdout.slice(0, 4)}`]);
    assert.equal([again.status, again.stdout], [0, said]);
    const none = await tinydocker(place, ['replay', '@zz']);
    assert.match(none.stderr, /There is no operation "zz" in the store/);
    assert.is(none.status, 1);
  },
  ['root'],
);

eachMode(
  test,
  'files: what the name ends with, private, whole or not at all',
  async place => {
    const { file } = await record(place, ['c1', 'true']);
    for (const [output, first] of [
      ['a.cast', /^\{"version":3,/],
      ['a.md', /^# tinydocker run /],
      ['a.txt', /^run c1 from the image base:latest: /],
    ] as const) {
      const { status, stdout, stderr } = await tinydocker(place, ['replay', '-o', output, file]);
      assert.equal([status, stdout, stderr], [0, '', '']);
      assert.match(readFileSync(join(place.home, output), 'utf8'), first);
      assert.is(statSync(join(place.home, output)).mode & 0o777, 0o600);
    }
    const refusals: readonly (readonly [readonly string[], RegExp, number])[] = [
      [['replay', '-o', 'a.doc', file], /can not be told from its name/, 2],
      [['replay', '--format', 'gif', file], /"gif" is not a format/, 2],
      [['replay', '-o', 'no/a.md', file], /There is no directory/, 1],
      [['replay', '-o', join(place.store, 'a.md'), file], /lies inside the store/, 1],
      [['replay', '--step', '-o', 'a.md', file], /for the screen/, 2],
      [['replay', '--speed', '0', file], /"0" is not a speed/, 2],
      [['replay', '--idle', 'long', file], /"long" is not a time for --idle/, 2],
      [['replay'], /Which recording\?/, 2],
      [['replay', file, file], /takes one recording/, 2],
      [['replay', 'nothing'], /"nothing" can not be read: there is no such file/, 1],
      [['replay', place.home], /it is a directory/, 1],
      [['replay', '/dev/null'], /it is no regular file/, 1],
    ];
    for (const [args, message, expected] of refusals) {
      const { status, stdout, stderr } = await tinydocker(place, args);
      assert.match(stderr, message);
      assert.equal([status, stdout], [expected, ''], args.join(' '));
      assert.not.match(stderr, /\n\s+at /);
    }
  },
  ['root'],
);

eachMode(
  test,
  'what is no recording is refused with one sentence; one that breaks off is shown as far as it goes',
  async place => {
    const { file } = await record(place, ['c1', 'true']);
    const whole = readFileSync(file, 'utf8');
    const broken = join(place.home, 'broken');
    writeFileSync(broken, whole.slice(0, -1000));
    const { status, stdout, stderr } = await tinydocker(place, ['replay', broken]);
    assert.is(status, 0);
    assert.match(stdout, /^run c1 from the image base:latest: \d+ steps\n/);
    assert.is(stderr, 'tinydocker: note: The recording breaks off here: how it ended is not in it.\n');
    const hostile = [
      '',
      '\u001b]0;x\u0007',
      'x\n'.repeat(1000),
      `${whole.split('\n')[0]}\n{"time":0,"plan":1,"event":{"type":"note","text":5}}\n`,
      whole.replace('"version":1', '"version":7'),
    ];
    for (const content of hostile) {
      writeFileSync(broken, content);
      const refused = await tinydocker(place, ['replay', broken]);
      assert.equal([refused.status, refused.stdout], [1, '']);
      assert.match(refused.stderr, /^tinydocker: "[^\n]*\/broken": [^\n]*\.\n[^\n]*\.\n$/);
      assert.not.match(refused.stderr, /[\u0000-\u0009\u000b-\u001f]/);
    }
  },
  ['root'],
);

eachMode(
  test,
  '--step by lines of stdin',
  async place => {
    const { file, said } = await record(place, ['c1', 'true']);
    const { stdout } = await tinydocker(place, ['replay', '--step', file], { input: '\n\nq\n' });
    assert.is(stdout.match(/^next: /gm)?.length, 3, stdout);
    assert.is(stdout.match(/: done in /g)?.length, 2);
    const rest = await tinydocker(place, ['replay', '--step', file], { input: '\n' });
    assert.is(rest.stdout.replaceAll(/^next: .*\n/gm, ''), said, 'at the end of stdin it goes on');
    const chinese = await tinydocker(place, ['replay', '--step', '--lang', 'zh', file], { input: 'q\n' });
    assert.match(chinese.stdout, /^下一步: 占用名字$/m);
  },
  ['root'],
);

const onTerminal = (name: string, body: (place: Place) => Promise<void>) => {
  const mode = ROOT ?? MODES[0];
  const why = PYTHON === undefined ? NO_PYTHON : mode?.unavailable;
  skipUnless(test, name, mode !== undefined && why === undefined, why ?? '', async () => {
    if (mode !== undefined) await withPlace(mode, body);
  });
};

onTerminal(
  '--step on a terminal: one row for each key, q ends it, the terminal is as it was',
  async place => {
    const { file } = await record(place, ['c1', 'true']);
    const pty = ptyTinydocker(place, ['replay', '--step', file], { rows: 40, columns: 100 });
    await pty.seen(/> {2}1 host reserve the name.*next/);
    await pty.seen(/any key {2}next step {6}q {2}end/);
    for (const title of ['make the gate', 'hold the gate', 'write down what it is']) {
      pty.write('n');
      await pty.seen(new RegExp(`> {2}\\d host ${title}.*next`));
    }
    pty.write('q');
    const { status, restored, output } = await pty.ended;
    assert.equal([status, restored], [0, true]);
    assert.match(text(output), /✔ {2}3 host hold the gate/);
  },
);

onTerminal('--step on a terminal: Ctrl-C ends it with 130', async place => {
  const { file } = await record(place, ['c1', 'true']);
  const pty = ptyTinydocker(place, ['replay', '--step', file]);
  await pty.seen(/> {2}1 host reserve the name.*next/);
  pty.write('\u0003');
  const { status, restored } = await pty.ended;
  assert.equal([status, restored], [130, true]);
});

onTerminal('on a terminal the rows of a run are drawn, and its sentences stay', async place => {
  const { file } = await record(place, ['c1', 'true']);
  const { status, output } = await ptyTinydocker(place, ['replay', '--idle', '10ms', file], { rows: 40 })
    .ended;
  assert.is(status, 0);
  const lines = text(output);
  assert.match(lines, /✔ {2}1 host reserve the name/);
  assert.match(lines, /✔ c1: \d+ steps in /);
  assert.match(lines, /✔ c1: cleaned up in /);
});

test('it needs no store, and no place for one', async () => {
  if (ROOT === undefined) return;
  await withPlace(ROOT, async place => {
    const { file, said } = await record(place, ['c1', 'true']);
    const nowhere = join(place.home, 'nowhere');
    const { stdout } = await tinydocker(place, ['replay', file], { store: nowhere });
    assert.is(stdout, said);
    assert.not.ok(existsSync(nowhere));
    mkdirSync(join(place.home, 'out'));
    assert.is(
      withoutNotes((await tinydocker(place, ['replay', '-o', 'out/a.md', file], { store: nowhere })).stderr),
      '',
    );
  });
});

test.run();
