/** What every refusal of a run must be like: the true cause in one sentence, the payload not run, and nothing left. */

import * as assert from 'uvu/assert';
import { assertUnchanged, hostState } from './host.ts';
import type { Place } from './modes.ts';
import { type Finished, tinydocker } from './run.ts';

/** Harmless wherever it runs: it says that it ran, and where. */
export const PAYLOAD = ['/bin/sh', '-c', '[ -e /.tinydocker-image ] && echo ran inside || echo ran outside'];

/** Throws unless the cause is said in a whole sentence, without a stack trace, and nothing was printed on stdout. */
export function assertRefused(result: Finished, cause: RegExp, status = 125): void {
  assert.match(result.stderr, cause, `${cause} does not match: ${result.stderr}`);
  assert.is(result.status, status, result.stderr);
  assert.is(result.stdout, '', 'the payload ran');
  assert.not.match(result.stderr, /^\s+at .*:\d+:\d+/m, 'a stack trace');
  const sentence = result.stderr.split('\n').find(line => /^tinydocker: (?!note)/.test(line)) ?? '';
  assert.match(sentence, /^tinydocker: [A-Z"].*\.$/, 'a whole sentence');
}

/** Runs with the payload, expects the refusal, and that the host and the store are as before. */
export async function refusesRun(
  place: Place,
  cause: RegExp,
  options: readonly string[] = [],
): Promise<void> {
  const before = hostState(place.store);
  assertRefused(await tinydocker(place, ['run', ...options, 'x1', ...PAYLOAD]), cause);
  await assertUnchanged(before, place.store);
}
