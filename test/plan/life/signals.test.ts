/** Names of signals; and that a signal reaches the process that was meant, and no other of its number. */

import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SIGNAL_TEXT } from '../../../src/plan/life/process.ts';
import { parseSignal } from '../../../src/plan/life/signals.ts';
import { skipUnless } from '../../support/skip.ts';

const SIGNALS: Readonly<Record<string, string>> = {
  TERM: 'TERM 15',
  SIGTERM: 'TERM 15',
  sigterm: 'TERM 15',
  '15': 'TERM 15',
  '9': 'KILL 9',
  CLD: 'CHLD 17',
  '29': 'IO 29',
  SIGSYS: 'SYS 31',
  STKFLT: '16 16',
  RTMIN: '34 34',
  'SIGRTMIN+3': '37 37',
  'rtmax-2': '62 62',
  '64': '64 64',
};
for (const [text, expected] of Object.entries(SIGNALS))
  test(`a signal: ${text}`, () => {
    const parsed = parseSignal(text);
    assert.ok(parsed.ok);
    assert.is(`${parsed.value.name} ${parsed.value.number}`, expected);
  });

for (const text of [
  '',
  '0',
  '65',
  '-1',
  'TERMINATE',
  'SIG',
  'SIGSIGTERM',
  'RTMIN-1',
  'RTMAX+1',
  'RTMIN+31',
  '1.5',
  'TERM 1',
])
  test(`no signal: ${JSON.stringify(text)}`, () => {
    const parsed = parseSignal(text);
    assert.not(parsed.ok);
    if (!parsed.ok) assert.is(parsed.failures[0]?.status, 2);
  });

test('sh takes every name', () => {
  for (let number = 1; number <= 64; number++) {
    const parsed = parseSignal(String(number));
    if (!parsed.ok || number === 9 || number === 19) continue;
    const { status } = spawnSync('sh', [
      '-c',
      'trap "" "$2"; kill -s "$1" $$',
      'sh',
      parsed.value.name,
      String(number),
    ]);
    if (number !== 32 && number !== 33) assert.is(status, 0, parsed.value.name);
  }
});

/** In a PID namespace of its own, where only this test's processes get numbers, and the next number can be chosen. */
const REUSE = `
boot=$(cat /proc/sys/kernel/random/boot_id)
start() { set -- $(sed 's/.*) //' "/proc/$1/stat"); echo "\${20}"; }
send() { sh -ec "$SIGNAL" signal "$1" "$2" "$3" KILL; }
sleep 30 & first=$!
old=$(start "$first")
send "$first" "$old" 00000000-0000-0000-0000-000000000000; kill -0 "$first" || echo 'killed for another boot'
send "$first" "$old" "$boot"
wait "$first"; echo "first: $?"
sleep 0.1
second=0
for try in 1 2 3 4 5 6 7 8; do
  echo $((first - 1)) >/proc/sys/kernel/ns_last_pid
  sleep 30 & second=$!
  [ "$second" != "$first" ] || break
  kill "$second"
done
[ "$second" = "$first" ] || echo 'the number was not used again'
send "$first" "$old" "$boot"; echo "send: $?"
kill -0 "$second" && echo 'the second lives'
new=$(start "$second")
[ "$new" != "$old" ] || echo 'it started at the same time'
send "$second" "$new" "$boot"
wait "$second"; echo "second: $?"
`;

const isRoot = process.getuid?.() === 0;
skipUnless(
  test,
  'a process that got the number of another one is not hit',
  isRoot,
  'only root chooses numbers',
  () => {
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', REUSE],
      { encoding: 'utf8', env: { ...process.env, SIGNAL: SIGNAL_TEXT }, timeout: 20_000 },
    );
    assert.is(stdout, 'first: 137\nsend: 0\nthe second lives\nsecond: 137\n', stderr);
    assert.is(status, 0);
  },
);

test.run();
