/** Printed scripts from fixed facts against the ones in fixtures/scripts; `node scripts/test.mjs --update` rewrites those. */

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { quoteArgv } from '../../src/plan/quote.ts';
import { renderScript } from '../../src/plan/script.ts';
import type { Plan, Step } from '../../src/plan/step.ts';
import { assertGolden } from '../support/golden.ts';
import { planOf } from '../support/plans.ts';

const COMMAND = ['/bin/sh', '-c', "echo it's $HOME"];

const GOLDEN: Readonly<Record<string, () => Plan>> = {
  root: () => planOf('host', { command: COMMAND }),
  range: () => planOf('range', { command: COMMAND }),
  single: () => planOf('single', { command: COMMAND }),
  terminal: () => planOf('host', { terminal: true, interactive: true }),
  volumes: () =>
    planOf('range', {
      command: ['make', 'test'],
      volumes: [
        { source: "/home/ann/it's here", target: '/src', readOnly: true },
        { source: '/home/ann/out', target: '/out', readOnly: false },
      ],
      tmpfs: [{ target: '/scratch', options: ['size=64m'] }],
      env: [['CI', 'true']],
      user: 'ann',
      workdir: '/src',
      readOnly: true,
    }),
  keep: () => planOf('host', { keep: true, command: ['true'] }),
};

for (const [name, plan] of Object.entries(GOLDEN)) {
  test(`golden: ${name}`, () => {
    assertGolden(`scripts/${name}.sh`, renderScript([plan()], `tinydocker run --dry-run hello1 (${name})`));
  });

  test(`parses and ends in a line end: ${name}`, () => {
    const script = renderScript([plan()], 'x');
    assert.match(script, /\n}\n$/);
    for (const shell of ['sh', 'bash']) {
      const { status, stderr } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
      assert.equal([status, stderr], [0, '']);
    }
  });

  test(`every command is printed, in order: ${name}`, () => {
    const { steps } = plan();
    const script = renderScript([plan()], 'x').replaceAll(/ \\\n\s*/g, ' ');
    let from = 0;
    for (const step of steps) {
      if (step.action.type !== 'run' && step.action.type !== 'start') continue;
      const at = script.indexOf(quoteArgv(step.action.argv), from);
      assert.ok(at >= 0, step.id);
      from = at;
    }
  });
}

test('two plans: the first has a subshell of its own', () => {
  const script = renderScript([planOf('host'), planOf('host', { name: 'hello2' })], 'x');
  assert.is(script.match(/^\($/gm)?.length, 1);
  assert.match(script, /\n\)\n/);
  assert.is(spawnSync('sh', ['-n'], { input: script }).status, 0);
});

test('a failing step ends its plan, and with it the script, also when another plan follows', () => {
  const saying = (subject: string, ...argvs: readonly string[][]): Plan => ({
    kind: 'import',
    subject,
    summary: subject,
    variables: [],
    phases: [{ id: 'all', title: 'All.' }],
    steps: argvs.map((argv, index) => ({
      id: `step-${index}`,
      phase: 'all',
      title: 'say',
      where: { type: 'host' },
      action: { type: 'run', argv },
      undo: { type: 'command', argv: ['echo', `undo ${subject} ${index}`], when: 'always' },
      why: 'To see it.',
      pitfalls: [],
    })),
    notes: [],
  });
  const first = saying('first', ['echo', 'one'], ['sh', '-c', 'exit 3'], ['echo', 'not reached']);
  const script = renderScript([first, saying('second', ['echo', 'not reached either'])], 'x');
  for (const shell of ['sh', 'dash', 'bash']) {
    const { status, stdout, error } = spawnSync(shell, { input: script, encoding: 'utf8' });
    if (error !== undefined && shell !== 'sh') continue;
    assert.is(stdout, 'one\nundo first 1\nundo first 0\n', shell);
    assert.is(status, 125, shell);
  }
});

test('whatever the request holds, the script parses and no comment becomes a command', () => {
  const value = fc.string({ unit: 'binary', maxLength: 20 }).filter(text => !/[\0\p{Surrogate}]/u.test(text));
  fc.assert(
    fc.property(fc.array(value, { minLength: 1 }), value, value, (words, source, workdir) => {
      const [first = ''] = words;
      fc.pre(first !== '');
      const plan = planOf('host', {
        command: words,
        workdir: `/${workdir}`,
        env: words.map((word, index) => [`V${index}`, word]),
        volumes: [{ source: `/${source}`, target: `/t${source}`, readOnly: true }],
      });
      const script = renderScript([plan], `tinydocker run ${words.join(' ')}`);
      const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
      assert.equal([status, stderr], [0, '']);
      assert.not.match(script.slice(0, script.indexOf('\n{\n')), /^[^#\n]/m);
    }),
    { numRuns: 60 },
  );
});

test('a plan that fails ends the script: neither its further steps nor the next plan are done', () => {
  const step = (id: string, ...argv: string[]): Step => ({
    ...{ id, phase: 'p', title: id, where: { type: 'host' }, action: { type: 'run', argv } },
    ...{
      undo: { type: 'command', argv: ['echo', 'undone'], when: 'failure' },
      why: 'It is a test.',
      pitfalls: [],
    },
  });
  const planWith = (...steps: Step[]): Plan => ({
    ...{
      kind: 'base',
      subject: 'x',
      summary: 'x',
      variables: [],
      phases: [{ id: 'p', title: 'P.' }],
      steps,
      notes: [],
    },
  });
  const first = planWith(step('fails', 'false'), step('goes-on', 'echo', 'went on'));
  const input = renderScript([first, planWith(step('next', 'echo', 'the next'))], 'x');
  for (const shell of ['sh', 'bash']) {
    const { status, stdout } = spawnSync(shell, { input, encoding: 'utf8' });
    assert.equal([status, stdout], [125, 'undone\n'], shell);
  }
});

test.run();
