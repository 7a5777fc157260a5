/** The recordings of the demonstrations: old ones stay readable, and the README's pictures are made of them. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
// @ts-expect-error: a script, without types.
import { svgOf } from '../../scripts/svg.mjs';
import { endingOf } from '../../src/record/progress.ts';
import { type Recording, readRecording } from '../../src/record/read.ts';
import { storyOf } from '../../src/ui/story.ts';
import { PROJECT } from '../support/run.ts';

const test = suite('ui/demos');

const DIRECTORY = join(PROJECT, 'fixtures/recordings');
const names = readdirSync(DIRECTORY);

function recordingIn(name: string): Recording {
  const result = readRecording(readFileSync(join(DIRECTORY, name), 'utf8'));
  if (!result.ok) throw new Error(result.failures.map(({ message }) => message).join(' '));
  return result.value;
}

test('there are those that the README shows', () => {
  for (const name of ['two-containers-1', 'two-containers-2', 'failure', 'debugger'])
    assert.ok(names.includes(`${name}.ndjson`), name);
});

for (const name of names)
  test(`${name}: is read whole, has an end, and tells nothing of where it was made`, () => {
    const recording = recordingIn(name);
    assert.equal([recording.torn, recording.unknown], [false, 0]);
    assert.is.not(endingOf(recording).ending, 'no end');
    assert.ok(storyOf(recording).some(({ mounts }) => mounts !== undefined));
    assert.not.match(readFileSync(join(DIRECTORY, name), 'utf8'), /"\/(home|tmp|mnt|usr\/local)\//);
  });

test('the second of two containers did not see what the first one made', () => {
  assert.equal(endingOf(recordingIn('two-containers-1.ndjson')).status, 0);
  assert.equal(endingOf(recordingIn('two-containers-2.ndjson')).status, 1);
});

for (const picture of readdirSync(join(PROJECT, 'docs/demos')))
  test(`${picture}: is made of its recording, runs no script, and the README shows it`, () => {
    const svg = readFileSync(join(PROJECT, 'docs/demos', picture), 'utf8');
    const replay = ['replay', '--format', 'asciicast', '--pace', '500ms'];
    const recording = join(DIRECTORY, picture.replace('.svg', '.ndjson'));
    const { stdout: cast } = spawnSync(process.execPath, ['dist/cli.js', ...replay, recording], {
      encoding: 'utf8',
    });
    const [, title = ''] = /<title id="title">(.*)<\/title>/.exec(svg) ?? [];
    assert.ok(svgOf(cast, title) === svg, 'npm run demos -- --pictures makes it again');
    assert.not.match(svg, /<script|href="(?!#)|on[a-z]+=|url\((?!#)/);
    const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
    assert.match(readme, `![${title}](docs/demos/${picture})`);
  });

test.run();
