/** A save that fails at any step leaves nothing, beside the output neither, and an output that was there before as it was. */

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { savedImages } from '../../src/host/saved-images.ts';
import { layerArchive, storePaths } from '../../src/host/store-paths.ts';
import type { Facts } from '../../src/plan/facts.ts';
import { planImport } from '../../src/plan/image/plan-import.ts';
import { planSave } from '../../src/plan/image/plan-save.ts';
import { planRemoveImage } from '../../src/plan/image/remove-image.ts';
import type { SaveFormat } from '../../src/plan/image/save-input.ts';
import type { Plan } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';
import { failEach, runToEnd, succeed } from '../support/faults.ts';
import { treeOf } from '../support/host.ts';
import { makeLayout } from '../support/layout.ts';

interface Stored {
  /** Holds the store, and nothing that changes but by a save. */
  readonly dir: string;
  readonly facts: Facts;
  readonly output: string;
  readonly saving: (format?: SaveFormat) => Plan;
  readonly remove: () => Promise<Plan>;
}

/** A store with the image x:1, which has two layers. */
async function withImage(use: (stored: Stored) => Promise<void>): Promise<void> {
  await withTempDir(async dir => {
    const facts = { ...probeFacts(), storeRoot: join(dir, 'store') };
    const paths = storePaths(facts.storeRoot);
    const { path } = makeLayout(join(dir, 'layout'), {
      layers: [[{ name: 'a', text: 'low' }], [{ name: '.wh.a', text: '' }]],
    });
    await succeed(
      planImport(archiveImport(path, await readImageArchive(path, facts.storeRoot), facts), path),
    );
    const output = join(dir, 'output');
    const names = ['x:1'];
    await use({
      ...{ dir, facts, output },
      saving: (format = 'docker-archive') =>
        planSave({ ...savedImages(paths, names), format, output, id: newOperationId(), facts }),
      remove: async () =>
        planRemoveImage({ names, ...(await unusedWithout(paths, names)), id: newOperationId(), facts }),
    });
  });
}

/** The last step puts the output in its place at once: what fails after that has saved the image all the same. */
function withoutLast(plan: Plan): Plan {
  return { ...plan, steps: plan.steps.slice(0, -1) };
}

test('a save fails at each step in turn, where nothing was', () =>
  withImage(({ dir, saving }) => failEach(() => withoutLast(saving()), dir)));

test('a save fails at each step in turn, where another file was', () =>
  withImage(({ dir, saving, output }) => {
    writeFileSync(output, 'old');
    return failEach(() => withoutLast(saving()), dir);
  }));

test('a save fails at its last step', () =>
  withImage(async ({ dir, saving, output }) => {
    await succeed(saving());
    const bytes = readFileSync(output);
    // The same bytes replace it, so that nothing tells whether they did.
    await failEach(saving, dir);
    assert.equal(readFileSync(output), bytes);
  }));

test('a layout as a directory fails at each step in turn', () =>
  withImage(async ({ dir, saving, output }) => {
    await failEach(() => withoutLast(saving('oci-dir')), dir);
    mkdirSync(output);
    await failEach(() => withoutLast(saving('oci-dir')), dir);
    await succeed(saving('oci-dir'));
    assert.equal(readdirSync(output).toSorted(), ['blobs', 'index.json', 'oci-layout']);
  }));

test('a directory that came into being meanwhile is not replaced, and that is said', () =>
  withImage(async ({ dir, saving, output }) => {
    for (const format of ['docker-archive', 'oci-dir'] as const) {
      const plan = saving(format);
      mkdirSync(output);
      writeFileSync(join(output, 'theirs'), 'x');
      const before = treeOf(dir);
      const { failedStep, failure } = await runToEnd(plan);
      assert.is(failedStep, 'name-output');
      const step = plan.steps.find(({ id }) => id === failedStep);
      assert.ok(step && failure);
      assert.match(diagnose(plan, step, failure).cause, /output" came into being while the image was saved/);
      assert.equal(treeOf(dir), before);
      rmSync(output, { recursive: true });
    }
  }));

test('a removal does not take what a save reads', () =>
  withImage(async ({ saving, remove, output }) => {
    let removed: string | undefined;
    const removal = await remove();
    const outcome = await runPlan(saving(), {
      emit: () => undefined,
      giveUp: () => undefined,
      beforeStep: async ({ id }) => {
        if (id === 'decompress-1' || id === 'copy-1') removed = (await runToEnd(removal)).failedStep;
      },
    });
    assert.is(outcome.type, 'succeeded', outcome.failure?.stderr);
    assert.is(removed, 'take-layers');
    assert.ok(readFileSync(output).length > 0);
  }));

test('a layer that is gone when the save begins: nothing is written, and that is said', () =>
  withImage(async ({ dir, saving, remove }) => {
    const plan = saving();
    await succeed(await remove());
    const before = treeOf(dir);
    const { failedStep, failure } = await runToEnd(plan);
    const step = plan.steps.find(({ id }) => id === failedStep);
    assert.ok(step && failure);
    assert.match(
      diagnose(plan, step, failure).cause,
      /^Layer 1 was in the store, and somebody removed it a moment ago; nothing was written\.$/,
    );
    assert.equal(treeOf(dir), before);
  }));

test('an archive of the store that is plain is linked, and stays as it is', () =>
  withImage(async ({ dir, facts, saving, output }) => {
    const { layers } = savedImages(storePaths(facts.storeRoot), ['x:1']);
    await succeed(saving());
    const bytes = readFileSync(output);
    for (const { digest } of layers) {
      const archive = layerArchive(storePaths(facts.storeRoot), digest);
      const plain = readFileSync(join(dir, 'layout/blobs/sha256', digest));
      rmSync(archive);
      writeFileSync(archive, plain, { mode: 0o600 });
    }
    const ids = saving().steps.map(({ id }) => id);
    assert.ok(ids.includes('copy-1') && !ids.includes('decompress-1'));
    rmSync(output);
    await failEach(() => withoutLast(saving()), dir);
    await failEach(() => withoutLast(saving('oci-dir')), dir);
    await succeed(saving());
    assert.equal(readFileSync(output), bytes);
  }));

test.run();
