/** A program that a step runs is not on the machine. */

import { type Arg, INIT_SH, variablesIn } from '../../plan/arg.ts';
import { fullArgv } from '../../plan/enter.ts';
import { GATE_SH } from '../../plan/join/enter-container.ts';
import type { Step } from '../../plan/step.ts';
import { PACKAGES, programHint } from '../packages.ts';
import { findProgram } from '../programs.ts';
import type { Cause } from './scene.ts';

export const programMissing: Cause = ({ step, plan }) => {
  const terminal = plan.steps.find(({ id }) => id === 'write-terminal-script');
  const needed = [
    ...programsOf(step),
    // What script(1) starts stands in a file of its own.
    ...(step.id === 'start-init' && terminal !== undefined ? ['unshare', 'setpriv', 'env', 'sh'] : []),
  ];
  const missing = needed.find(program => findProgram(program) === undefined);
  if (missing === undefined) return undefined;
  return {
    cause: `The program ${missing} is not installed; the step ${step.id} needs it.`,
    hint: `${programHint(missing)} tinydocker doctor looks for all of them.`,
  };
};

/** The programs that a step's command consists of: those in front of what is the container's own. */
export function programsOf(step: Step): readonly string[] {
  const { action } = step;
  if (action.type !== 'run' && action.type !== 'start') return [];
  const argv = fullArgv(step, action.argv);
  // On a terminal init's own command stands in a file, and only variables of the environment mention it.
  const end = action.type === 'start' && action.terminal ? -1 : argv.findIndex(isInit);
  const ours = end < 0 ? argv : argv.slice(0, end);
  const programs = ours.filter(word => typeof word === 'string' && Object.hasOwn(PACKAGES, word));
  const maps = ours.includes('--map-auto') ? ['newuidmap', 'newgidmap'] : [];
  return [...new Set([...(programs as readonly string[]), ...maps])];
}

/** What follows is the container's own. */
function isInit(word: Arg): boolean {
  return variablesIn(word).some(name => name === INIT_SH.var || name === GATE_SH.var);
}
