/** Taking back the newest step alone, while those before it stay: what a debugger does, and a run never needs. */

import type { Arg } from './arg.ts';
import { fullArgv } from './enter.ts';
import { quoteArgv } from './quote.ts';
import type { Step } from './step.ts';

export type Back =
  /** The step changed nothing that could be taken back. */
  | { readonly type: 'nothing' }
  /** Words that run on the host, those that enter namespaces included. */
  | { readonly type: 'command'; readonly argv: readonly Arg[] }
  /** Close the descriptor that is held. */
  | { readonly type: 'close'; readonly path: Arg }
  | { readonly type: 'stop-init' }
  /** Only a new start does it: everything is undone, and done again up to this step. */
  | { readonly type: 'replay'; readonly reason: string };

/** How the step is taken back, when it is the newest. */
export function backOf(step: Step): Back {
  const { action, undo, back } = step;
  if (back !== undefined)
    return back.type === 'replay'
      ? back
      : { type: 'command', argv: fullArgv({ where: back.where ?? step.where }, back.argv) };
  if (action.type === 'hold') return { type: 'close', path: action.path };
  if (action.type === 'write' && undo.type === 'with')
    return { type: 'command', argv: ['rm', '-f', '--', action.path] };
  switch (undo.type) {
    case 'nothing':
    case 'stop-init':
      return { type: undo.type };
    case 'command':
      return { type: 'command', argv: undo.argv };
    case 'with':
      return { type: 'replay', reason: 'no single command takes it back' };
  }
}

/** The same as text for a screen. */
export function backText(step: Step): string {
  const back = backOf(step);
  switch (back.type) {
    case 'nothing':
      return 'nothing to take back';
    case 'command':
      return quoteArgv(back.argv);
    case 'close':
      return 'exec 3>&-';
    case 'stop-init':
      return 'kill -KILL "$INIT"';
    case 'replay':
      return `start again, and go on to here: ${back.reason}`;
  }
}
