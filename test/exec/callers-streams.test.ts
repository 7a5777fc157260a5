/** Steps that read the caller's stdin and write to the caller's stdout: by the executor, in a process of its own, and by the script. */

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runPlan } from '../../src/exec/run-plan.ts';
import { renderScript } from '../../src/plan/script.ts';
import type { Plan, Step } from '../../src/plan/step.ts';

const test = suite('exec/callers-streams');

function step(
  id: string,
  argv: readonly string[],
  streams: Partial<Extract<Step['action'], { type: 'run' }>>,
) {
  return {
    id,
    phase: 'p',
    title: id,
    where: { type: 'host' },
    action: { type: 'run', argv, ...streams },
    undo: { type: 'nothing', reason: 'it only prints' },
    why: '',
    pitfalls: [],
  } as const satisfies Step;
}

function planOf(...steps: readonly Step[]): Plan {
  return {
    kind: 'prune',
    subject: 'x',
    summary: 'x',
    variables: [],
    phases: [{ id: 'p', title: '' }],
    steps,
    notes: [],
  };
}

const both = { callersStdin: true, callersStdout: true } as const;
const PLANS: Readonly<Record<string, Plan>> = {
  copy: planOf(step('unseen', ['true'], {}), step('copy', ['cat'], both)),
  endless: planOf(step('endless', ['yes'], { callersStdout: true })),
  'endless-in-a-shell': planOf(step('endless', ['sh', '-c', 'yes; exit $?'], { callersStdout: true })),
};

/** Carries the plan out and exits with its status; on stderr, how it ended. */
async function beTheExecutor(name: string): Promise<void> {
  const { type, status } = await runPlan(PLANS[name] ?? planOf(), {
    emit: () => undefined,
    giveUp: () => undefined,
  });
  process.stderr.write(type);
  process.exit(status);
}

function shell(program: string, input = '') {
  const self = ['env', 'BE_THE_EXECUTOR=1', process.execPath, '--', process.argv[1] ?? ''];
  return spawnSync('bash', ['-c', program, ...self], { input, encoding: 'utf8', timeout: 20_000 });
}

test('the bytes pass, the executor adds none', () => {
  const { stdout, stderr, status } = shell('"$0" "$@" copy', 'a\nb\n');
  assert.equal([status, stdout, stderr], [0, 'a\nb\n', 'succeeded']);
});

for (const name of ['endless', 'endless-in-a-shell'])
  test(`a reader that has had enough ends it as it ends any program: ${name}`, () => {
    const { stdout, stderr } = shell(`"$0" "$@" ${name} | head -n 1; echo "\${PIPESTATUS[0]}"`);
    assert.equal([stdout, stderr], ['y\n141\n', 'interrupted']);
  });

test('the script does the same', () => {
  const script = renderScript([PLANS['copy'] ?? planOf()], 'x');
  for (const program of ['sh', 'bash']) {
    const ran = spawnSync(program, ['-c', script], { input: 'a\nb\n', encoding: 'utf8' });
    assert.equal([ran.status, ran.stdout, ran.stderr], [0, 'a\nb\n', '']);
  }
});

if (process.env['BE_THE_EXECUTOR'] === '1') await beTheExecutor(process.argv.at(-1) ?? '');
else test.run();
