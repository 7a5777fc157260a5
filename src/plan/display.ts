/** A step's command in one short line, for screens and messages. */

import { INIT, SHIM_SH } from './arg.ts';
import { fullArgv } from './enter.ts';
import { quoteArg, quoteArgv } from './quote.ts';
import type { Action, Step } from './step.ts';

/** The whole command, as the script prints it. */
export function stepCommand(step: Step): string {
  return text(step.action, action => quoteArgv(fullArgv(step, action.argv)));
}

/** The command without what takes it to where it runs, and without the variables' quotes: what a learner should look at. */
export function shortCommand(step: Step): string {
  if (step.action.type === 'start') {
    const words = step.action.argv.map(quoteArg);
    if (step.action.terminal) return words.slice(words.indexOf('script')).join(' ');
    const end = words.findIndex(word => word.includes(`$${SHIM_SH.var}`));
    return `unshare ${words
      .slice(words.indexOf('unshare') + 1, end)
      .filter(word => word.startsWith('--') && word !== '--' && word !== '--pdeathsig')
      .join(' ')}`;
  }
  return text(step.action, action => quoteArgv(action.argv))
    .replaceAll(/"([^"\\]*)"/g, '$1')
    .replaceAll('--no-mtab ', '');
}

/** The inverse of a step in words or as a command. */
export function undoText({ undo }: Step): string {
  switch (undo.type) {
    case 'nothing':
      return `nothing: ${undo.reason}`;
    case 'with':
      return `with ${undo.step}: ${undo.reason}`;
    case 'stop-init':
      return `kill -KILL "$${INIT.var}"`;
    case 'command':
      return quoteArgv(undo.argv);
  }
}

function text(action: Action, argv: (action: Extract<Action, { argv: unknown }>) => string): string {
  switch (action.type) {
    case 'run':
    case 'start':
      return argv(action);
    case 'write':
      return `cat >${quoteArg(action.path)}`;
    case 'hold':
      return `exec 3<>${quoteArg(action.path)}`;
    case 'release':
      return `echo GO >${quoteArg(action.gate)}`;
    case 'wait':
      return 'wait';
  }
}
