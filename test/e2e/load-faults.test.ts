/** A load that fails at any step leaves the store as it was; and what it counts on stays. */

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readImageArchive } from '../../src/archive/image-archive.ts';
import { archiveImport } from '../../src/archive/import-archive.ts';
import { runPlan } from '../../src/exec/run-plan.ts';
import { diagnose } from '../../src/host/diagnose.ts';
import { probeFacts } from '../../src/host/facts.ts';
import { unusedWithout } from '../../src/host/layer-use.ts';
import { newOperationId } from '../../src/host/operation.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import type { Facts } from '../../src/plan/facts.ts';
import { planImport } from '../../src/plan/image/plan-import.ts';
import { planRemoveImage } from '../../src/plan/image/remove-image.ts';
import type { Plan } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';
import { failEach, runToEnd, succeed } from '../support/faults.ts';
import { treeOf } from '../support/host.ts';
import { makeLayout } from '../support/layout.ts';
import type { Member } from '../support/tar.ts';

const LOW: readonly Member[] = [
  { name: 'gone', text: 'low' },
  { name: 'dir', type: 'directory', mode: 0o755 },
];
const HIGH: readonly Member[] = [
  { name: '.wh.gone', text: '' },
  { name: 'dir/.wh..wh..opq', text: '' },
];

interface Layouts {
  readonly facts: Facts;
  /** One layer, and two of which it is the lower one. */
  readonly low: string;
  readonly high: string;
  readonly loading: (path: string, name?: string) => Promise<Plan>;
}

async function withLayouts(use: (layouts: Layouts) => Promise<void>): Promise<void> {
  await withTempDir(async dir => {
    const facts = { ...probeFacts(), storeRoot: join(dir, 'store') };
    const low = makeLayout(join(dir, 'low'), { layers: [LOW], name: 'low:1' }).path;
    const high = makeLayout(join(dir, 'high'), { layers: [LOW, HIGH], name: 'high:1' }).path;
    const loading = async (path: string, name?: string) =>
      planImport(archiveImport(path, await readImageArchive(path, facts.storeRoot), facts, name), path);
    await use({ facts, low, high, loading });
  });
}

test('a load fails at each step in turn: into an empty store, and one that has a layer and the name', () =>
  withLayouts(async ({ facts, low, high, loading }) => {
    await succeed(await loading(low, 'other:1'));
    await succeed(await loading(low, 'high:1'));
    await failEach(() => loading(high), facts.storeRoot);
    await succeed(await loading(high));
    assert.is(readdirSync(join(facts.storeRoot, 'layers')).length, 2);
    const names = ['high:1', 'other:1'];
    const unused = await unusedWithout(storePaths(facts.storeRoot), names);
    const removal = () => planRemoveImage({ names, ...unused, id: newOperationId(), facts });
    await failEach(removal, facts.storeRoot);
    await succeed(removal());
    assert.equal(readdirSync(join(facts.storeRoot, 'layers')), []);
  }));

test('a layer that was there when the plan was made, and is gone: nothing is changed, and that is said', () =>
  withLayouts(async ({ facts, low, high, loading }) => {
    await succeed(await loading(low));
    const plan = await loading(high);
    const [digest = ''] = readdirSync(join(facts.storeRoot, 'layers'));
    rmSync(join(facts.storeRoot, 'layers', digest), { recursive: true });
    const before = treeOf(facts.storeRoot);
    const { failedStep, failure } = await runToEnd(plan);
    assert.is(failedStep, 'use-layer-1');
    const step = plan.steps.find(({ id }) => id === failedStep);
    assert.ok(step && failure);
    assert.match(
      diagnose(plan, step, failure).cause,
      /^Layer 1 was in the store, and somebody removed it a moment ago/,
    );
    assert.equal(treeOf(facts.storeRoot), before);
  }));

test('a removal does not take what a load counts on', () =>
  withLayouts(async ({ facts, low, high, loading }) => {
    await succeed(await loading(low));
    const names = ['low:1'];
    const unused = await unusedWithout(storePaths(facts.storeRoot), names);
    assert.is(unused.layers.length, 1);
    let removed: string | undefined;
    const outcome = await runPlan(await loading(high), {
      emit: () => undefined,
      giveUp: () => undefined,
      beforeStep: async ({ id }) => {
        if (id === 'use-layer-1')
          removed = (await runToEnd(planRemoveImage({ names, ...unused, id: newOperationId(), facts })))
            .failedStep;
      },
    });
    assert.is(outcome.type, 'succeeded', outcome.failure?.stderr);
    assert.is(removed, 'take-layers');
    assert.equal(readdirSync(join(facts.storeRoot, 'images')).toSorted(), ['high:1.json', 'low:1.json']);
  }));

test.run();
