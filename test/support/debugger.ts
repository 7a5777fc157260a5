/** The debugger driven line by line: on a pipe, or on a terminal. */

import type { Place } from './modes.ts';
import { type Pty, ptyTinydocker, text } from './pty.ts';
import { startTinydocker } from './run.ts';
import { until } from './until.ts';

export interface Debugger {
  readonly pid: number;
  /** The terminal, where there is one. */
  readonly pty?: Pty;
  /** Writes a line, waits until it is asked again, and returns what was said meanwhile. */
  send(line: string): Promise<string>;
  /** Writes a line after which nothing is asked any more. */
  last(
    line: string,
  ): Promise<{ readonly status: number | undefined; readonly stdout: string; readonly stderr: string }>;
  kill(signal: NodeJS.Signals): void;
  /** Everything that was said, on a terminal with what the container said. */
  said(): string;
  readonly ended: Promise<unknown>;
}

/** A session has many steps, and a loaded machine takes a second for each. */
const LONGEST_MS = 240_000;

const PROMPT = /^(debug|edit)> /gm;

/** Starts `run --step` with these words, and waits for the first question. */
export async function startDebugger(
  place: Place,
  args: readonly string[],
  {
    terminal = false,
    options = ['--step'],
  }: { readonly terminal?: boolean; readonly options?: readonly string[] } = {},
): Promise<Debugger> {
  const words = ['run', ...options, '--progress', 'plain', ...args];
  const driver = terminal ? onTerminal(place, words) : onPipe(place, words);
  await driver.asked(1);
  return driver;
}

/** The same for the body, and its end whatever happens. */
export async function withDebugger(
  place: Place,
  args: readonly string[],
  options: Parameters<typeof startDebugger>[2],
  body: (session: Debugger) => Promise<void>,
): Promise<void> {
  const session = await startDebugger(place, args, options);
  try {
    await body(session);
  } finally {
    session.kill('SIGKILL');
    await session.ended.catch(() => undefined);
  }
}

type Driver = Debugger & { asked(times: number): Promise<void> };

function onPipe(place: Place, words: readonly string[]): Driver {
  const running = startTinydocker(place, words, { openInput: true, timeout: LONGEST_MS });
  let over = false;
  void running.ended.then(
    () => (over = true),
    () => (over = true),
  );
  return driven({
    pid: running.pid,
    ended: running.ended,
    said: () => running.stderr(),
    write: line => void running.child.stdin?.write(line),
    kill: signal => running.kill(signal),
    over: () => over,
    finish: () => {
      running.child.stdin?.end();
      return running.ended;
    },
  });
}

function onTerminal(place: Place, words: readonly string[]): Driver {
  const pty = ptyTinydocker(place, words, { longest: LONGEST_MS });
  let over = false;
  void pty.ended.then(
    () => (over = true),
    () => (over = true),
  );
  return driven({
    pid: pty.pid,
    pty,
    ended: pty.ended,
    said: () => text(pty.output()),
    write: line => pty.write(line),
    kill: () => pty.close(),
    over: () => over,
    finish: async () => {
      const { status, output } = await pty.ended;
      return { status, stdout: '', stderr: text(output) };
    },
  });
}

interface Wires {
  readonly pid: number;
  readonly pty?: Pty;
  readonly ended: Promise<unknown>;
  readonly said: () => string;
  readonly write: (text: string) => void;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly over: () => boolean;
  readonly finish: () => ReturnType<Debugger['last']>;
}

function driven({ said, write, over, finish, ...wires }: Wires): Driver {
  const prompts = () => [...said().matchAll(PROMPT)].length;
  const asked = async (times: number) => {
    await until(() => prompts() >= times || over(), 20_000);
    if (prompts() < times) throw new Error(`it ended without asking again:\n${said()}`);
  };
  return {
    ...wires,
    said,
    asked,
    async send(line) {
      const [before, times] = [said().length, prompts()];
      write(`${line}\n`);
      await asked(times + 1);
      return said().slice(before);
    },
    last(line) {
      write(`${line}\n`);
      return finish();
    },
  };
}
