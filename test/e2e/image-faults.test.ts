// Every step of every image operation fails once, and every undo runs twice: the store is as it was.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runPlan } from '../../src/exec/run-plan.ts';
import { findBaseTools } from '../../src/host/base-tools.ts';
import { diagnose } from '../../src/host/diagnose.ts';
import { probeFacts } from '../../src/host/facts.ts';
import { findUnused, unusedWithout } from '../../src/host/layer-use.ts';
import { newLinkName, newOperationId } from '../../src/host/operation.ts';
import { storePaths } from '../../src/host/store-paths.ts';
import type { Facts } from '../../src/plan/facts.ts';
import { planBaseImage } from '../../src/plan/image/base-image.ts';
import type { FileSource } from '../../src/plan/image/layer-source.ts';
import { planImport } from '../../src/plan/image/plan-import.ts';
import { planRemoveImage } from '../../src/plan/image/remove-image.ts';
import type { Plan } from '../../src/plan/step.ts';
import { withTempDir } from '../support/dirs.ts';
import { failEach, failsInstead, runToEnd, succeed } from '../support/faults.ts';
import { treeOf } from '../support/host.ts';
import { tarOf } from '../support/tar.ts';

const created = '2026-01-01T00:00:00Z';

interface Store {
  readonly facts: Facts;
  readonly dir: string;
  readonly source: (name: string, text: string) => FileSource;
  readonly importing: (name: string, ...sources: readonly FileSource[]) => Plan;
}

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  await withTempDir(async dir => {
    const facts = { ...probeFacts(), storeRoot: join(dir, 'store') };
    const importing = (name: string, ...sources: readonly FileSource[]) =>
      planImport({
        images: [
          { name: `${name}:latest`, created, layers: sources.map((_, index) => index + 1), config: {} },
        ],
        sources,
        links: sources.map(newLinkName),
        id: newOperationId(),
        facts,
      });
    const source = (name: string, text: string): FileSource => {
      const path = join(dir, name);
      writeFileSync(path, tarOf([{ name: 'f', text }]));
      return { path, type: 'tar' };
    };
    await use({ facts, dir, source, importing });
  });
}

test('an import into a store that has other images', () =>
  withStore(async ({ facts, source, importing }) => {
    await succeed(importing('other', source('other.tar', 'other')));
    await failEach(
      () => importing('new', source('low.tar', 'low'), source('high.tar', 'high')),
      facts.storeRoot,
    );
  }));

test('an import that takes over a name, and a layer that is there already', () =>
  withStore(async ({ facts, dir, source, importing }) => {
    await succeed(importing('same', source('old.tar', 'old')));
    const record = readFileSync(join(facts.storeRoot, 'images/same:latest.json'), 'utf8');
    await failEach(
      () => importing('same', source('old.tar', 'old'), source('new.tar', 'new')),
      facts.storeRoot,
    );
    assert.is(readFileSync(join(facts.storeRoot, 'images/same:latest.json'), 'utf8'), record);
    const plan = importing('same', source('new.tar', 'new'));
    copyFileSync(join(dir, 'new.tar'), join(dir, 'copy.tar'));
    await succeed(plan);
    await succeed(importing('same', { path: join(dir, 'copy.tar'), type: 'tar' }));
    assert.is(readdirSync(join(facts.storeRoot, 'layers')).length, 2);
  }));

test("an import's undo leaves a layer that another import counts on", () =>
  withStore(async ({ facts, source, importing }) => {
    const plan = importing('mine', source('shared.tar', 'shared'));
    await succeed(importing('first', source('first.tar', 'first')));
    // Between our publishing and our failure, somebody else finds the layer and uses it.
    const other = importing('theirs', source('shared.tar', 'shared'));
    const steps = plan.steps.map(step => (step.id === 'name-image' ? failsInstead(step) : step));
    const outcome = await runPlan(
      { ...plan, steps },
      {
        emit: () => undefined,
        giveUp: () => undefined,
        beforeStep: async step => {
          if (step.id === 'name-image') await succeed(other);
        },
      },
    );
    assert.is(outcome.failedStep, 'name-image');
    assert.equal(outcome.leftovers, []);
    assert.is(readdirSync(join(facts.storeRoot, 'layers')).length, 2);
    assert.equal(readdirSync(join(facts.storeRoot, 'images')), ['first:latest.json', 'theirs:latest.json']);
    assert.is(readdirSync(join(facts.storeRoot, 'l')).length, 2);
  }));

test('the default image', () =>
  withStore(async ({ facts, source, importing }) => {
    await succeed(importing('other', source('other.tar', 'other')));
    const plan = () =>
      planBaseImage({
        name: 'base:latest',
        tools: findBaseTools(),
        link: newLinkName(),
        id: newOperationId(),
        created,
        facts,
      });
    await failEach(plan, facts.storeRoot);
  }));

test('the removal of images', () =>
  withStore(async ({ facts, source, importing }) => {
    await succeed(importing('low', source('low.tar', 'low')));
    await succeed(importing('two', source('low.tar', 'low'), source('high.tar', 'high')));
    const names = ['two:latest'];
    const unused = await unusedWithout(storePaths(facts.storeRoot), names);
    assert.is(unused.layers.length, 1);
    assert.is(unused.links.length, 2);
    const plan = () => planRemoveImage({ names, ...unused, id: newOperationId(), facts });
    await failEach(plan, facts.storeRoot);
    await succeed(plan());
    assert.equal(readdirSync(join(facts.storeRoot, 'images')), ['low:latest.json']);
    assert.is(readdirSync(join(facts.storeRoot, 'layers')).length, 1);
  }));

test('the removal of what nobody uses, by name and without', () =>
  withStore(async ({ facts, source, importing }) => {
    const paths = storePaths(facts.storeRoot);
    const planned = async (images: boolean) => {
      const { images: found, layers, links } = await findUnused(paths, () => images, true);
      return planRemoveImage({
        names: found.map(({ name }) => name),
        identities: found.map(({ identity }) => identity),
        layers: layers.map(({ digest }) => digest),
        links,
        id: newOperationId(),
        facts,
      });
    };
    await succeed(importing('image', source('old.tar', 'old')));
    await succeed(importing('image', source('new.tar', 'new')));
    await failEach(() => planned(false), facts.storeRoot);
    await succeed(await planned(false));
    assert.is(readdirSync(join(facts.storeRoot, 'layers')).length, 1);
    assert.equal((await planned(false)).steps, []);
    await failEach(() => planned(true), facts.storeRoot);
    await succeed(await planned(true));
    for (const directory of ['images', 'layers', 'l', 'tmp'])
      assert.equal(readdirSync(join(facts.storeRoot, directory)), []);
  }));

test('a removal that finds a layer in use since a moment ago puts everything back', () =>
  withStore(async ({ facts, source, importing }) => {
    await succeed(importing('image', source('a.tar', 'a')));
    const names = ['image:latest'];
    const unused = await unusedWithout(storePaths(facts.storeRoot), names);
    const container = join(facts.storeRoot, 'containers/c1');
    mkdirSync(container);
    writeFileSync(
      join(container, 'container.json'),
      JSON.stringify({ version: 1, name: 'c1', layers: unused.links }),
    );
    const before = treeOf(facts.storeRoot);
    const outcome = await runToEnd(planRemoveImage({ names, ...unused, id: newOperationId(), facts }));
    assert.is(outcome.failedStep, 'take-layers');
    assert.match(outcome.failure?.stderr ?? '', /is used by .*containers\/c1\/container\.json/);
    assert.equal(treeOf(facts.storeRoot), before);
  }));

test('an image that two remove at once: the second one is told', () =>
  withStore(async ({ facts, source, importing }) => {
    await succeed(importing('image', source('a.tar', 'a')));
    const names = ['image:latest'];
    const unused = await unusedWithout(storePaths(facts.storeRoot), names);
    const plans = [newOperationId(), newOperationId()].map(id =>
      planRemoveImage({ names, ...unused, id, facts }),
    );
    const [first, second] = plans as [Plan, Plan];
    await succeed(first);
    const { failedStep, failure, leftovers } = await runToEnd(second);
    const step = second.steps.find(({ id }) => id === failedStep);
    assert.is(step?.id, 'take-names');
    assert.equal(leftovers, []);
    if (step === undefined || failure === undefined) return;
    assert.match(diagnose(second, step, failure).cause, /somebody else removed the same a moment ago/);
  }));

test.run();
