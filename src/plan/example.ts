/** A run that has every kind of step, to learn from: what `explain` tells is the plan itself, not a second list. */

import { createSpec } from './create-spec.ts';
import type { Facts } from './facts.ts';
import { planRun } from './run/plan-run.ts';
import type { Plan } from './step.ts';

/** The plan of a container with a volume, one that its image declares, a working directory, a read-only root and, if wanted, a terminal, on this machine. */
export function examplePlan(facts: Facts, terminal = true): Plan {
  const name = 'hello1';
  const image = 'base:latest';
  const spec = createSpec(
    {
      name,
      image,
      command: ['/bin/sh'],
      env: [],
      workdir: '/work',
      volumes: [{ source: '/srv/data', target: '/data', readOnly: true }],
      tmpfs: [],
      readOnly: true,
      interactive: true,
      terminal,
      term: 'xterm',
      keep: false,
    },
    { version: 1, name: image, created: '', layers: [], config: {}, passwd: '', group: '' },
  );
  if (!spec.ok) throw new TypeError(spec.failures.map(({ message }) => message).join('\n'));
  const plan = planRun({
    spec: spec.value,
    container: { name, image, keep: false, stdin: true },
    layers: [{ digest: '0'.repeat(64), link: 'AAAAAAAA' }],
    imageVolumes: ['/var/lib/data'],
    facts,
  });
  if (!plan.ok) throw new TypeError(plan.failures.map(({ message }) => message).join('\n'));
  return plan.value;
}
