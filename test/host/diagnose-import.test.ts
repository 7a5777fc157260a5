/** What tar says when it loses a race that a test can not arrange for sure. */

import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { diagnose } from '../../src/host/diagnose.ts';
import { planImport } from '../../src/plan/image/plan-import.ts';
import { factsOf } from '../support/plans.ts';

const plan = planImport({
  images: [{ name: 'x:latest', created: '2026-01-01T00:00:00Z', layers: [1], config: {} }],
  sources: [{ path: '/srv/rootfs', type: 'directory' }],
  links: ['AAAAAAAA'],
  id: 'a',
  facts: factsOf('host'),
});
const pack = plan.steps.find(({ id }) => id === 'pack-1');

for (const said of [
  'file changed as we read it',
  'File removed before we read it',
  'File shrank by 1 byte; padding with zeros',
  'File shrank by 454278144 bytes; padding with zeros',
])
  test(`a directory that changes while it is packed: ${said}`, () => {
    assert.ok(pack);
    const stderr = `tar: ./etc/f: ${said}\n`;
    assert.is(
      diagnose(plan, pack, { command: 'tar', exitStatus: 1, stderr }).cause,
      '"/srv/rootfs" changed while it was read: "./etc/f".',
    );
  });

test.run();
