/** The verb lesson: what it lists and refuses, how one goes through a lesson on a terminal, and that however one leaves it, nothing is left. */

import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LESSON_NAMES } from '../../src/plan/lessons.ts';
import { assertUnchanged, type HostState, hostState } from '../support/host.ts';
import { eachMode, MODES, type Place, withPlace } from '../support/modes.ts';
import { NO_PYTHON, type Pty, PYTHON, ptyTinydocker, startPty, text } from '../support/pty.ts';
import { PROJECT, runAs, startTinydocker, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('lesson');

const mode = MODES.find(({ unavailable }) => unavailable === undefined);

function once(name: string, body: (place: Place) => Promise<void>, works = true, reason = ''): void {
  skipUnless(test, name, works && mode !== undefined, reason || 'no mode is available', async () => {
    if (mode !== undefined) await withPlace(mode, body);
  });
}

/** The store as a lesson leaves one that it has made: directories, and nothing in them. */
async function emptyStore(place: Place): Promise<HostState> {
  const { status, stderr } = await runAs(place, [
    'sh',
    '-c',
    'umask 077; cd "$TINYDOCKER_ROOT" && mkdir images layers l containers tmp',
  ]);
  assert.is(status, 0, stderr);
  return hostState(place.store);
}

once('the list, in the language of the locale', async place => {
  const english = await tinydocker(place, ['lesson']);
  assert.is(english.status, 0, english.stderr);
  const lines = english.stdout.split('\n');
  assert.equal(
    lines.slice(0, LESSON_NAMES.length).map(line => line.split(' ')[0]),
    LESSON_NAMES,
  );
  assert.match(english.stdout, /two-containers +neither of two containers sees/);
  for (const line of lines) assert.ok(line.length <= 80, line);
  const chinese = await tinydocker(place, ['lesson'], { env: { LANG: 'zh_CN.UTF-8' } });
  assert.match(chinese.stdout, /two-containers +两个容器/);
  assert.equal(readdirSync(place.store), []);
});

once('--print prints the file, in the language that is asked for', async place => {
  for (const language of ['en', 'zh']) {
    const { stdout } = await tinydocker(place, ['lesson', '--print', '--lang', language, 'pid-1']);
    assert.is(stdout, readFileSync(join(PROJECT, 'lessons', language, 'pid-1.md'), 'utf8'));
  }
  assert.equal(readdirSync(place.store), []);
});

once('what it refuses', async place => {
  const said = async (...args: readonly string[]) => {
    const { status, stdout, stderr } = await tinydocker(place, ['lesson', ...args]);
    assert.is(stdout, '');
    return `${status} ${stderr}`;
  };
  assert.is(await said('pid1'), '2 tinydocker: There is no lesson "pid1".\nDid you mean pid-1?\n');
  assert.is(
    await said('cooking'),
    '2 tinydocker: There is no lesson "cooking".\ntinydocker lesson lists them.\n',
  );
  assert.is(
    await said('pid-1', 'layers'),
    '2 tinydocker: lesson takes one name, and got "layers" as well.\n',
  );
  assert.is(
    await said('--yes'),
    '2 tinydocker: lesson needs the name of a lesson for that.\ntinydocker lesson lists them.\n',
  );
  assert.match(await said('--lang', 'fr', 'pid-1'), /^2 tinydocker: "fr" is not a value for --lang/);
});

/** The program with lessons of its own, which may be changed. */
function ownLessons({ dir }: Place): { readonly lessons: string; readonly program: readonly string[] } {
  const [node = '', separator = '', cli = ''] = tinydockerProgram();
  const copy = join(dir, 'package');
  cpSync(dirname(dirname(cli)), copy, { recursive: true });
  return { lessons: join(copy, 'lessons', 'en'), program: [node, separator, join(copy, 'dist', 'cli.js')] };
}

/** Holds a lesson of these blocks. */
async function hold(place: Place, ...blocks: readonly string[]) {
  const { lessons, program } = ownLessons(place);
  writeFileSync(join(lessons, 'network.md'), `# T\n\n> what\n\n## Do\n\n${blocks.join('\n\n')}\n`);
  return runAs(place, [...program, 'lesson', 'network']);
}

const sh = (script: string) => `\`\`\`sh\n${script}\n\`\`\``;
const expect = (output: string) => `\`\`\`expect\n${output}\n\`\`\``;

once('what is not as expected is told, counted, and the exit status', async place => {
  const before = await emptyStore(place);
  const { status, stdout } = await hold(place, sh('echo one'), expect('two'), sh('exit 3'), sh('true'));
  assert.is(status, 1);
  assert.match(stdout, / {2}\| one\n {2}x not as expected: this line was expected: two\n/);
  assert.match(stdout, / {2}x not as expected: the exit status is 3; 0 was expected\n/);
  assert.match(stdout, / {2}\+ as expected\n/);
  assert.match(stdout, /^2 of 3 checks are not as expected/m);
  await assertUnchanged(before, place.store);
});

once('blocks share variables and the directory, whatever is in them', async place => {
  const { status, stdout } = await hold(
    place,
    sh("mkdir d && cd d\nname='a  b'\"'\"\nexit 0"),
    sh('echo "$name"; basename "$PWD"; umask'),
    expect("a  b'\nd\n0022"),
    sh('case in\n'),
    expect('...\n[exit 2]'),
    sh('echo "$name"; printf "\\033[31mred\\n"'),
    expect("a  b'\n...red"),
  );
  assert.is(status, 0, stdout);
  // What a command prints must not act on the terminal.
  assert.match(stdout, /\\x1b\[31mred/);
});

once('a lesson that is damaged, or not there', async place => {
  const { lessons, program } = ownLessons(place);
  writeFileSync(join(lessons, 'network.md'), 'nothing\n');
  const damaged = await runAs(place, [...program, 'lesson', 'network']);
  assert.equal(
    [damaged.status, damaged.stderr.split('\n')[0]],
    [1, 'tinydocker: The lesson network is damaged: line 1: a lesson begins with a heading.'],
  );
  rmSync(join(lessons, 'network.md'));
  const missing = await runAs(place, [...program, 'lesson', 'network']);
  assert.is(missing.status, 1);
  assert.match(missing.stderr, /^tinydocker: The lesson network can not be read: ENOENT/);
});

eachMode(test, 'what a lesson leaves running ends with it', async place => {
  const before = await emptyStore(place);
  const { status, stdout } = await hold(
    place,
    sh(
      'sleep 601 &\ntinydocker run -d one sleep 602\nunshare --user --map-root-user --pid --fork sleep 603 &',
    ),
    expect('one'),
  );
  assert.is(status, 0, stdout);
  await assertUnchanged(before, place.store);
});

/** A process that names the lesson's store: a container is running. */
const runs = (place: Place) => hostState(place.store).processes.some(line => line.endsWith(' sleep 600'));

eachMode(test, 'kill -9 in the middle leaves nothing', async place => {
  const before = await emptyStore(place);
  const lesson = startTinydocker(place, ['lesson', '--yes', 'two-containers']);
  await until(() => lesson.stdout().includes('| two'), 30_000);
  lesson.kill('SIGKILL');
  await lesson.ended;
  await assertUnchanged(before, place.store);
});

eachMode(test, 'TERM in the middle leaves nothing', async place => {
  const before = await emptyStore(place);
  const lesson = startTinydocker(place, ['lesson', '--yes', 'two-containers']);
  await until(() => lesson.stdout().includes('| two'), 30_000);
  lesson.kill('SIGTERM');
  const { status, stderr } = await lesson.ended;
  assert.equal([status, stderr], [143, 'Left. Everything is cleaned up.\n']);
  await assertUnchanged(before, place.store);
});

const ON_TERMINAL = [PYTHON !== undefined, NO_PYTHON] as const;

/** Presses Enter at each question until the text is seen. */
async function enterUntil(pty: Pty, pattern: RegExp): Promise<void> {
  const questions = () => text(pty.output()).match(/Enter (runs it|goes on), q quits: /g)?.length ?? 0;
  for (let pressed = 0; !pattern.test(text(pty.output())); pressed += 1) {
    await until(() => questions() > pressed || pattern.test(text(pty.output())), 30_000);
    if (!pattern.test(text(pty.output()))) pty.write('\r');
  }
}

once(
  'on a terminal: Enter runs each block, to the end',
  async place => {
    const before = await emptyStore(place);
    const pty = ptyTinydocker(place, ['lesson', 'mount-namespace']);
    await pty.seen(/Enter goes on, q quits: /);
    // Nothing has been run before somebody has had time to predict it.
    assert.not.match(text(pty.output()), /as expected/);
    await enterUntil(pty, /Next: tinydocker lesson where-writes-go/);
    const { status, output, restored } = await pty.ended;
    assert.is(status, 0, output);
    assert.ok(restored);
    assert.match(
      text(output),
      /✔ as expected[\s\S]*All \d+ checks are as expected\. Everything is cleaned up\./,
    );
    await assertUnchanged(before, place.store);
  },
  ...ON_TERMINAL,
);

for (const [how, keys, status] of [
  ['q', 'q\r', 0],
  ['the end of input', '\u0004', 0],
  ['Ctrl-C', '\u0003', 130],
] as const)
  once(
    `on a terminal: ${how} leaves in the middle, and nothing is left`,
    async place => {
      const before = await emptyStore(place);
      const pty = ptyTinydocker(place, ['lesson', 'two-containers']);
      await enterUntil(pty, /\| two\n/);
      await pty.seen(/\| two\n[\s\S]*q quits: $/);
      assert.ok(runs(place));
      pty.write(keys);
      const end = await pty.ended;
      assert.is(end.status, status, end.output);
      assert.match(text(end.output), /Left\. Everything is cleaned up\.\n$/);
      assert.ok(end.restored);
      await assertUnchanged(before, place.store);
    },
    ...ON_TERMINAL,
  );

once(
  'on a terminal: Ctrl-C while a block runs',
  async place => {
    const before = await emptyStore(place);
    const { lessons, program } = ownLessons(place);
    writeFileSync(join(lessons, 'network.md'), `# T\n\n> what\n\n${sh('echo $$ >../began; sleep 604')}\n`);
    const pty = startPty(place, [...program, 'lesson', 'network']);
    await pty.seen(/q quits: /);
    pty.write('\r');
    await until(() => hostState(place.store).processes.some(line => line.endsWith(' sleep 604')));
    pty.write('\u0003');
    const { status } = await pty.ended;
    assert.is(status, 130);
    await assertUnchanged(before, place.store);
  },
  ...ON_TERMINAL,
);

once(
  'on a terminal: its window is closed in the middle',
  async place => {
    const before = await emptyStore(place);
    const pty = ptyTinydocker(place, ['lesson', 'two-containers']);
    await enterUntil(pty, /\| two\n/);
    pty.close();
    await pty.ended.catch(() => undefined);
    await assertUnchanged(before, place.store);
  },
  ...ON_TERMINAL,
);

once(
  'on a terminal: in Chinese',
  async place => {
    const pty = ptyTinydocker(place, ['lesson', 'network'], { env: { LANG: 'zh_CN.UTF-8' } });
    await pty.seen(/按回车继续，输入 q 退出：/);
    pty.write('\r');
    await pty.seen(/按回车运行，输入 q 退出：/);
    pty.write('\r');
    await pty.seen(/✔ 符合预期/);
    pty.write('q\r');
    const { status, output } = await pty.ended;
    assert.is(status, 0);
    assert.match(text(output), /已退出。一切都已清理干净。\n$/);
  },
  ...ON_TERMINAL,
);

once('what a power failure leaves of a lesson, prune removes', async place => {
  const before = await emptyStore(place);
  const lesson = startTinydocker(place, ['lesson', '--yes', 'two-containers']);
  await until(() => lesson.stdout().includes('| two'), 30_000);
  // The survivor first, by its number, so that nobody is there to clean up.
  for (const line of hostState(place.store).processes)
    if (line.includes('wait-for-end')) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  lesson.kill('SIGKILL');
  await lesson.ended;
  const { status, stdout } = await tinydocker(place, ['prune', '--force']);
  assert.is(status, 0);
  assert.match(
    stdout,
    /workspace +[0-9a-f]{16} .*the work on two-containers was broken off\nRemoved 1 of 1\.\n$/,
  );
  await assertUnchanged(before, place.store);
});

test.run();
