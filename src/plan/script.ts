/** Plans as one POSIX sh script that does what the executor does, in the same order, without us. */

import { STEP_ENVIRONMENT, UMASK } from './environment.ts';
import { comment, quoteArg } from './quote.ts';
import { actionLines, COLUMNS, layOut } from './script-actions.ts';
import { startsContainer } from './starts-container.ts';
import type { Plan, PlanVariable, Step } from './step.ts';
import { ENGLISH, type Translate } from './translate.ts';
import { usesVariable } from './uses-variable.ts';
import { wrap } from './wrap.ts';

/**
 * What the script can not do without. A shell of busybox may run tools of its own, which know few options: nothing could be undone. A descriptor that the
 * caller has closed can not be passed on, and what is opened next would get its number.
 */
const FIRST_LOOKS = [
  'case $(command -v rm) in',
  '  /*) ;;',
  "  *) echo 'This shell has tools of its own; run the script with dash or bash.' >&2; exit 125 ;;",
  'esac',
  '{ true 9>&2; } || exec 2<>/dev/null # what is closed reads as empty',
  '{ true 9<&0; } 2>/dev/null || exec 0<>/dev/null',
  '{ true 9>&1; } 2>/dev/null || exec 1<>/dev/null',
];

/**
 * The script of one or more plans; each runs in a subshell of its own, and the next only if the one before succeeded. `commandLine` is what the user
 * typed, for the heading. The whole text is one compound command, so that `... | sh` has read all of it before it starts. `say` is for the comments around those of
 * the plans.
 */
export function renderScript(plans: readonly Plan[], commandLine: string, say: Translate = ENGLISH): string {
  const last = plans.length - 1;
  const bodies = plans.map((plan, index) => planText(plan, index < last, say));
  return `${[
    '#!/bin/sh',
    `# ${comment(commandLine)}`,
    '#',
    ...sentence(
      say(
        'This is what tinydocker would do, as a script of its own. Each step is one command; what undoes it is noted before, and runs, newest first, when the script ends.',
      ),
    ),
    // Programs are text in single quotes, undos are called by name, and one fifo is opened for both directions.
    '# shellcheck disable=SC2016,SC2034,SC2094,SC2317',
    '{',
    'set -euC',
    `umask ${UMASK.toString(8).padStart(3, '0')}`,
    ...Object.entries(STEP_ENVIRONMENT).map(([name, value]) =>
      name === 'PATH' ? `export PATH=${value}:"$PATH"` : `export ${name}=${value}`,
    ),
    // They would change what the commands below mean.
    'unset POSIXLY_CORRECT TAR_OPTIONS',
    'cd /',
    ...FIRST_LOOKS,
    '',
    ...bodies,
    'exit $?',
    '}',
  ].join('\n')}\n`;
}

function planText(plan: Plan, moreFollow: boolean, say: Translate): string {
  const { afterwards } = plan;
  const programs = programsByStep(plan);
  const runs = startsContainer(plan);
  const lines = [
    `# ---- ${comment(plan.summary)}`,
    moreFollow ? '(' : undefined,
    ...(plan.background ? background(say) : []),
    ...plan.notes.flatMap(note => sentence(say(`Note: ${note}.`))),
    ...(plan.contents === undefined ? [] : contentsLines(plan.contents)),
    ...plan.variables.filter(variable => !isProgram(variable)).flatMap(variableLines),
    ...prologue(plan, runs, say),
    ...plan.phases.flatMap(phase => [
      '',
      `# ---- ${phase.id}: ${comment(phase.title)}`,
      ...plan.steps
        .filter(step => step.phase === phase.id)
        .flatMap(step => [
          ...stepLines(step, programs.get(step.id) ?? [], say),
          ...(plan.background && step.action.type === 'release' ? tellStarted(plan.subject) : []),
        ]),
    ]),
    ...(afterwards === undefined ? [] : afterwardsLines(plan, afterwards, say)),
    '',
    runs ? 'exit "$STATUS"' : 'STATUS=0 DONE=yes; exit',
    ...(plan.background
      ? [
          ') &',
          ')',
          ...(plan.kind === 'exec' ? [] : ['[ -z "$TOLD" ] || echo "$TOLD"']),
          '[ -n "$TOLD" ] || exit 125',
        ]
      : []),
    // No "|| exit" here: inside of such a list a shell takes no notice of `set -e`, which ends the script as well.
    moreFollow ? ')' : undefined,
  ];
  return lines.filter(line => line !== undefined).join('\n');
}

function background(say: Translate): readonly string[] {
  const what = say(
    'What follows goes on in the background. It tells when the command has started, which ends the substitution.',
  );
  return [`# ${what}`, 'TOLD=$(', '('];
}

/** Nobody is told anything from here on, and nobody has to wait for us. */
function tellStarted(subject: string): readonly string[] {
  return ['', `echo ${quoteArg(subject)}; exec >/dev/null 2>&1`];
}

/** In a subshell that ends at the first failure, as the script does: not in a condition, where a shell takes no notice of `set -e`. */
function afterwardsLines(
  { subject }: Plan,
  { plan, removesKept }: NonNullable<Plan['afterwards']>,
  say: Translate,
): readonly string[] {
  const failed = `STATUS=125; echo ${quoteArg(`${subject} is kept: the image was not made`)} >&2`;
  return [
    '',
    `# ${say('What follows runs when the command has ended, before anything is undone.')}`,
    'set +e',
    planText(plan, true, say).replace('\n(\n', '\n( set -e\n'),
    'AFTERWARDS=$?; set -e',
    ...(removesKept
      ? [
          `# ${say('If it worked, nothing has to be kept, and the undos remove everything.')}`,
          `if [ "$AFTERWARDS" -eq 0 ]; then DONE=''; else ${failed}; fi`,
        ]
      : [`[ "$AFTERWARDS" -eq 0 ] || { ${failed}; }`]),
  ];
}

/** One line for each, never broken: a reader may want to compare them with another list. */
function contentsLines({ title, lines }: NonNullable<Plan['contents']>): readonly string[] {
  return [...sentence(title), ...lines.map(line => `#   ${comment(line)}`)];
}

function variableLines({ name, value, meaning }: PlanVariable): readonly string[] {
  if (value === undefined) return [`${name}='' # ${meaning}`];
  const text = quoteArg(value);
  return text.includes('\n')
    ? [`# ${name}: ${meaning}.`, `${name}=${text}`]
    : [`${name}=${text} # ${meaning}`];
}

/** What the executor does between steps, in a dozen lines: remember undos, run them newest first, keep going when one fails. */
function prologue({ background }: Plan, runs: boolean, say: Translate): readonly string[] {
  return [
    "STATUS=125 DONE='' UNDO=''",
    'undo() {',
    "  trap '' INT TERM HUP QUIT; trap - EXIT; set +e",
    '  for step in $UNDO; do',
    '    "undo_$step" || { echo "the undo of $step failed; its command is in the script" >&2; STATUS=125; }',
    '  done',
    '  exit "$STATUS"',
    '}',
    "trap undo EXIT; trap 'STATUS=130; exit' INT; trap 'STATUS=143; exit' TERM",
    background ? "trap '' HUP QUIT" : "trap 'STATUS=129; exit' HUP; trap 'STATUS=131; exit' QUIT",
    ...(runs
      ? [
          `# ${say("Nothing that the caller left open goes into the container; 5 is the caller's stdin.")}`,
          'exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- 5<&0 </dev/null',
        ]
      : []),
  ];
}

/** A shell program is printed where it is first used: at the top it would only be in a reader's way. */
function programsByStep(plan: Plan): ReadonlyMap<string, readonly PlanVariable[]> {
  const byStep = new Map<string, PlanVariable[]>();
  for (const variable of plan.variables.filter(isProgram)) {
    const user = plan.steps.find(step => usesVariable(step, variable.name));
    if (user !== undefined) byStep.set(user.id, [...(byStep.get(user.id) ?? []), variable]);
  }
  return byStep;
}

function isProgram({ name }: PlanVariable): boolean {
  return name.endsWith('_SH');
}

function stepLines(step: Step, programs: readonly PlanVariable[], say: Translate): readonly string[] {
  const undo = undoLines(step);
  const action = actionLines(step);
  return [
    '',
    ...sentence(`${step.id}: ${step.why}`),
    ...(step.undo.type === 'with'
      ? sentence(say(`Undone with ${step.undo.step}: ${step.undo.reason}.`))
      : []),
    ...programs.flatMap(variableLines),
    ...(step.reserves ? [...action, ...undo] : [...undo, ...action]),
  ];
}

function undoLines(step: Step): readonly string[] {
  const name = step.id.replaceAll('-', '_');
  const register = `UNDO="${name} $UNDO"`;
  switch (step.undo.type) {
    case 'nothing':
    case 'with':
      return [];
    case 'stop-init':
      return [
        `undo_${name}() {`,
        '  exec 3>&-',
        '  [ -n "$SHIM" ] || return 0',
        '  kill -KILL "${INIT:-$SHIM}" 2>/dev/null; wait "$SHIM" 2>/dev/null',
        '  return 0',
        '}',
        `SHIM='' ${register}`,
      ];
    case 'command': {
      const command = layOut(step.undo.argv.map(quoteArg));
      const only = step.undo.when === 'failure' ? '[ -n "$DONE" ] || ' : '';
      return [`undo_${name}() { ${only}${command}; }`, register];
    }
  }
}

function sentence(text: string): readonly string[] {
  return wrap(comment(text), COLUMNS - 2).map(line => `# ${line}`);
}
