/** Why a process that starts a container says nothing, as far as that can be seen from outside. Read-only. */

import { holderOf, holderText } from './holder.ts';
import { readText } from './text-file.ts';

export interface WaitedFor {
  readonly text: string;
  /** Somebody else is at work, and will be done: nothing is wrong. */
  readonly usual: boolean;
}

/** What the process waits for, that has said nothing for so many seconds. */
export function waitedFor(pid: number, directory: string, seconds: number): WaitedFor {
  const state = /^State:\s*(\S)/m.exec(readText(`/proc/${pid}/status`))?.[1] ?? '';
  if (state === 'T' || state === 't')
    return {
      text: `process ${pid}, which starts the container, is stopped; kill -CONT ${pid} lets it go on`,
      usual: false,
    };
  const holder = holderOf(directory);
  if (holder !== undefined && holder.pid !== pid)
    return { text: `${holderText(holder)} has the container`, usual: true };
  return {
    text: `process ${pid}, which starts the container, has said nothing for ${seconds} seconds`,
    usual: false,
  };
}
