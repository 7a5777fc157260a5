/** The lessons, held on this machine: every block prints what the lesson says, and nothing is left. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LESSON_NAMES } from '../../src/plan/lessons.ts';
import { assertUnchanged, hostState } from './host.ts';
import { eachMode, MODES, type Mode } from './modes.ts';
import { tinydocker } from './run.ts';

/**
 * Registers a test for each lesson, as one mode's user. That Chinese lessons have the same blocks as the English ones is tested elsewhere; so each of them is
 * held for one mode only, which takes turns.
 */
export function holdLessons(mode: Mode['name']): void {
  const test = suite(`lessons as ${mode}`);
  const turn = MODES.findIndex(({ name }) => name === mode);
  for (const [index, lesson] of LESSON_NAMES.entries()) {
    const languages = index % MODES.length === turn ? ['en', 'zh'] : ['en'];
    eachMode(
      test,
      `the lesson ${lesson}`,
      async place => {
        const before = hostState(place.dir);
        for (const language of languages) {
          const held = await tinydocker(place, ['lesson', '--yes', '--lang', language, lesson]);
          assert.is(held.stderr, '');
          assert.is(held.status, 0, held.stdout);
        }
        const after = hostState(place.store);
        assert.equal(
          after.tree.filter(line => /"\.\/(tmp|containers|images|layers|l)\//.test(line)),
          [],
        );
        await assertUnchanged({ ...before, tree: after.tree }, place.store);
      },
      [mode],
    );
  }
  test.run();
}
