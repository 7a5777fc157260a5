/** The help and the man page against the options that there are. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RUN_HELP } from '../../src/commands/run-help.ts';
import { RUN_OPTIONS } from '../../src/commands/run-options.ts';
import { VERBS } from '../../src/commands/verbs.ts';
import { skipUnless } from '../support/skip.ts';

const MAN = 'docs/tinydocker.1';
/** Columns of a terminal that nobody has widened. */
const WIDTH = 80;
const names = Object.keys(RUN_OPTIONS);
const letters = Object.values(RUN_OPTIONS).flatMap(option => ('short' in option ? [option.short] : []));

/** The options that a help text lists: at the beginning of a line, after an example or a sentence not. */
function listed(help: string): { readonly long: readonly string[]; readonly short: readonly string[] } {
  const lines = help.split('\n').filter(line => /^ {2}(-\w, --| {4}--)/.test(line));
  return {
    long: lines.map(line => /--([a-z-]+)/.exec(line)?.[1] ?? ''),
    short: lines.flatMap(line => /^ {2}-(\w),/.exec(line)?.[1] ?? []),
  };
}

test('the help of run has every option, and only those', () => {
  const { long, short } = listed(RUN_HELP);
  assert.equal([...long].sort(), [...names].sort());
  assert.equal([...short].sort(), [...letters].sort());
});

test('examples come first, and no line is wider than a terminal', async () => {
  for (const [name, { load }] of Object.entries(VERBS)) {
    const { help } = await load();
    assert.match(help, /^[A-Z].*\.\n\nExamples\n {2}tinydocker /, name);
    assert.match(help, /\nExit status\n/, name);
    for (const line of help.split('\n')) assert.ok(line.length <= WIDTH, `${name}: ${line}`);
  }
  const { stdout } = spawnSync(process.execPath, ['dist/cli.js', 'help'], { encoding: 'utf8' });
  assert.match(stdout, 'Verbs\n');
  for (const line of stdout.split('\n')) assert.ok(line.length <= WIDTH, line);
});

test('every option that a help text lists exists', async () => {
  for (const [name, { load }] of Object.entries(VERBS)) {
    const { help } = await load();
    const lines = help.split('\n').filter(line => /^ {2}(-\w, --| {4}--)/.test(line));
    // An option that takes a value has its name in capitals behind it. --help stands last: nothing is done.
    const options = lines.flatMap(line => {
      const [, option, value] = /(--[a-z-]+)( [A-Z])?/.exec(line) ?? [];
      return option === undefined || option === '--help' ? [] : [value ? `${option}=x` : option];
    });
    const { stderr } = spawnSync(process.execPath, ['dist/cli.js', name, ...options, '--help'], {
      encoding: 'utf8',
    });
    assert.not.match(stderr, /has no option|needs a value|takes no value/, name);
  }
});

test('the man page has every option of run, and only those', () => {
  const page = readFileSync(MAN, 'utf8');
  const section = page.slice(page.indexOf('.Ss Options of run'), page.indexOf('.Ss Options of the verbs'));
  const options = section.slice(0, section.lastIndexOf('.El'));
  const items = [...options.matchAll(/^\.It (.*)$/gm)].map(([, item = '']) => item);
  const long = items.flatMap(item => [...item.matchAll(/Fl -([a-z-]+)/g)].map(([, name = '']) => name));
  const short = items.flatMap(item =>
    [...item.matchAll(/Fl ([a-z])(?![a-z-])/g)].map(([, name = '']) => name),
  );
  assert.equal([...long].sort(), [...names].sort());
  assert.equal([...short].sort(), [...letters].sort());
});

test('the man page has every verb', () => {
  const page = readFileSync(MAN, 'utf8');
  for (const name of Object.keys(VERBS)) assert.match(page, new RegExp(`^\\.It Ic ${name}\\b`, 'm'), name);
});

const hasMan = spawnSync('man', ['--version']).status === 0;
skipUnless(test, 'man finds nothing wrong with the page', hasMan, 'man is not installed', () => {
  const { status, stdout, stderr } = spawnSync('man', ['--warnings', '-l', MAN], {
    encoding: 'utf8',
    env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
  });
  assert.equal([status, stderr], [0, '']);
  assert.match(stdout.replaceAll(/.\x08/g, ''), /--fail-at/);
});

test.run();
