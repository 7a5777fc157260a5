/** Lessons as they are written, and as data. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { expectationFor, isFor, type Lesson } from '../../src/lesson/lesson.ts';
import { parseLesson } from '../../src/lesson/parse-lesson.ts';

const test = suite('lesson/parse');

const TITLE = '# T\n\n> what it is\n';

function parsed(body: string): Lesson {
  const result = parseLesson(`${TITLE}\n${body}`);
  assert.ok(result.ok, JSON.stringify(result));
  return (result as { value: Lesson }).value;
}

function problem(text: string): string | undefined {
  const result = parseLesson(text);
  return result.ok ? undefined : result.failures[0]?.message;
}

test('text, a block, and what is expected of it', () => {
  const lesson = parsed(
    '## Do\n\n```sh\necho one\necho two\n```\n\n```expect\none\n...\n[exit 3]\n```\n\nDone.\n',
  );
  assert.equal(lesson, {
    title: 'T',
    summary: 'what it is',
    sections: [
      { heading: 'T', parts: [{ type: 'text', text: '> what it is' }] },
      {
        heading: 'Do',
        parts: [
          {
            type: 'block',
            script: 'echo one\necho two',
            expectations: [{ lines: ['one', '...'], status: 3 }],
          },
          { type: 'text', text: 'Done.' },
        ],
      },
    ],
  });
});

test('a block for some, and expectations of several', () => {
  const [, section] = parsed(
    '## Do\n```sh user\nid\n```\nIf you are root:\n```expect root\n0\n```\nElse:\n```expect\n{id}\n```\nText.\n',
  ).sections;
  const [block, text] = section?.parts ?? [];
  assert.equal(text, { type: 'text', text: 'Text.' });
  assert.ok(block?.type === 'block');
  if (block?.type !== 'block') return;
  assert.is(block.audience, 'user');
  assert.equal(expectationFor(block, 'host')?.lines, ['0']);
  assert.equal(expectationFor(block, 'single')?.lines, ['{id}']);
});

test('the audience', () => {
  assert.equal(
    (['host', 'range', 'single'] as const).map(mapping =>
      ([undefined, 'root', 'user', 'range', 'single'] as const)
        .map(whom => Number(isFor(whom, mapping)))
        .join(''),
    ),
    ['11000', '10110', '10101'],
  );
});

test('fences of other kinds are text, whatever is in them', () => {
  const [, section] = parsed('## Do\n\n```text\n# no heading\n## nor this\n```\n').sections;
  assert.equal(section?.parts, [{ type: 'text', text: '```text\n# no heading\n## nor this\n```' }]);
});

const WRONG = [
  ['# T\n', 'line 1: a lesson begins with its title, "# ...", and what it is about, "> ..."'],
  ['\n\ntext\n', 'line 3: a lesson begins with a heading'],
  [`${TITLE}\n\`\`\`sh\necho\n`, 'line 5: the block has no end'],
  [`${TITLE}\`\`\`sh everybody\n\`\`\`\n`, 'line 4: "sh everybody" is not known'],
  [`${TITLE}\`\`\`sh root user\n\`\`\`\n`, 'line 4: "sh root user" is not known'],
  [`${TITLE}\`\`\`expect\n\`\`\`\n`, 'line 4: there is no block that this is expected of'],
] as const;

for (const [text, message] of WRONG) test(message, () => assert.is(problem(text), message));

test.run();
