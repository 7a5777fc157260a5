/** How single steps are taken back. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { backOf, backText } from '../../src/plan/back.ts';
import type { Plan } from '../../src/plan/step.ts';
import { planOf } from '../support/plans.ts';

const test = suite('plan/back');

const BUSYBOX = { staticBusybox: '/usr/bin/busybox' };
const replayed = ({ steps }: Plan): readonly string[] =>
  steps.filter(step => backOf(step).type === 'replay').map(({ id }) => id);

for (const mapping of ['host', 'range', 'single'] as const) {
  test(`up to the point of no return every step has a command of its own, as ${mapping}`, () => {
    const plain = planOf(mapping, { terminal: true, readOnly: true }, BUSYBOX);
    assert.equal(replayed(plain), ['detach-old-root', 'open-gate']);
  });
}

test('without a static busybox nothing leads back over pivot_root but a new start', () => {
  assert.equal(replayed(planOf('host')), ['pivot-root', 'detach-old-root', 'open-gate']);
});

test('what may have made directories that nobody listed is done again', () => {
  const plan = planOf(
    'host',
    { workdir: '/a/b', volumes: [{ source: '/x', target: '/y', readOnly: false }] },
    BUSYBOX,
  );
  assert.equal(replayed(plan), ['mount-volume-1', 'make-workdir', 'detach-old-root', 'open-gate']);
});

test('as a reader sees it', () => {
  const plan = planOf('range', {}, BUSYBOX);
  const text = (id: string) => {
    const step = plan.steps.find(candidate => candidate.id === id);
    return step === undefined ? undefined : backText(step);
  };
  assert.is(text('hold-gate'), 'exec 3>&-');
  assert.is(text('start-init'), 'kill -KILL "$INIT"');
  assert.is(text('write-kernel-fstab'), 'rm -f -- "$C/kernel.fstab"');
  assert.is(
    text('pivot-root'),
    'nsenter --target "$INIT" --user --preserve-credentials --mount -- /dev/.old/usr/bin/busybox pivot_root /dev/.old "/dev/.old$M"',
  );
  assert.match(text('detach-old-root') ?? '', /^start again, .*point of no return$/);
});

test.run();
