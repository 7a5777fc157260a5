/** A plan of every kind, in every variant that says something of its own. */

import { examplePlan } from '../../src/plan/example.ts';
import type { Facts, IdMapping } from '../../src/plan/facts.ts';
import { failAt } from '../../src/plan/fail-at.ts';
import { type CopyInput, planCopy } from '../../src/plan/files/plan-copy.ts';
import { planExport } from '../../src/plan/files/plan-export.ts';
import type { ContainerView } from '../../src/plan/files/view.ts';
import { planFork } from '../../src/plan/fork/plan-fork.ts';
import { planBaseImage } from '../../src/plan/image/base-image.ts';
import type { ImportInput } from '../../src/plan/image/import-input.ts';
import { type CommitInput, planCommit } from '../../src/plan/image/plan-commit.ts';
import { planImport } from '../../src/plan/image/plan-import.ts';
import { planPull, pulledLayer } from '../../src/plan/image/plan-pull.ts';
import { planSave } from '../../src/plan/image/plan-save.ts';
import { planTag } from '../../src/plan/image/plan-tag.ts';
import { planRemoveImage } from '../../src/plan/image/remove-image.ts';
import { type ExecInput, planExec } from '../../src/plan/join/plan-exec.ts';
import { planLesson } from '../../src/plan/lesson/plan-lesson.ts';
import { planRename } from '../../src/plan/life/plan-rename.ts';
import { type Living, planKill, planStop } from '../../src/plan/life/plan-stop.ts';
import { KILL, TERM } from '../../src/plan/life/signals.ts';
import { planPrune, planRemoveContainers, type Removable } from '../../src/plan/prune.ts';
import type { RunRequest } from '../../src/plan/request.ts';
import type { Result } from '../../src/plan/result.ts';
import { planRun } from '../../src/plan/run/plan-run.ts';
import { containerRecord } from '../../src/plan/run/record.ts';
import type { Container } from '../../src/plan/run/run-input.ts';
import type { Plan } from '../../src/plan/step.ts';
import { factsOf, IMAGE, saveInput, specOf } from './plans.ts';

const MAPPINGS: readonly IdMapping[] = ['host', 'range', 'single'];
const CREATED = '2026-01-01T00:00:00Z';
const DIFF_ID = 'd'.repeat(64);

/** Plans of all kinds for one mapping of ids. */
export function planVariants(): readonly Plan[] {
  return MAPPINGS.map(factsOf).flatMap(facts => [
    ...runs(facts),
    ...execs(facts),
    ...images(facts),
    ...saves(facts),
    ...files(facts),
    ...removals(facts),
    ...lives(facts),
  ]);
}

function valueOf<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failures.map(({ message }) => message).join(' '));
  return result.value;
}

function run(
  facts: Facts,
  container: Partial<Container> = {},
  { imageVolumes = [], ...request }: Partial<RunRequest> & { readonly imageVolumes?: readonly string[] } = {},
): Plan {
  return valueOf(
    planRun({
      spec: specOf(request),
      container: { name: 'hello1', image: 'base:latest', keep: false, stdin: false, ...container },
      layers: [...IMAGE.layers, { digest: 'b'.repeat(64), link: 'BBBBBBBB' }],
      imageVolumes,
      facts,
    }),
  );
}

/** Not root, where there is anybody else. */
function someUser({ mapping }: Facts): string {
  return mapping === 'single' ? '0' : '1000';
}

function runs(facts: Facts): readonly Plan[] {
  const log = { max: 1_000_000 };
  const again = { id: 'abc123', upper: '7' };
  const volumes: Partial<RunRequest> = {
    volumes: [
      { source: '/srv/data', target: '/data', readOnly: true },
      { source: '/srv/other', target: '/other', readOnly: false },
    ],
    tmpfs: [{ target: '/run', options: [] }],
    workdir: '/work',
    readOnly: true,
  };
  const plain = run(facts);
  const commit = commits(facts)[0];
  return [
    examplePlan(facts),
    plain,
    run({ ...facts, bash: false, ip: false }),
    run(facts, { keep: true, stdin: true }, { terminal: true, user: someUser(facts) }),
    run(facts, {}, { ...volumes, imageVolumes: ['/var/lib/data'] }),
    run(facts, { keep: true, log, init: true }),
    run({ ...facts, staticInit: '/usr/bin/tini' }, { init: true }),
    run(facts, { keep: true, again }, { imageVolumes: ['/var/lib/data'] }),
    run(facts, { keep: true, again, log }, { terminal: true }),
    ...plain.steps.flatMap(({ id }) => valueOf(failAt(plain, id))),
    ...(commit === undefined
      ? []
      : [{ ...run(facts, { keep: true }), afterwards: { plan: commit, removesKept: true } }]),
  ];
}

function execs(facts: Facts): readonly Plan[] {
  const exec = (request: Partial<RunRequest>, more: Partial<ExecInput> = {}) =>
    valueOf(
      planExec({
        container: RUNNING,
        spec: specOf({ command: ['/bin/ls'], ...request }),
        stdin: false,
        hasEnv: true,
        id: 'abc123',
        facts,
        ...more,
      }),
    );
  return [
    exec({}),
    exec({ terminal: true, user: someUser(facts) }),
    exec({}, { facts: { ...facts, bash: false } }),
  ];
}

function imported(facts: Facts, changes: Partial<ImportInput> = {}): ImportInput {
  return {
    images: [{ name: 'debian:12', created: CREATED, layers: [1, 2, 3], config: {} }],
    sources: [
      { path: '/srv/low.tar', type: 'tar' },
      { path: '/srv/high.tar.xz', type: 'tar', compression: 'xz' },
      { path: '/srv/root fs', type: 'directory', foreign: true },
    ],
    links: ['AAAAAAA1', 'AAAAAAA2', 'AAAAAAA3'],
    id: 'abc123',
    facts,
    ...changes,
  };
}

function loads(facts: Facts): readonly Plan[] {
  const [low, high] = [1, 2].map(number => ({
    name: `image${number}:1`,
    created: CREATED,
    layers: [1, 2, 3],
    config: {},
    source: '{}',
  }));
  if (low === undefined || high === undefined) return [];
  const load = imported(facts, {
    images: [low, high],
    sources: [
      { type: 'stored', digest: '5'.repeat(64) },
      { type: 'member', path: '/srv/a.tar', member: 'x/layer.tar', diffId: DIFF_ID },
      { type: 'member', path: '/srv/a.tar', member: 'y/layer.tar', compression: 'gzip', diffId: DIFF_ID },
    ],
    archive: { path: '/srv/a.tar.gz', compression: 'gzip' },
    maxSize: 1_000_000,
  });
  return [
    planImport(load, '/srv/a.tar.gz'),
    planImport({ ...load, facts: { ...facts, zstdReadsGzip: true, zstd: false, openssl: false } }),
    planImport({ ...load, facts: { ...facts, zstdReadsGzip: true }, images: [low] }),
  ];
}

function pulls(facts: Facts): readonly Plan[] {
  const [stored, fetched] = ['1', '2'].map(digit => digit.repeat(64));
  if (stored === undefined || fetched === undefined) return [];
  const pull = (sources: ImportInput['sources']) =>
    planPull({
      ...imported(facts, { sources, links: ['AAAAAAA1', 'AAAAAAA2'], maxSize: 1_000_000 }),
      images: [{ name: 'debian:12', created: CREATED, layers: [1, 2], config: {}, source: '{}' }],
      reference: `registry.example/debian@sha256:${'3'.repeat(64)}`,
      blobs: [
        { digest: stored, size: 7, diffId: '5'.repeat(64) },
        { digest: fetched, size: 8, diffId: DIFF_ID },
      ],
      tlsVerify: false,
    });
  const lower = { type: 'stored', digest: '5'.repeat(64) } as const;
  return [
    pull([lower, { ...pulledLayer(fetched), compression: 'zstd', diffId: DIFF_ID }]),
    pull([lower, { type: 'stored', digest: DIFF_ID }]),
  ];
}

function commits(facts: Facts): readonly Plan[] {
  const input: CommitInput = {
    ...{ container: 'hello1', image: 'mine:1', layers: ['a'.repeat(64)], frozen: ['frozen-abc'] },
    base: `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:${'a'.repeat(64)}"]}}`,
    ...{ changes: { env: [], labels: [] }, created: CREATED, createdBy: 'sh' },
    ...{ mounts: ['/data'], only: [], except: [], notes: [], contents: ['A /x'] },
    ...{ links: ['AAAAAAA1', 'AAAAAAA2', 'AAAAAAA3'], id: 'abc123', facts },
  };
  return [planCommit(input), planCommit({ ...input, maxSize: 1_000_000, only: ['/etc/x'] })];
}

function images(facts: Facts): readonly Plan[] {
  const base = { name: 'base:latest', link: 'BASE0001', id: 'abc123', created: CREATED, facts };
  return [
    planImport(imported(facts)),
    planImport(imported(facts, { maxSize: 1_000_000 })),
    ...loads(facts),
    ...pulls(facts),
    ...commits(facts),
    planBaseImage({ ...base, tools: { type: 'busybox', path: '/bin/busybox' } }),
    planBaseImage({ ...base, tools: { type: 'programs', paths: ['/bin/sh', '/bin/ls'] } }),
    planTag({ image: { ...IMAGE, version: 1 }, name: 'other:1', links: ['AAAAAAA1'], id: 'abc123', facts }),
  ];
}

function saves(facts: Facts): readonly Plan[] {
  const { output: _, ...toStdout } = saveInput({ facts });
  return [
    planSave(saveInput({ facts })),
    planSave(saveInput({ facts, format: 'oci-archive' })),
    planSave(saveInput({ facts, format: 'oci-dir' })),
    planSave(toStdout),
  ];
}

const KEPT: ContainerView = { type: 'kept', name: 'hello1', links: ['AAAAAAAA'], upper: '7' };
const RUNNING = { type: 'running', name: 'hello1', init: { pid: 4711, start: '99' } } as const;

function files(facts: Facts): readonly Plan[] {
  const source = { path: '/etc/hosts', link: 'nofollow' } as const;
  const target = { path: '/tmp/x', slash: false, as: 'hosts' };
  const host = { type: 'file', directory: '/srv', name: 'x' } as const;
  const copies: readonly CopyInput['copy'][] = [
    { direction: 'out', source, to: { ...target, beside: '/tmp' } },
    { direction: 'out', source, to: 'stdout' },
    { direction: 'in', source: host, to: target },
    { direction: 'in', source: { type: 'stdin' }, to: target },
  ];
  const record = containerRecord({
    spec: specOf(),
    container: { name: 'hello1', image: 'base:latest', keep: true, stdin: false },
    layers: IMAGE.layers,
    facts,
  });
  const from = { name: 'hello1', record, upper: '7 1.000000000', inode: '8', volumes: true };
  return [
    ...[KEPT, RUNNING].flatMap(view => [
      planExport({ view, id: 'abc123', facts }),
      planExport({ view, output: '/tmp/x.tar', id: 'abc123', facts }),
      ...copies.flatMap(copy =>
        [true, false].map(archive => planCopy({ view, copy, archive, id: 'abc123', facts })),
      ),
    ]),
    planFork({ from, name: 'hello2', facts }),
    planFork({ from, name: 'hello2', frozen: { id: 'frozen-abc', link: 'FROZEN01' }, facts }),
  ];
}

function removals(facts: Facts): readonly Plan[] {
  const undos = [{ step: 'freeze', argv: ['true'] }];
  const things: readonly Removable[] = [
    { type: 'container', name: 'c1', identity: '7 1.000000000', undos },
    { type: 'workspace', name: 'w1', identity: '8 1.000000000', undos },
    { type: 'layer', digest: 'a'.repeat(64) },
    { type: 'link', name: 'ABCD2345' },
  ];
  const images = { links: ['AAAAAAA1'], layers: ['0'.repeat(64)], id: 'abc123', facts };
  return [
    planPrune(things, facts),
    planPrune(things.slice(0, 1), facts),
    planRemoveContainers(things, facts),
    planRemoveImage({ ...images, names: ['debian:12', 'a/b:1'] }),
    planRemoveImage({ ...images, names: ['debian:12'], identities: ['7 1.000000000'] }),
    planRemoveImage({ ...images, names: [] }),
  ];
}

function lives(facts: Facts): readonly Plan[] {
  const container: Living = {
    name: 'hello1',
    process: { pid: 4711, start: '99', boot: 'b' },
    isInit: true,
    ended: '7 1.000000000',
    stopSignal: TERM,
  };
  const both = [container, { ...container, name: 'hello2', isInit: false }];
  return [
    planStop(both, 10, facts),
    planStop(both, undefined, facts),
    planStop(both, 0, facts),
    planKill(both, KILL, facts),
    planKill(both, { name: 'USR1', number: 10 }, facts),
    planRename({ name: 'hello1', to: 'hello2', inode: '7', facts }),
    planLesson({ name: 'pid-1', id: '0123456789abcdef', program: ['/usr/bin/node', '/cli.js'], facts }),
  ];
}
