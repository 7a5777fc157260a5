/** The dashboard at work: events go in, the screen is drawn, and what keys ask for is carried out. */

import process from 'node:process';
import { EXIT } from '../../errors.ts';
import { callersPlace, runOwn, runOwnOnTerminal } from '../../exec/own-program.ts';
import { runInPlace } from '../../exec/process.ts';
import { onStopSignal, signalStatus } from '../../exec/signals.ts';
import { watchTerminal } from '../../exec/terminal-keeper.ts';
import type { StorePaths } from '../../host/store-paths.ts';
import type { Facts } from '../../plan/facts.ts';
import { commandLine } from '../../ui/dashboard/actions.ts';
import { type DashboardState, initialState, type Message } from '../../ui/dashboard/state.ts';
import { type DashboardEvent, type Effect, update } from '../../ui/dashboard/update.ts';
import { messageText } from '../../ui/messages.ts';
import { openDrawnScreen } from '../../ui/screen/drawn-screen.ts';
import type { Screen } from '../../ui/screen/screen.ts';
import { DashboardWatch } from './watch.ts';

/** Shows the store until it is left. Returns the exit status. There has to be a terminal; see whyNoScreen. */
export async function runDashboard(paths: StorePaths, facts: Facts): Promise<number> {
  const session = new Session(paths, facts);
  return session.run();
}

/** Verbs that are a conversation: when one ends well, there is nothing left to read. */
const CONVERSATIONS: ReadonlySet<string | undefined> = new Set(['exec', 'attach']);

const WAIT_FOR_ENTER = `printf '\\n%s' "$1"; read -r _`;

class Session {
  // Before Ink is loaded, which is told by variables what it may do.
  readonly #place = callersPlace();
  readonly #watch: DashboardWatch;
  readonly #jobs = new Set<Promise<void>>();
  #state: DashboardState;
  #screen: Screen | undefined;
  #end: (status: number) => void = () => undefined;
  #left = false;

  constructor(paths: StorePaths, facts: Facts) {
    const { columns, rows } = process.stderr;
    this.#state = initialState(paths.root, Date.now(), columns, rows);
    this.#watch = new DashboardWatch(paths, facts, () => this.#state, this.#happened);
  }

  async run(): Promise<number> {
    const ended = new Promise<number>(resolve => {
      this.#end = resolve;
    });
    const stopListening = onStopSignal(signal => {
      // Ctrl-C in a shell is for the shell.
      const typed = signal === 'SIGINT' || signal === 'SIGQUIT';
      if (!typed || this.#screen?.handedOver === false) this.#end(signalStatus(signal));
    });
    try {
      this.#screen = await openDrawnScreen({
        watch: watchTerminal,
        view: (ink, sheet) => {
          const { columns, rows } = sheet;
          if (columns !== this.#state.columns || rows !== this.#state.rows)
            this.#state = update(this.#state, { type: 'resized', columns, rows }).state;
          return ink.dashboard(this.#state, sheet);
        },
        onKey: key => this.#happened({ type: 'key', key }),
        onGone: () => this.#end(signalStatus('SIGHUP')),
      });
      return await Promise.race([ended, this.#watch.run()]);
    } finally {
      this.#left = true;
      this.#watch.close();
      await this.#screen?.close();
      await this.#finishJobs();
      stopListening();
    }
  }

  readonly #happened = (event: DashboardEvent): void => {
    const { state, effect } = update(this.#state, event);
    if (state !== this.#state) {
      this.#state = state;
      this.#screen?.redraw();
      this.#watch.stateChanged();
    }
    if (effect !== undefined) this.#carryOut(effect);
  };

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'quit':
        this.#end(EXIT.ok);
        return;
      case 'copy':
        // OSC 52: a terminal that does not know it, or may not, does nothing.
        process.stderr.write(`\u001b]52;c;${Buffer.from(effect.text).toString('base64')}\u0007`);
        this.#say('note', `${effect.text}   (copied, if your terminal allows it)`);
        return;
      case 'suspend':
        void this.#suspend();
        return;
      case 'command': {
        const work =
          effect.way === 'terminal'
            ? this.#onTerminal(effect.words)
            : effect.way === 'page'
              ? this.#page(effect.words)
              : this.#beside(effect.words);
        this.#jobs.add(work);
        void work.finally(() => this.#jobs.delete(work));
      }
    }
  }

  async #beside(words: readonly string[]): Promise<void> {
    const command = commandLine(words);
    const { variables } = this.#place;
    const place = {
      ...this.#place,
      variables: { ...variables, TINYDOCKER_PROGRESS: 'quiet', NO_COLOR: '1' },
    };
    const { exitStatus, signal, stdout, stderr } = await runOwn(words, place);
    const said = stdout.trim().split('\n').at(-1) ?? '';
    const message: Message =
      exitStatus === 0
        ? { kind: 'done', text: words.includes(said) || said === '' ? command : `${command}: ${said}` }
        : { kind: 'failed', text: sentence(stderr) || `${command} ended with ${exitStatus ?? signal}` };
    this.#happened({ type: 'ended', command, message });
  }

  async #page(words: readonly string[]): Promise<void> {
    const { variables } = this.#place;
    const place = { ...this.#place, variables: { ...variables, NO_COLOR: '1' } };
    const { stdout, stderr } = await runOwn(words, place);
    const text = `${stdout}${stderr}`.trimEnd();
    const lines = text === '' ? ['(it printed nothing)'] : text.split(/\r?\n/);
    this.#happened({ type: 'printed', command: commandLine(words), lines });
  }

  async #onTerminal(words: readonly string[]): Promise<void> {
    const command = commandLine(words);
    await this.#screen?.handOver();
    process.stderr.write(`$ ${command}\r\n`);
    const { exitStatus, signal } = await runOwnOnTerminal(words, this.#place);
    const failed = exitStatus === undefined || (exitStatus >= 125 && exitStatus <= 127);
    const how = exitStatus === undefined ? `was ended by ${signal}` : `ended with ${exitStatus}`;
    if (!CONVERSATIONS.has(words[0]) || failed) await this.#waitForEnter(`It ${how}. Enter goes back. `);
    if (this.#left) return;
    await this.#screen?.takeBack();
    this.#say(failed ? 'failed' : 'note', `${command} ${how}`);
    this.#watch.wake();
  }

  async #waitForEnter(text: string): Promise<void> {
    await runInPlace(['sh', '-c', WAIT_FOR_ENTER, 'wait', text], {});
  }

  async #suspend(): Promise<void> {
    await this.#screen?.handOver();
    // The whole job: a shell would wait for the others of it.
    process.kill(0, 'SIGTSTP');
    await this.#screen?.takeBack();
  }

  #say(kind: Message['kind'], text: string): void {
    this.#happened({ type: 'said', message: { kind, text } });
  }

  /** What was begun is carried out to its end, and its end is told. */
  async #finishJobs(): Promise<void> {
    if (this.#state.jobs.length === 0) return;
    process.stderr.write(`Waiting for the end of: ${this.#state.jobs.join(', ')}\n`);
    await Promise.all(this.#jobs);
    const { message } = this.#state;
    if (message?.kind === 'failed') process.stderr.write(messageText({ kind: 'error', text: message.text }));
  }
}

/** What a verb said went wrong, on one line. */
function sentence(stderr: string): string {
  return stderr
    .trim()
    .replaceAll(/^tinydocker: (note: )?/gm, '')
    .split('\n')
    .map(text => text.trim())
    .join(' ');
}
