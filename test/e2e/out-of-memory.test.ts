/** A container that the kernel kills for want of memory, for real: in a control group that the test makes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makeImage } from '../support/image.ts';
import { whyNoMemoryGroup, withMemoryGroup } from '../support/memory-group.ts';
import { MODES, withPlace } from '../support/modes.ts';
import { GUARD } from '../support/probe.ts';
import { runAs, tinydocker, tinydockerProgram } from '../support/run.ts';
import { skipUnless } from '../support/skip.ts';

const test = suite('out of memory');
const [root] = MODES;
const reason = root?.unavailable ?? (await whyNoMemoryGroup());

/** tinydocker itself needs less. */
const LIMIT = 256 << 20;
/** The shell, which is PID 1, wants twice the limit for one variable. */
const GREEDY = `${GUARD}x=$(head -c ${2 * LIMIT} /dev/zero | tr '\\0' x); echo survived`;

skipUnless(
  test,
  'the kernel’s kill for want of memory is told apart from others',
  reason === undefined,
  reason ?? '',
  () =>
    withPlace(root as NonNullable<typeof root>, place =>
      withMemoryGroup(LIMIT, async prefix => {
        makeImage(place);
        const exit = (name: string) =>
          JSON.parse(readFileSync(join(place.store, 'containers', name, 'exit.json'), 'utf8')) as Record<
            string,
            unknown
          >;
        const words = (name: string) => ['run', '-q', '--keep', name, 'sh', '-c', GREEDY];
        const { status, stdout } = await runAs(place, [
          ...prefix,
          ...tinydockerProgram(),
          ...words('greedy'),
        ]);
        assert.equal([status, stdout], [137, '']);
        assert.is(exit('greedy')['outOfMemory'], true);
        const { stdout: told } = await tinydocker(place, ['inspect', '-f', '{{.State.OOMKilled}}', 'greedy']);
        assert.is(told, 'true\n');
        const { stdout: listed } = await tinydocker(place, ['ps', '-a', '--format', '{{.Status}}']);
        assert.match(listed, /^Exited \(137\) .* ago, out of memory\n$/);

        // The printed script concludes the same.
        const { stdout: script } = await tinydocker(place, ['run', '--dry-run', ...words('again').slice(1)]);
        const byScript = await runAs(place, [...prefix, 'sh'], { input: script });
        assert.equal([byScript.status, byScript.stdout], [137, '']);
        assert.is(exit('again')['outOfMemory'], true);

        // That there were such kills before says nothing of one by somebody else.
        const killed = ['run', '-q', '--keep', 'killed', 'sh', '-c', `${GUARD}exit 137`];
        assert.is((await runAs(place, [...prefix, ...tinydockerProgram(), ...killed])).status, 137);
        assert.is(exit('killed')['outOfMemory'], false);
      }),
    ),
);

test.run();
