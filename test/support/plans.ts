/** Plans for tests: from fixed facts, so that they are the same everywhere. */

import * as assert from 'uvu/assert';
import { createSpec } from '../../src/plan/create-spec.ts';
import { MASKED_PATHS, READONLY_PATHS } from '../../src/plan/defaults.ts';
import type { Facts, IdMapping } from '../../src/plan/facts.ts';
import type { Image } from '../../src/plan/image/image.ts';
import type { SaveInput } from '../../src/plan/image/save-input.ts';
import type { RunRequest } from '../../src/plan/request.ts';
import { planRun } from '../../src/plan/run/plan-run.ts';
import type { Spec } from '../../src/plan/spec.ts';
import type { Plan } from '../../src/plan/step.ts';

export const IMAGE: Image = {
  version: 1,
  name: 'base:latest',
  created: '2026-01-01T00:00:00Z',
  layers: [{ digest: 'a'.repeat(64), link: 'AAAAAAAA' }],
  config: {},
  passwd: 'root:x:0:0:root:/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n',
  group: 'root:x:0:\nann:x:1000:\nvideo:x:44:ann\n',
};

export const REQUEST: RunRequest = {
  name: 'hello1',
  image: 'base:latest',
  env: [],
  volumes: [],
  tmpfs: [],
  readOnly: false,
  interactive: false,
  terminal: false,
  term: 'xterm',
  keep: false,
};

export function factsOf(mapping: IdMapping): Facts {
  const uid = mapping === 'host' ? 0 : 1000;
  const directories = [
    '/proc/acpi',
    '/proc/bus',
    '/proc/fs',
    '/proc/irq',
    '/proc/sys',
    '/sys/firmware',
    '/proc/scsi',
  ];
  return {
    mapping,
    ...(mapping === 'single' ? { mappingReason: '/etc/subuid has no range for ann' } : {}),
    uid,
    gid: uid,
    storeRoot: mapping === 'host' ? '/var/lib/tinydocker' : '/home/ann/.local/share/tinydocker',
    bash: true,
    zstdReadsGzip: false,
    ip: true,
    openssl: true,
    zstd: true,
    shellMount: { point: '/', flags: [] },
    kernelPaths: new Map(
      [...MASKED_PATHS, ...READONLY_PATHS].map(path => [
        path,
        directories.includes(path) ? 'directory' : 'file',
      ]),
    ),
  };
}

/** The specification; fails the test when there is none. */
export function specOf(request: Partial<RunRequest> = {}, image: Partial<Image> = {}): Spec {
  const spec = createSpec({ ...REQUEST, ...request }, { ...IMAGE, ...image });
  if (!spec.ok) assert.unreachable(spec.failures.map(({ message }) => message).join(' '));
  else return spec.value;
  throw new Error('unreachable');
}

export function planOf(
  mapping: IdMapping,
  request: Partial<RunRequest> = {},
  facts: Partial<Facts> = {},
): Plan {
  const whole = { ...REQUEST, ...request };
  const plan = planRun({
    spec: specOf(request),
    container: { name: whole.name, image: whole.image, keep: whole.keep, stdin: whole.interactive },
    layers: IMAGE.layers,
    facts: { ...factsOf(mapping), ...facts },
  });
  if (!plan.ok) throw new Error(plan.failures.map(({ message }) => message).join(' '));
  return plan.value;
}

/** A save of two images that share a layer; one of them has two names, and one layer has no archive. */
export function saveInput(changes: Partial<SaveInput> = {}): SaveInput {
  return {
    images: [
      { names: ['low:1'], config: '{"os":"linux"}', id: '1'.repeat(64), layers: [1] },
      { names: ['high:1', 'a.b/c:2'], config: '{"ä":1}', id: '2'.repeat(64), layers: [1, 2, 3, 1] },
    ],
    layers: [
      { digest: 'a'.repeat(64), archive: { compression: 'zstd' } },
      { digest: 'b'.repeat(64), archive: {} },
      { digest: 'c'.repeat(64) },
    ],
    format: 'docker-archive',
    output: "/home/ann/it's.tar",
    id: 'abc123',
    facts: factsOf('host'),
    ...changes,
  };
}
