/** Completion in real shells: somebody types and presses TAB, and the command gets the words that were meant. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { SHELLS, type Shell } from '../../src/ui/completion-scripts.ts';
import { makeImage } from '../support/image.ts';
import { hasProgram } from '../support/imports.ts';
import { eachMode, MODES, type Place, withPlace } from '../support/modes.ts';
import { NO_PYTHON, PYTHON, startPty } from '../support/pty.ts';
import { runAs, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';
import { until } from '../support/until.ts';

const test = suite('completion');

/** A shell without anybody's settings, and what makes its prompt "READY>" and loads the script. */
const START: Readonly<Record<Shell, { readonly argv: readonly string[]; readonly type: string }>> = {
  bash: {
    argv: ['bash', '--norc', '--noprofile', '-i'],
    type: "source <(tinydocker completion bash); PS1='READ''Y> '",
  },
  zsh: {
    argv: ['zsh', '-f', '-i'],
    type: "autoload -U compinit; compinit -u -D; source <(tinydocker completion zsh); PS1='READ''Y> '",
  },
  fish: {
    argv: ['fish', '--no-config', '-i'],
    type: "tinydocker completion fish | source; function fish_prompt; echo -n 'READ''Y> '; end",
  },
};

/** A command of that name which completes, and only notes what else it is asked to do. Gives its PATH. */
function install({ home }: Place): string {
  const file = join(home, 'tinydocker');
  const completes = `[ "$1" = completion ] && exec ${tinydockerProgram().join(' ')} "$@"`;
  const notes = `{ printf '<%s>' "$@"; echo; } >>"$HOME/asked"`;
  writeFileSync(file, `#!/bin/sh\n${completes}\n${notes}\n`);
  chmodSync(file, 0o755);
  return `${home}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`;
}

async function done(place: Place, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await tinydocker(place, args);
  assert.is(status, 0, stderr);
  return stdout;
}

/** What is typed, and the words that the command then gets. */
const TYPED = [
  ['tinydocker hist\tth\t--no-t\t', '<history><thing><--no-trunc>'],
  ['tinydocker rm -q fir\t', '<rm><-q><first-one>'],
  ['tinydocker cp oth\t/etc/passwd sol\t', '<cp><other-one:/etc/passwd><sole.tar>'],
  ['tinydocker save --format=oci-d\tthing -o so\t', '<save><--format=oci-dir><thing><-o><sole.tar>'],
  ['tinydocker image insp\tth\t', '<image><inspect><thing>'],
  ['tinydocker run -w pla\tin c3', '<run><-w><place/in><c3>'],
] as const;

async function typeIn(place: Place, shell: Shell): Promise<void> {
  makeImage(place, { name: 'thing:latest' });
  for (const name of ['first-one', 'other-one'])
    await done(place, 'run', '-q', '--keep', '--image', 'thing', name, 'true');
  const PATH = install(place);
  assert.is((await runAs(place, ['mkdir', 'place'])).status, 0);
  for (const name of ['sole.tar', 'plain']) writeFileSync(join(place.home, name), '');
  const { argv, type } = START[shell];
  const pty = startPty(place, argv, { columns: 200, env: { PATH, INPUTRC: '/dev/null' } });
  const asked = () => {
    const file = join(place.home, 'asked');
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  };
  try {
    pty.write(`${type}\r`);
    await pty.seen(/READY> /);
    for (const [index, [line, words]] of TYPED.entries()) {
      pty.write(`${line}\r`);
      await until(() => asked().length > index);
      assert.is(asked()[index], words, pty.output());
    }
  } finally {
    pty.close();
    await pty.ended.catch(() => undefined);
  }
}

const mode = MODES.find(({ unavailable }) => unavailable === undefined);

for (const shell of SHELLS) {
  const reason = PYTHON === undefined ? NO_PYTHON : `${shell} is not installed`;
  const works = PYTHON !== undefined && hasProgram(shell) && mode !== undefined;
  skipUnless(test, `TAB in ${shell}`, works, reason, async () => {
    if (mode !== undefined) await withPlace(mode, place => typeIn(place, shell));
  });
  skipUnless(test, `${shell} takes the script`, hasProgram(shell), `${shell} is not installed`, async () => {
    if (mode === undefined) return;
    await withPlace(mode, async place => {
      const script = await done(place, 'completion', shell);
      const file = join(place.dir, 'script');
      writeFileSync(file, script);
      const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
      assert.equal([status, stderr], [0, '']);
    });
  });
}

/** As bash calls it for TAB; see "Programmable Completion" in bash(1). */
const COMPLETE = `source <(tinydocker completion bash); complete -p tinydocker
try() { COMP_LINE=$1 COMP_POINT=\${#1}; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _tinydocker tinydocker; echo "\${COMPREPLY[*]}"; }
compopt() { :; }
try 'tinydocker rm ' tinydocker rm ''
try 'tinydocker   image   rm   ba' tinydocker image rm ba
try 'tinydocker run --image=ba' tinydocker run --image = ba
try 'tinydocker rmi base:la' tinydocker rmi base : la
try 'tinydocker diff c1 fi' tinydocker diff c1 fi
try 'tinydocker export --output=fi' tinydocker export --output = fi
try 'tinydocker nonsense ' tinydocker nonsense ''`;

eachMode(test, 'bash gets the words of this store', async place => {
  makeImage(place);
  const PATH = install(place);
  assert.is((await runAs(place, ['bash', '-c', COMPLETE], { env: { PATH } })).stdout.split('\n')[1], '');
  for (const name of ['c1', 'c2']) await done(place, 'run', '-q', '--keep', name, 'true');
  writeFileSync(join(place.home, 'file with blanks'), '');
  const { stdout, stderr } = await runAs(place, ['bash', '-c', COMPLETE], { env: { PATH } });
  assert.is(stderr, '');
  assert.equal(stdout.split('\n'), [
    'complete -F _tinydocker tinydocker',
    'c1 c2',
    'base',
    'base',
    'latest',
    'file with blanks',
    'file with blanks',
    '',
    '',
  ]);
});

test('a shell that is not known', async () => {
  if (mode === undefined) return;
  await withPlace(mode, async place => {
    const { status, stderr } = await tinydocker(place, ['completion', 'tcsh']);
    assert.is(status, 2);
    assert.is(stderr, 'tinydocker: There is no completion for "tcsh".\nThere are bash, zsh and fish.\n');
    // Where there is no store, there is nothing to list, and nothing to complain of.
    const none = await tinydocker(place, ['completion', '--candidates', '--', 'rm', ''], {
      store: '/nonexistent',
    });
    assert.equal([none.status, none.stdout, none.stderr], [0, '', '']);
  });
});

test.run();
