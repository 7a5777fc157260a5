/** Commands on a real pseudo terminal, made by Python's standard library: node-pty would need a compiler. */

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'uvu';
import { eachMode, type Mode, PATH, type Place } from './modes.ts';
import { PROJECT, tinydockerProgram } from './run.ts';
import { skipUnless } from './skip.ts';

export interface PtyOptions {
  readonly rows?: number;
  readonly columns?: number;
  /** In addition to HOME, PATH, TERM, LANG and TINYDOCKER_ROOT. */
  readonly env?: Readonly<Record<string, string>>;
  /** The terminal belongs to whoever runs the tests, and not to the place's user: as after su(1). */
  readonly foreign?: true;
  /** Milliseconds; then it is killed, and `ended` rejects. */
  readonly longest?: number;
}

export interface PtyResult {
  /** Negative: the signal that ended it. */
  readonly status: number;
  readonly output: string;
  /** The terminal's settings (termios) were the same at the end as at the start. */
  readonly restored: boolean;
}

export interface Pty {
  readonly pid: number;
  output(): string;
  /** Types. */
  write(text: string): void;
  resize(rows: number, columns: number): void;
  /** Until the output, without colours and cursor movements, matches; rejects after ten seconds, or when the command ends without it. */
  seen(pattern: RegExp): Promise<void>;
  /** The terminal goes away, as when its window is closed. */
  close(): void;
  readonly ended: Promise<PtyResult>;
}

/** The Python that is used, or undefined: then tests on a terminal are skipped by name. */
export const PYTHON: string | undefined = ['/usr/bin/python3', 'python3'].find(
  program => spawnSync(program, ['-c', 'import termios, pty, os; os.waitstatus_to_exitcode']).status === 0,
);
export const NO_PYTHON = 'python3 (3.9 or newer) is not installed';

/** As eachMode, for tests that need a terminal. */
export function eachTerminalMode(
  suite: Test,
  name: string,
  body: (place: Place) => Promise<void>,
  only?: readonly Mode['name'][],
): void {
  if (PYTHON === undefined) skipUnless(suite, name, false, NO_PYTHON, () => undefined);
  else eachMode(suite, name, body, only);
}

/** What was written, without control sequences. */
export function text(output: string): string {
  return output.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '');
}

const LONGEST_MS = 60_000;

/** Starts tinydocker on a terminal of its own, as the place's user. */
export function ptyTinydocker(place: Place, args: readonly string[], options: PtyOptions = {}): Pty {
  return startPty(place, [...tinydockerProgram(), ...args], options);
}

/** Starts any command on a terminal of its own, 80x24 if not said otherwise. */
export function startPty(place: Place, argv: readonly string[], options: PtyOptions = {}): Pty {
  const { rows = 24, columns = 80, env = {}, foreign, longest = LONGEST_MS } = options;
  const { mode, home, store } = place;
  const environment = Object.entries({
    HOME: home,
    PATH,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    TINYDOCKER_ROOT: store,
    // Python would set LC_CTYPE to a UTF-8 locale of its own choice.
    PYTHONCOERCECLOCALE: '0',
    ...env,
  });
  const driver = readFileSync(join(PROJECT, 'test/support/pty.py'), 'utf8');
  const user = [...mode.prefix, 'env', '-i', ...environment.map(entry => entry.join('='))];
  const terminal = [PYTHON ?? 'python3', '-c', driver, String(rows), String(columns)];
  const [name = '', ...words] = [...(foreign ? [...terminal, ...user] : [...user, ...terminal]), ...argv];
  const child = spawn(name, words, { cwd: home, env: { PATH }, stdio: 'pipe' });
  let output = '';
  let report = '';
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', text => {
    report += text;
  });
  child.stdin.on('error', () => undefined);
  let over = false;
  const ended = new Promise<PtyResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`did not end in ${longest} ms: ${argv.join(' ')}\n${output}`));
    }, longest);
    child.on('error', reject);
    child.on('close', () => {
      over = true;
      clearTimeout(timer);
      if (!report.startsWith('{')) {
        reject(new Error(`the terminal broke: ${report}\n${output}`));
        return;
      }
      const { status, before, after } = JSON.parse(report) as {
        status: number;
        before: unknown;
        after: unknown;
      };
      resolve({ status, output, restored: JSON.stringify(before) === JSON.stringify(after) });
    });
  });
  ended.catch(() => undefined);
  const order = (content: object) => void child.stdin.write(`${JSON.stringify(content)}\n`);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    write: text => order({ write: text }),
    resize: (height, width) => order({ resize: [height, width] }),
    close: () => void child.kill('SIGKILL'),
    async seen(pattern) {
      for (let waited = 0; !pattern.test(text(output)); waited += 20) {
        if (over || waited > 10_000)
          throw new Error(`${pattern} was not seen; the end is ${JSON.stringify(text(output).slice(-500))}`);
        await sleep(20);
      }
    },
    ended,
  };
}

/** Types into a shell and waits for what its command prints; the marker is computed, so that the echo of the keys does not count. */
export async function ask(pty: Pty, line: string, number: number): Promise<string> {
  const before = text(pty.output()).length;
  pty.write(`${line}; echo end-$((${number} + 0))-\n`);
  await pty.seen(new RegExp(`end-${number}-`));
  return text(pty.output()).slice(before);
}

/** The PIDs of its children. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}
