/** `tinydocker attach`: join a container in the background. */

import process from 'node:process';
import { EXIT, errorCode, UserError, usageError } from '../errors.ts';
import { type Attachment, attachTo, openInput } from '../exec/attach-client.ts';
import { catchesSignal, onStopSignal, type StopSignal, signalStatus } from '../exec/signals.ts';
import { rawTerminal } from '../exec/terminal-keeper.ts';
import { followWindow } from '../exec/terminal-size.ts';
import { containerStatus } from '../host/container-status.ts';
import { containerStateNow, type StoredContainer } from '../host/containers.ts';
import { probeFacts } from '../host/facts.ts';
import { recordedInit } from '../host/init-process.ts';
import { readJournal } from '../host/journal-file.ts';
import { requireContainer } from '../host/no-container.ts';
import { startTime } from '../host/owner.ts';
import { type StorePaths, storePaths } from '../host/store-paths.ts';
import { readText } from '../host/text-file.ts';
import { shown } from '../plan/names.ts';
import { messageText, size } from '../ui/messages.ts';
import { DETACH_KEYS, detachFilter, parseDetachKeys } from './detach-keys.ts';
import { parseOptions } from './options.ts';

const OPTIONS = {
  'detach-keys': { type: 'string' },
  'no-stdin': { type: 'boolean' },
  'sig-proxy': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const help = `Join a container that runs in the background.

Examples
  tinydocker attach sh1              ctrl-p ctrl-q leaves it running
  tinydocker attach --no-stdin web1  only look
  tinydocker attach --sig-proxy=false web1    Ctrl-C ends only attach

Usage
  tinydocker attach [OPTIONS] NAME

What the container writes from now on is shown; logs shows what came before.
What you type goes to it if it was started with -i or -t. Several may be
attached at once. Whoever reads too slowly misses something, and is told so: the
container never waits.

In a container with a terminal (run -dit), all keys go to it, Ctrl-C too, and
the detach keys leave it. Its terminal takes the size of your window. In one
without, Ctrl-C, and TERM and QUIT, are passed on to its command. When your
window is closed, the container goes on.

Options
      --detach-keys KEYS  other keys that leave a terminal: ctrl-],x
      --no-stdin          send nothing of what you type
      --sig-proxy=false   do not pass signals on
  -h, --help              print this text

Exit status
  That of the container when it ends while you are attached.
  0        you have left it
  1        it can not be joined
  2        the command line is wrong
  128 + n  signal n ended only attach
`;

export async function run(argv: readonly string[], _commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(withValue(argv), OPTIONS, { verb: 'attach', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [name, surplus] = positionals;
  if (name === undefined)
    throw usageError('Which container is to be joined?', 'For example: tinydocker attach sh1');
  if (surplus !== undefined) throw usageError(`attach takes one container, and got ${shown(surplus)} too.`);
  const { 'sig-proxy': proxy = 'true', 'no-stdin': noStdin = false } = values;
  if (proxy !== 'true' && proxy !== 'false')
    throw usageError(`--sig-proxy ${shown(proxy)} is not known.`, 'It is true or false.');
  const keys = parseDetachKeys(values['detach-keys'] ?? DETACH_KEYS);
  const container = await running(storePaths(probeFacts().storeRoot), name);
  return new Session(container, await connection(container)).toEnd({
    keys,
    noStdin,
    proxy: proxy === 'true',
  });
}

/** Docker takes the option with and without a value. */
function withValue(argv: readonly string[]): readonly string[] {
  return argv.map(word => (word === '--sig-proxy' ? '--sig-proxy=true' : word));
}

async function running(paths: StorePaths, name: string): Promise<StoredContainer> {
  const container = await requireContainer(paths, name);
  if (container.state === 'kept')
    throw new UserError(`The container ${shown(name)} does not run.`, {
      hint: `tinydocker start -ai ${name} starts it in the foreground.`,
    });
  if (container.state === 'leftover')
    throw new UserError(`The container ${shown(name)} is what a killed run left behind.`, {
      hint: 'tinydocker prune removes it.',
    });
  return container;
}

/** Throws a UserError when there is nobody to connect to, with the reason. */
async function connection({ name, directory }: StoredContainer): Promise<Attachment> {
  try {
    return await attachTo(directory);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
    if (readJournal(directory) === undefined)
      throw new UserError(
        `The container ${shown(name)} was started by a printed script, which lets nobody join.`,
        { hint: `If it is in the background, tinydocker logs -f ${name} shows its output.` },
      );
    if (containerStatus(directory, 'alive').type === 'running')
      throw new UserError(
        `The container ${shown(name)} runs in the foreground, where whoever started it sees its output.`,
        { hint: 'run -d and start run containers in the background.' },
      );
    throw new UserError(`The container ${shown(name)} is just being made, or just ending.`, {
      hint: 'Try again in a moment.',
    });
  }
}

interface SessionOptions {
  readonly keys: Buffer;
  readonly noStdin: boolean;
  readonly proxy: boolean;
}

/** How one is no longer attached. */
type Ending =
  | { readonly type: 'ended'; readonly status: number | undefined }
  | { readonly type: 'left'; readonly status: number; readonly how?: 'keys' };

class Session {
  readonly #container: StoredContainer;
  readonly #attachment: Attachment;
  /** Signals that the command takes no notice of. */
  readonly #refused = new Set<StopSignal>();
  #raw = false;
  #leave: (ending: Ending) => void = () => undefined;

  constructor(container: StoredContainer, attachment: Attachment) {
    this.#container = container;
    this.#attachment = attachment;
  }

  async toEnd({ keys, noStdin, proxy }: SessionOptions): Promise<number> {
    const { record, directory, name } = this.#container;
    const terminal = record?.process.terminal === true;
    const types = !noStdin && (terminal || record?.stdin === true);
    const over = new Promise<Ending>(resolve => {
      this.#leave = resolve;
      void this.#attachment.status.then(status => resolve({ type: 'ended', status }));
    });
    const stopListening = onStopSignal(signal => this.#signal(signal, proxy));
    const raw = types && terminal && process.stdin.isTTY === true ? await rawTerminal() : undefined;
    this.#raw = raw !== undefined;
    if (raw !== undefined) this.#note(`attached to ${name}; ${keysInWords(keys)} leaves it running`);
    this.#show();
    const stopFollowing = terminal ? followWindow(directory) : undefined;
    const stopTyping = types ? this.#type(raw === undefined ? undefined : keys) : undefined;
    const ending = await over;
    stopTyping?.();
    stopFollowing?.();
    await raw?.restore();
    this.#raw = false;
    const status = await this.#status(ending);
    this.#attachment.leave();
    stopListening();
    return status;
  }

  #show(): void {
    for (const stream of [process.stdout, process.stderr])
      stream.on('drain', () => this.#attachment.resume()).on('error', () => this.#leave(LEFT));
    this.#attachment.onSkipped(bytes =>
      this.#note(`${size(bytes)} of output came too fast and were left out`),
    );
    this.#attachment.onOutput((stream, bytes) => process[stream].write(bytes));
  }

  #type(keys: Buffer | undefined): () => void {
    const input = openInput(this.#container.directory);
    const filter = keys === undefined ? undefined : detachFilter(keys);
    const typed = (chunk: Buffer): void => {
      const { input: bytes, detach } = filter?.(chunk) ?? { input: chunk, detach: false };
      if (!input.write(bytes)) {
        process.stdin.pause();
        input.once('drain', () => process.stdin.resume());
      }
      if (detach) this.#leave({ ...LEFT, how: 'keys' });
    };
    process.stdin.on('data', typed).on('error', () => undefined);
    return () => {
      process.stdin.off('data', typed).destroy();
      input.destroy();
    };
  }

  /** Passed on to the command if that is asked for, and it takes notice. HUP is not: the container outlives the window. */
  #signal(signal: StopSignal, proxy: boolean): void {
    const init = proxy && signal !== 'SIGHUP' ? recordedInit(this.#container.directory) : undefined;
    if (init === undefined || this.#refused.has(signal)) {
      this.#leave({ type: 'left', status: signalStatus(signal) });
      return;
    }
    if (!catchesSignal(readText(`/proc/${init.pid}/status`), signal)) {
      this.#refused.add(signal);
      this.#note(`${signal}: the command has no handler for it; once more leaves the container running`);
      return;
    }
    if (startTime(init.pid) === init.start) process.kill(init.pid, signal);
  }

  async #status(ending: Ending): Promise<number> {
    const { name, directory } = this.#container;
    if (ending.type === 'left') {
      if (ending.how === 'keys') this.#note(`${name} goes on; tinydocker attach ${name} joins it again`);
      return ending.status;
    }
    const stopped = new Promise<void>(resolve => {
      this.#leave = () => resolve();
    });
    await Promise.race([this.#attachment.closed, stopped]);
    if (ending.status !== undefined) return ending.status;
    const found = containerStatus(directory, containerStateNow(directory) ?? 'leftover');
    if (found.type === 'exited') {
      this.#note(`the last of its output was not read in time; tinydocker logs ${name} shows it`);
      return found.status;
    }
    throw new UserError(
      `The container ${shown(name)} was killed with what ran it, so nobody knows how it ended.`,
    );
  }

  #note(text: string): void {
    const lines = messageText({ kind: 'note', text });
    process.stderr.write(this.#raw ? lines.replaceAll('\n', '\r\n') : lines);
  }
}

const LEFT = { type: 'left', status: EXIT.ok } as const;

function keysInWords(keys: Buffer): string {
  return [...keys]
    .map(key => (key < 32 ? `ctrl-${String.fromCharCode(key + 64).toLowerCase()}` : String.fromCharCode(key)))
    .join(' ');
}
