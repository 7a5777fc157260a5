/** A real browser without a window, told what to do through a pipe: https://chromedevtools.github.io/devtools-protocol/ */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { newTempDir, removeTree } from './dirs.ts';

/** The browser, or undefined: then tests with one are skipped by name. */
export const CHROMIUM: string | undefined = ['chromium', 'chromium-browser', 'google-chrome'].find(
  program => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0,
);
export const NO_CHROMIUM = 'chromium is not installed';

type Values = Readonly<Record<string, unknown>>;

export interface Page {
  /** The value of an expression in the page. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** A press and a release of the mouse in the middle of the element, wherever that is. */
  click(selector: string): Promise<void>;
  /** A key by its name: "ArrowRight". */
  press(key: string): Promise<void>;
  send(method: string, params?: Values): Promise<Values>;
  /** Addresses of all that was asked for. */
  readonly requests: readonly string[];
  /** What went wrong in the page: exceptions, and what its policy refused. */
  readonly problems: readonly string[];
}

const KEYS: Readonly<Record<string, number>> = {
  Tab: 9,
  Enter: 13,
  Space: 32,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowRight: 39,
};

/** Opens a file in a browser of its own, and ends that afterwards. */
export async function withPage(file: string, use: (page: Page) => Promise<void>): Promise<void> {
  const profile = newTempDir();
  const child = spawn(
    CHROMIUM ?? '',
    [
      ...['--headless=new', '--disable-gpu', '--no-first-run', '--remote-debugging-pipe'],
      // Its own sandbox takes what root may not give away; what it opens is ours.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...[`--user-data-dir=${profile}`, '--window-size=1200,900', 'about:blank'],
    ],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      // What it leaves when it is killed goes with the profile.
      env: { PATH: process.env['PATH'] ?? '', HOME: profile, TMPDIR: profile },
    },
  );
  try {
    await use(await openPage(child, file));
  } finally {
    const gone = new Promise(resolve => child.once('exit', resolve));
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    await gone;
    await sleep(50);
    removeTree(profile);
  }
}

async function openPage(child: ChildProcess, file: string): Promise<Page> {
  const browser = new Connection(child);
  const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params: Values = {}) => browser.send(method, params, String(sessionId));
  const requests: string[] = [];
  const problems: string[] = [];
  let loaded = false;
  browser.listen((method, params) => {
    if (method === 'Page.loadEventFired') loaded = true;
    if (method === 'Network.requestWillBeSent') requests.push(String((params['request'] as Values)['url']));
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
      problems.push(JSON.stringify(params));
  });
  for (const domain of ['Page', 'Network', 'Runtime', 'Log']) await send(`${domain}.enable`);
  await send('Page.navigate', { url: `file://${file}` });
  for (let waited = 0; !loaded; waited += 20) {
    if (waited > 20_000) throw new Error('the page was not loaded');
    await sleep(20);
  }
  const page: Page = {
    requests,
    problems,
    send,
    async evaluate<Value>(expression: string) {
      const { result, exceptionDetails } = await send('Runtime.evaluate', {
        expression,
        returnByValue: true,
      });
      if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
      return (result as Values)['value'] as Value;
    },
    async click(selector) {
      const [x, y] = await page.evaluate<readonly [number, number]>(`(() => {
        const element = document.querySelector(${JSON.stringify(selector)});
        element.scrollIntoView({ block: 'center' });
        const { left, top, width, height } = element.getBoundingClientRect();
        return [left + width / 2, top + height / 2];
      })()`);
      const at = { x, y, button: 'left', clickCount: 1 };
      for (const type of ['mousePressed', 'mouseReleased'])
        await send('Input.dispatchMouseEvent', { type, ...at });
    },
    async press(key) {
      const code = { key, code: key, windowsVirtualKeyCode: KEYS[key] ?? 0 };
      for (const type of ['rawKeyDown', 'keyUp']) await send('Input.dispatchKeyEvent', { type, ...code });
    },
  };
  return page;
}

/** Messages are JSON, each ended by NUL. */
class Connection {
  readonly #to: Writable;
  readonly #waiting = new Map<number, (message: Values) => void>();
  readonly #listeners: ((method: string, params: Values) => void)[] = [];
  #last = 0;
  #rest = '';

  constructor({ stdio }: ChildProcess) {
    this.#to = stdio[3] as Writable;
    this.#to.on('error', () => undefined);
    const from = stdio[4] as Readable;
    from.setEncoding('utf8');
    from.on('data', (text: string) => this.#take(text));
  }

  listen(listener: (method: string, params: Values) => void): void {
    this.#listeners.push(listener);
  }

  /** Rejects with what the browser says, or when it says nothing for ten seconds. */
  async send(method: string, params: Values, sessionId?: string): Promise<Values> {
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise<Values>(resolve => this.#waiting.set(id, resolve));
    this.#to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    const late = sleep(20_000, undefined, { ref: false }).then(() => {
      throw new Error(`the browser does not answer ${method}`);
    });
    const { error, result } = await Promise.race([answer, late]);
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return result as Values;
  }

  #take(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const message of messages) {
      const value = JSON.parse(message) as Values;
      const { id, method, params } = value;
      if (typeof id === 'number') this.#waiting.get(id)?.(value);
      else for (const listener of this.#listeners) listener(String(method), (params ?? {}) as Values);
    }
  }
}
