/** An archive with very many members: import, run, and a diff of many changes, in little memory. */

import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImageRecord } from '../../src/plan/image/image.ts';
import { makeImage } from '../support/image.ts';
import { eachMode, type Place } from '../support/modes.ts';
import { type Finished, startTinydocker, tinydocker } from '../support/run.ts';
import { tarOf } from '../support/tar.ts';

const test = suite('large-archive');
const DIRECTORIES = 100;
const EACH = 1000;
const CHANGED = 10;
/** Of our process, in MiB; node alone takes 45. What only starts programs does not grow with the archive, what lists changes does with these. */
const MOST_MEMORY = { imported: 90, ran: 90, diff: 180, stat: 300 };

/** Writes an archive of DIRECTORIES times EACH empty files, one directory at a time. */
function writeArchive(path: string): void {
  const fd = openSync(path, 'w', 0o644);
  for (let directory = 0; directory < DIRECTORIES; directory++) {
    const name = `dir${directory}`;
    const files = Array.from({ length: EACH }, (_, index) => ({ name: `${name}/file${index}` }));
    const part = tarOf([{ name, type: 'directory', mode: 0o755 }, ...files]);
    // The end mark comes once.
    const end = directory === DIRECTORIES - 1 ? part.length : part.length - 1024;
    writeSync(fd, part, 0, end);
  }
  closeSync(fd);
}

/** Runs tinydocker to its end, and tells the most memory that it had, in MiB: VmHWM in proc(5). */
async function measured(
  place: Place,
  args: readonly string[],
): Promise<Finished & { readonly memory: number }> {
  const running = startTinydocker(place, args, { timeout: 200_000 });
  let memory = 0;
  const timer = setInterval(() => {
    try {
      const [, kilobytes] =
        /^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${running.pid}/status`, 'utf8')) ?? [];
      memory = Math.max(memory, Number(kilobytes ?? 0) / 1024);
    } catch {
      // It has just ended.
    }
  }, 20);
  const finished = await running.ended;
  clearInterval(timer);
  return { ...finished, memory };
}

const CHANGE = `[ -e /.tinydocker-image ] || exit 9
set -- /dir*; echo $#
for directory in 0 1 2 3 4 5 6 7 8 9; do
  for file in /dir$directory/*; do echo changed >"$file"; done
done`;

eachMode(
  test,
  '100,000 members, of which 10,000 are changed',
  async place => {
    const { layers: base } = makeImage(place);
    const archive = join(place.dir, 'large.tar');
    writeArchive(archive);
    const imported = await measured(place, ['image', 'import', '-q', 'large', archive]);
    assert.is(imported.status, 0, imported.stderr);
    const file = join(place.store, 'images/large:latest.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as ImageRecord;
    writeFileSync(file, JSON.stringify({ ...record, layers: [...base, ...record.layers] }));

    const ran = await measured(place, ['run', '-q', '--keep', '--image', 'large', 'c1', 'sh', '-c', CHANGE]);
    assert.equal([ran.status, ran.stdout], [0, `${DIRECTORIES}\n`], ran.stderr);
    const diff = await measured(place, ['diff', 'c1']);
    assert.is(diff.status, 0, diff.stderr);
    const files = diff.stdout.split('\n').filter(line => /^C \/dir\d\/file\d+$/.test(line));
    assert.is(files.length, CHANGED * EACH);
    const stat = await measured(place, ['diff', '--stat', 'c1']);
    assert.is(stat.status, 0, stat.stderr);
    const memory = Object.entries({ imported, ran, diff, stat }).map(
      ([name, finished]) => [name as keyof typeof MOST_MEMORY, finished.memory] as const,
    );
    for (const [name, most] of memory)
      assert.ok(most > 10 && most < MOST_MEMORY[name], `${name}: ${most} MiB`);
    assert.is((await tinydocker(place, ['rm', 'c1'])).status, 0);
    assert.is((await tinydocker(place, ['rmi', 'large'])).status, 0);
  },
  ['root'],
);

test.run();
