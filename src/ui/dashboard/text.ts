/** Words and numbers of the dashboard: shorter than docker's, because there is little room. Pure. */

import { type ContainerLook, lossOf } from '../../host/container-look.ts';
import type { Marks } from '../marks.ts';
import type { Span } from '../screen/text.ts';
import type { ChangeCount } from './state.ts';

/** "3m", "2h": the largest unit. */
export function shortSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** A mark and a word: "● up 3m", "✖ exited 137". */
export function stateSpan(look: ContainerLook, now: number, marks: Marks): Span {
  const { status } = look;
  const loss = lossOf(look);
  if (loss !== undefined)
    return {
      text: `${marks.status['undo failed']} ${loss.startsWith('Gone') ? 'gone' : 'lost'}`,
      look: { colour: 'red' },
    };
  switch (status.type) {
    case 'created':
    case 'lost':
      return { text: `${marks.status['to do']} created`, look: { dim: true } };
    case 'running': {
      const span = status.started === undefined ? '' : ` ${shortSpan(now - status.started.getTime())}`;
      return { text: `${marks.status.running} up${span}`, look: { colour: 'green' } };
    }
    case 'exited':
      return status.status === 0
        ? { text: `${marks.status.done} exited 0` }
        : { text: `${marks.status.failed} exited ${status.status}`, look: { colour: 'yellow' } };
  }
}

/** "2A 1C 1D", "0"; with a "+" when there may be more. */
export function changeCountText({ added, changed, deleted, complete }: ChangeCount): string {
  const parts = [
    added > 0 ? `${added}A` : '',
    changed > 0 ? `${changed}C` : '',
    deleted > 0 ? `${deleted}D` : '',
  ].filter(part => part !== '');
  return `${parts.length === 0 ? '0' : parts.join(' ')}${complete ? '' : '+'}`;
}

/** What of it all a person should look at, as a sentence; undefined when there is nothing. */
export function troubleOf(look: ContainerLook): string | undefined {
  const { status, container } = look;
  const loss = lossOf(look);
  if (loss !== undefined) return `${container.name}: ${loss}`;
  if (status.type === 'exited' && status.outOfMemory)
    return `${container.name} was killed by the kernel: out of memory`;
  return undefined;
}

const SPARKS = '▁▂▃▄▅▆▇█';

/** Values as a row of bars, the highest as high as a row; without UTF-8 nothing. */
export function sparkline(values: readonly number[], unicode: boolean): string {
  if (!unicode) return '';
  const most = Math.max(...values, Number.EPSILON);
  return values.map(value => SPARKS[Math.min(7, Math.floor((value / most) * 7.99))] ?? ' ').join('');
}
