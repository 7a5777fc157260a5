/** What this machine can do: every topic is tried out, one after the other, as the user who asks. */

import { platform } from 'node:os';
import { errorMessage } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { tryingPlace } from '../host/writable.ts';
import { type Check, type Machine, reason, type Topic } from './check.ts';
import { kernel } from './kernel.ts';
import { namespaces } from './namespaces.ts';
import { programs } from './programs.ts';
import { rootFileSystem } from './root-file-system.ts';
import { store } from './store.ts';
import { terminal } from './terminal.ts';
import { userNamespace } from './user-namespace.ts';

export interface Examination {
  readonly topic: string;
  readonly checks: readonly Check[];
}

const TOPICS: readonly (readonly [title: string, topic: Topic])[] = [
  ['Kernel', kernel],
  ['Programs', programs],
  ['Users', userNamespace],
  ['Namespaces', namespaces],
  ['Root file system', rootFileSystem],
  ['Terminal', terminal],
  ['Store', store],
];

/** Without a user namespace these would only say the same again. */
const NEED_USER_NAMESPACE: ReadonlySet<Topic> = new Set([namespaces, rootFileSystem]);

/** Tries everything. Leaves nothing behind, needs no privileges, throws for nothing that it finds. */
export async function examine(): Promise<readonly Examination[]> {
  if (platform() !== 'linux') return [{ topic: 'Kernel', checks: [notLinux()] }];
  const facts = probeFacts();
  let machine: Machine = { facts, writable: tryingPlace(facts.storeRoot) };
  const examinations: Examination[] = [];
  for (const [topic, look] of TOPICS) {
    if (NEED_USER_NAMESPACE.has(look) && hasFailed(examinations, 'user-namespace')) continue;
    const checks = await look(machine).catch(error => [notTried(topic, error)]);
    if (checks.length > 0) examinations.push({ topic, checks });
    // One failure is told once: what follows is tried with what does work.
    if (hasFailed(examinations, 'id-ranges'))
      machine = { ...machine, facts: { ...facts, mapping: 'single' } };
  }
  return examinations;
}

function hasFailed(examinations: readonly Examination[], id: string): boolean {
  return examinations.some(({ checks }) => checks.some(check => check.id === id && check.status === 'fail'));
}

/** 0: all is fine; 1: containers run, with limits; 2: they can not run. */
export function examinationStatus(examinations: readonly Examination[]): 0 | 1 | 2 {
  const states = new Set(examinations.flatMap(({ checks }) => checks.map(({ status }) => status)));
  return states.has('fail') ? 2 : states.has('limit') ? 1 : 0;
}

function notLinux(): Check {
  return {
    id: 'linux',
    status: 'fail',
    fact: `This is ${platform()}, not Linux.`,
    means:
      'Containers are made of things that only the Linux kernel has; run --dry-run and explain work here.',
    fix: 'Use a Linux machine, or a virtual one.',
  };
}

function notTried(topic: string, error: unknown): Check {
  return {
    id: topic.toLowerCase().replaceAll(' ', '-'),
    status: 'fail',
    fact: `This could not be tried: ${reason({ stdout: '', stderr: errorMessage(error) })}.`,
    means: 'Whether containers run here is not known.',
  };
}
