/** What a script does for each action of a step: the executor in the words of a shell. */

import { type Arg, arg, resolve, variablesIn } from './arg.ts';
import { fullArgv } from './enter.ts';
import { hereDocument, quoteArg } from './quote.ts';
import type { Action, Step } from './step.ts';

/** How wide a script is, in columns. */
export const COLUMNS = 100;

/** What the script does for a step, line by line. */
export function actionLines(step: Step): readonly string[] {
  const { action } = step;
  switch (action.type) {
    case 'run':
      return [runLine(step, action), ...identify(action)];
    case 'write':
      return write(action.path, action.text);
    case 'hold':
      return [`exec 3<>${quoteArg(action.path)}`];
    case 'start':
      return start(action);
    case 'release':
      return [
        ...(action.oomKills === undefined ? [] : [...OOM_KILLS_TEXT, `${action.oomKills}=$(oom_kills)`]),
        'echo GO >&3; DONE=yes',
        ...tellTime(action.time),
      ];
    case 'wait':
      return [
        'STATUS=0; wait "$SHIM" || STATUS=$?',
        "SHIM=''",
        ...tellTime(action.time),
        ...(action.outOfMemory === undefined ? [] : tellOutOfMemory(action.outOfMemory)),
      ];
  }
}

function tellTime(variable: string | undefined): readonly string[] {
  return variable === undefined ? [] : [`${variable}=$(date -u +%Y-%m-%dT%H:%M:%SZ)`];
}

/** The counter of our control group, of cgroup v2 or v1; see oomKills in host/out-of-memory.ts, which the executor asks. */
const OOM_KILLS_TEXT = [
  'oom_kills() {',
  '  while IFS=: read -r _ controllers path; do',
  '    case ",$controllers," in',
  '      ,,) file=/sys/fs/cgroup$path/memory.events.local ;;',
  '      *,memory,*) file=/sys/fs/cgroup/memory$path/memory.oom_control ;;',
  '      *) continue ;;',
  '    esac',
  '    [ ! -r "$file" ] || sed -n "s/^oom_kill //p" "$file"',
  '  done </proc/self/cgroup',
  '}',
];

function tellOutOfMemory({
  variable,
  before,
}: NonNullable<Extract<Action, { type: 'wait' }>['outOfMemory']>): readonly string[] {
  return [
    `${variable}=false`,
    `[ "$STATUS" != 137 ] || [ "$(oom_kills)" = "$${before}" ] || ${variable}=true`,
  ];
}

/** init gets the gate's reading end as 3 and the writing end of "ready" as 4; 3 here is the gate, held, and 8 is "ended", in the end. */
function start(action: Extract<Action, { type: 'start' }>): readonly string[] {
  const [gate, ready] = [quoteArg(action.gate), quoteArg(action.ready)];
  const reads = action.terminal || action.stdin;
  const { log } = action;
  const streams = action.detached
    ? ['</dev/null', '>/dev/null']
    : log === undefined
      ? [reads ? '<&5' : '</dev/null', ...(action.toStderr ? ['>&2'] : [])]
      : [
          reads ? `<>${quoteArg(arg`${log.directory}/in`)}` : '</dev/null',
          `>>${quoteArg(arg`${log.directory}/stdout.log`)}`,
          ...(action.terminal ? ['2>&1'] : []),
        ];
  const shown = action.detached ? '5>/dev/null' : '5>&2';
  const stderr = log === undefined ? shown : `5>>${quoteArg(arg`${log.directory}/stderr.log`)}`;
  const words = [
    ...action.argv.map(quoteArg),
    ...streams,
    ...['3<&7', '4>&8', stderr, ...'6<&- 7<&- 8<&- 9<&-'.split(' ')],
    '&',
  ];
  return [
    ...(action.terminal && log === undefined ? ['[ -t 5 ] || exec 5</dev/tty'] : []),
    `exec 6<>${ready} 7<${gate} 8>${ready} 9<${ready} 6<&-`,
    layOut(words),
    `SHIM=$!; exec 5<&- 7<&- ${action.ended === undefined ? '8<&-' : `8<>${quoteArg(action.ended)}`}; read -r INIT <&9; exec 9<&-`,
  ];
}

function runLine(step: Step, action: Extract<Action, { type: 'run' }>): string {
  const words = [
    ...fullArgv(step, action.argv).map(quoteArg),
    ...(action.stdin === undefined ? [] : [`<${quoteArg(action.stdin)}`]),
    ...(action.stdout === undefined ? [] : [`>${quoteArg(action.stdout)}`]),
    ...(action.tells ? ['>&2'] : []),
  ];
  if (action.capture === undefined) return layOut(words);
  const name = action.capture;
  return `${name}=$(${layOut(words)}); ${name}=\${${name}%% *}`;
}

function identify({ identifies }: Extract<Action, { type: 'run' }>): readonly string[] {
  if (identifies === undefined) return [];
  return [`${identifies.variable}=$(stat -c '%i %.9Z' -- ${quoteArg(identifies.path)})`];
}

/** A here-document; its end marker is a word that the text does not contain as a line. */
function write(path: Arg, text: Arg): readonly string[] {
  const literal = variablesIn(text).length === 0;
  const body = literal ? resolve(text, new Map()) : hereDocument(text);
  if (body === '') return [`: >${quoteArg(path)}`];
  if (!body.endsWith('\n')) return [`printf %s ${quoteArg(text)} >${quoteArg(path)}`];
  let marker = 'EOF';
  while (body.split('\n').includes(marker)) marker += '_';
  return [`cat >${quoteArg(path)} <<${literal ? `'${marker}'` : marker}`, body + marker];
}

/** Words as one command; a long one goes on in the next line after each "--" and wherever it reaches the margin. */
export function layOut(words: readonly string[]): string {
  const oneLine = words.join(' ');
  if (oneLine.length <= COLUMNS) return oneLine;
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    if (line !== '' && line.length + 1 + word.length > COLUMNS - 2) {
      lines.push(line);
      line = `    ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
    if (word === '--') {
      lines.push(line);
      line = '';
    }
    if (line === '' && lines.length > 0) line = '   ';
  }
  return [...lines, line].filter(text => text.trim() !== '').join(' \\\n');
}
