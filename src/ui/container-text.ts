/** A container in docker's words: its state, its status, its command. Pure. */

import { type ContainerLook, lossOf } from '../host/container-look.ts';
import { timeSpan } from './age.ts';
import { visible } from './visible.ts';

/** Characters of a command that are shown, as docker does. */
const SHORT_COMMAND = 20;

/** "Up 3 minutes", "Exited (137) 2 minutes ago", as docker says it. `now` is in milliseconds since 1970. */
export function statusText(look: ContainerLook, now: number): string {
  const { status } = look;
  const loss = lossOf(look);
  if (loss !== undefined) return loss;
  const since = (date: Date | undefined) => (date === undefined ? undefined : timeSpan(now - date.getTime()));
  switch (status.type) {
    case 'created':
    case 'lost':
      return 'Created';
    case 'running': {
      const span = since(status.started);
      return span === undefined ? 'Up' : `Up ${span}`;
    }
    case 'exited': {
      const span = since(status.finished);
      const ended = `Exited (${status.status})${span === undefined ? '' : ` ${span} ago`}`;
      return status.outOfMemory ? `${ended}, out of memory` : ended;
    }
  }
}

/** The words of a command as one, quoted, and cut as docker cuts it unless `whole`. */
export function commandText(words: readonly string[], whole: boolean): string {
  const characters = [...words.join(' ')];
  const text =
    whole || characters.length <= SHORT_COMMAND
      ? characters.join('')
      : `${characters.slice(0, SHORT_COMMAND - 1).join('')}…`;
  return visible(JSON.stringify(text));
}

/** As Go prints a time: "2026-11-25 14:51:28 +0000 UTC". */
export function timeText(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
}
