/** Verbs that go on and on, when the window is closed: they end, and the container does not. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startTime } from '../../src/host/owner.ts';
import { amongContainers, background, monitorOf, says } from '../support/containers.ts';
import { hostState } from '../support/host.ts';
import { GUARD } from '../support/probe.ts';
import { childrenOf, eachTerminalMode, ptyTinydocker } from '../support/pty.ts';
import { until } from '../support/until.ts';

const test = suite('closed-terminal');

const VERBS: readonly (readonly [words: readonly string[], seen: RegExp])[] = [
  [['stats'], /CPU %/],
  [['stats', '--format', '{{.Name}}'], /c1/],
  [['logs', '-f', 'c1'], /up/],
  [['events', '--since', '1h'], /start/],
  [['attach', 'c1'], /ctrl-p ctrl-q/],
  [['attach', '--no-stdin', 'c1'], /tick/],
];

eachTerminalMode(
  test,
  'the verb ends with its terminal, and the container goes on',
  amongContainers(async place => {
    const program = `${GUARD}echo up; while :; do echo tick; sleep 0.5; done`;
    await background(place, ['-it', 'c1', 'sh', '-c', program]);
    await says(place, 'c1', 'up');
    const before = hostState(place.store);
    for (const [words, seen] of VERBS) {
      const pty = ptyTinydocker(place, words);
      await pty.seen(seen);
      const pid = childrenOf(pty.pid)[0] ?? 0;
      const started = startTime(pid);
      assert.ok(started !== undefined, words.join(' '));
      pty.close();
      await until(() => startTime(pid) !== started).catch(error =>
        Promise.reject(new Error(`${words.join(' ')}: ${error}`)),
      );
    }
    await until(() => {
      const now = hostState(place.store).processes.filter(line => !/ sleep [0-9.]+$/.test(line));
      return now.every(line => before.processes.includes(line));
    });
    assert.ok(monitorOf(place, 'c1') !== undefined);
  }),
  ['root', 'single'],
);

test.run();
