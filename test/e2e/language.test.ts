/** --lang and the locale, as they are typed. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { columnsOf } from '../../src/plan/width.ts';
import { assertUnchanged, hostState } from '../support/host.ts';
import { makeImage } from '../support/image.ts';
import { eachMode } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { eachTerminalMode, ptyTinydocker, text } from '../support/pty.ts';
import { runAs, tinydocker } from '../support/run.ts';

const test = suite('language');

const CHINESE = { LANG: 'zh_CN.UTF-8' };
const HAN = /\p{Script=Han}/u;

eachMode(test, 'explain is in the language of the locale, --lang comes first', async place => {
  const store = '/nonexistent';
  const english = await tinydocker(place, ['explain', '--all'], { store });
  assert.not.match(english.stdout, HAN);
  const chinese = await tinydocker(place, ['explain', '--all', '--lang', 'zh'], { store });
  assert.is(chinese.status, 0, chinese.stderr);
  assert.equal(await tinydocker(place, ['explain', '--all'], { store, env: CHINESE }), chinese);
  assert.equal(
    await tinydocker(place, ['explain', '--all', '--lang', 'en'], { store, env: CHINESE }),
    english,
  );
  // The commands are the same.
  for (const line of english.stdout.split('\n'))
    if (line.startsWith('  nsenter ')) assert.ok(chinese.stdout.includes(line), line);
  const list = await tinydocker(place, ['explain', '--lang=zh'], { store });
  assert.match(list.stdout, /pivot-root +切换根目录\n/);
  for (const line of list.stdout.split('\n')) assert.ok(columnsOf(line) <= 80, line);
});

eachMode(test, 'a script is Chinese only when --lang says so, and runs as the other does', async place => {
  makeImage(place);
  const words = ['c1', '/bin/sh', '-c', `${GUARD}echo it runs; exit 3`];
  const before = hostState(place.store);
  const print = (options: readonly string[], env = {}) =>
    tinydocker(place, ['run', '--dry-run', ...options, ...words], { env });
  const english = await print([]);
  assert.equal(await print([], CHINESE), english);
  const chinese = await print(['--lang', 'zh']);
  assert.match(chinese.stdout, /^# pivot-root: pivot_root\(2\) 把 overlay 变成/m);
  const withoutComments = (script: string) => script.replaceAll(/(^|\s)# .*$/gm, '');
  assert.is(
    withoutComments(chinese.stdout).replaceAll(/\n+/g, '\n'),
    withoutComments(english.stdout).replaceAll(/\n+/g, '\n'),
  );
  for (const locale of [{}, CHINESE, { LC_ALL: 'C' }]) {
    const { status, stdout, stderr } = await runAs(place, ['sh'], { input: chinese.stdout, env: locale });
    assert.equal([status, stdout, stderr], [3, 'it runs\n', '']);
  }
  await assertUnchanged(before, place.store);
});

eachMode(
  test,
  'progress in sentences; data for programs stays English',
  async place => {
    makeImage(place);
    const run = (options: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      tinydocker(place, ['run', ...options, 'c1', '/bin/sh', '-c', `${GUARD}true`], { env });
    const plain = await run(['--progress', 'plain'], CHINESE);
    assert.is(plain.status, 0, plain.stderr);
    assert.match(plain.stderr, /^从镜像 base:latest 运行 c1：\d+ 步$/m);
    assert.match(plain.stderr, /^第 1\/\d+ 步 reserve-name（占用名字）：完成，用时 \d+ ms$/m);
    assert.match(plain.stderr, /^c1：清理完毕，用时 \d+ ms：进程、挂载、目录；退出状态 0$/m);
    const failed = await run(['--progress', 'plain', '--lang', 'zh', '--fail-at', 'pivot-root']);
    assert.is(failed.status, 125);
    assert.match(
      failed.stderr,
      /^c1 在第 \d+\/\d+ 步（pivot-root，退出状态 1）失败，已撤销：2\/2；退出状态 125$/m,
    );
    for (const [options, output] of [
      [['--progress', 'json', '--lang', 'zh'], 'stderr'],
      [['--dry-run', '--format', 'json', '--lang', 'zh'], 'stdout'],
    ] as const)
      assert.not.match((await run(options, CHINESE))[output], HAN);
  },
  ['root', 'single'],
);

eachTerminalMode(
  test,
  'progress on a terminal, also where the locale has no UTF-8',
  async place => {
    makeImage(place);
    const words = ['run', '--fail-at', 'pivot-root', 'c1'];
    for (const [options, env] of [
      [[], CHINESE],
      [['--lang', 'zh'], { LANG: 'C' }],
    ] as const) {
      const [verb = '', ...rest] = words;
      const pty = ptyTinydocker(place, [verb, ...options, ...rest], { env });
      const { output } = await pty.ended;
      assert.match(text(output), /✖ +\d+ 宿主 切换根目录 /);
      assert.match(text(output), /✖ c1 在第 /);
    }
  },
  ['root', 'single'],
);

eachMode(
  test,
  'a language that there is not is a usage error, and nothing is done',
  async place => {
    makeImage(place);
    const before = hostState(place.store);
    for (const words of [
      ['explain', '--lang', 'zh_CN'],
      ['run', '--lang', 'zh_CN', 'c1', 'true'],
      ['run', '--dry-run', '--lang', 'zh_CN', 'c1', 'true'],
      ['tag', 'base', 'other', '--lang', 'zh_CN'],
      ['prune', '--force', '--lang', 'zh_CN'],
      ['rm', '--lang', 'zh_CN', 'c1'],
    ]) {
      const { status, stdout, stderr } = await tinydocker(place, words);
      assert.equal([status, stdout], [2, ''], words.join(' '));
      assert.is(
        stderr,
        'tinydocker: "zh_CN" is not a value for --lang: there are en (English) and zh (Simplified Chinese).\nDid you mean zh?\n',
      );
    }
    await assertUnchanged(before, place.store);
  },
  ['root', 'single'],
);

test.run();
