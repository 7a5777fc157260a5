/** The dashboard as a value: keys and news go in, a state and what is to be done come out. */

import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { FoundChange } from '../../../src/host/changes/details.ts';
import { ACTIONS, shownCommand } from '../../../src/ui/dashboard/actions.ts';
import { wordsOf } from '../../../src/ui/dashboard/answers.ts';
import type { DashboardState, PanelData } from '../../../src/ui/dashboard/state.ts';
import {
  after,
  BASE,
  DOWN,
  END,
  ENTER,
  ESCAPE,
  LOOKS,
  look,
  PAGE_DOWN,
  RUNNING,
  seeing,
  stateOf,
  TAB,
  type,
  UP,
} from './values.ts';

const test = suite('update');

const change = (letter: 'A' | 'C' | 'D', path: string): FoundChange => ({
  letter,
  path: Buffer.from(path),
  differences: [],
});
const CHANGES: PanelData = {
  panel: 'changes',
  changes: ['/a', '/b', '/c'].map(path => change('A', path)),
  complete: true,
};
/** What the last key led to. */
const words = (state: DashboardState, text: string): readonly string[] | undefined => {
  const { effect } = type(state, text);
  return effect?.type === 'command' ? effect.words : undefined;
};

test('the first container is selected, and what is selected stays so when the list changes', () => {
  const state = stateOf();
  assert.is(state.container, 'hello1');
  const moved = type(state, DOWN).state;
  assert.is(moved.container, 'hello2');
  const more = after(moved, { type: 'store', containers: [look('new', RUNNING), ...LOOKS], images: [BASE] });
  assert.is(more.container, 'hello2');
});

test('when what is selected goes, the one in its place is selected', () => {
  const [, , web] = LOOKS;
  const state = type(stateOf(), DOWN).state;
  const [first] = LOOKS;
  assert.is(
    after(state, { type: 'store', containers: [first, web].filter(one => one !== undefined), images: [] })
      .container,
    'web',
  );
  assert.is(
    after(state, { type: 'store', containers: first ? [first] : [], images: [] }).container,
    'hello1',
  );
  const none = after(state, { type: 'store', containers: [], images: [] });
  assert.is(none.container, undefined);
  assert.is(none.counts.size, 0);
});

test('moving stops at the ends', () => {
  assert.is(type(stateOf(), UP).state.container, 'hello1');
  assert.is(type(stateOf(), END + DOWN).state.container, 'web');
  assert.is(type(stateOf(), PAGE_DOWN).state.container, 'web');
});

const RUNNING_KEYS: readonly (readonly [string, readonly string[]])[] = [
  ['e', ['exec', '-it', 'hello1', 'sh']],
  ['a', ['attach', 'hello1']],
  ['s', ['stop', 'hello1']],
  ['k', ['kill', 'hello1']],
  ['dy\r', ['rm', '-f', 'hello1']],
  ['cmine:2\r', ['commit', 'hello1', 'mine:2']],
  ['r\r', ['run', '-it', '--keep', 'c1', 'sh']],
  ['D\r', ['run', '--step', '-it', '--keep', 'c1', 'sh']],
  ['L\r', ['lesson']],
  ['Lpid-1\r', ['lesson', 'pid-1']],
  [':logs -n 3 "hello1"\r', ['logs', '-n', '3', 'hello1']],
];
for (const [keys, expected] of RUNNING_KEYS)
  test(`${JSON.stringify(keys)} on one that runs is: tinydocker ${expected.join(' ')}`, () =>
    assert.equal(words(stateOf(), keys), expected));

const ENDED_KEYS: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['s', ['start', 'web']],
  ['dyes\r', ['rm', 'web']],
  ['ffork1\r', ['fork', 'web', 'fork1']],
  ['Ffork1\r', ['fork', 'web', 'fork1']],
  ['e', undefined],
  ['a', undefined],
  ['k', undefined],
];
for (const [keys, expected] of ENDED_KEYS)
  test(`${JSON.stringify(keys)} on one that has ended is: ${expected?.join(' ') ?? 'refused'}`, () => {
    const state = type(stateOf(), END).state;
    assert.equal(words(state, keys), expected);
    if (expected === undefined) assert.match(type(state, keys).state.message?.text ?? '', /web does not run/);
  });

test('a running container is not forked, and one hears why', () => {
  const { state, effect } = type(stateOf(), 'f');
  assert.is(effect, undefined);
  assert.match(state.message?.text ?? '', /hello1 runs: a container can be forked when it has ended/);
});

test('removing asks, and names what goes; anything but yes does nothing', () => {
  const { state, effect } = type(stateOf(), 'd');
  assert.is(effect, undefined);
  assert.is(state.prompt?.question, 'Kill and remove hello1 and its changes (2A 1C 1D)? y/N');
  for (const answer of ['\r', 'n\r', 'x\r', ESCAPE]) {
    const answered = type(state, answer);
    assert.is(answered.effect, undefined, answer);
    assert.is(answered.state.prompt, undefined);
  }
});

test('an answer is for whom it was asked about, whatever is selected by then', () => {
  const asked = type(stateOf(), 'd').state;
  const gone = after(asked, { type: 'store', containers: LOOKS.slice(1), images: [] });
  assert.equal(words(gone, 'y\r'), ['rm', '-f', 'hello1']);
});

test('stopping one that is not kept says what is lost', () => {
  const state = stateOf({}, [look('once', RUNNING, { keep: false })]);
  const { state: asked, effect } = type(state, 's');
  assert.is(effect, undefined);
  assert.match(asked.prompt?.question ?? '', /once was run without --keep: .* gone. Stop it\?/);
  assert.equal(words(asked, 'y\r'), ['stop', 'once']);
});

test('what is pasted is the text of an answer, on one line, and never a command', () => {
  assert.is(type(stateOf(), '\u001b[200~d y\rq\u001b[201~').effect, undefined);
  assert.equal(words(stateOf(), ':\u001b[200~ps\n-a\u001b[201~\r'), ['ps', '-a']);
});

test('a line is edited', () => {
  assert.equal(words(stateOf(), 'cab层\u007fc\r'), ['commit', 'hello1', 'abc']);
  assert.equal(words(stateOf(), ':x y z\u0017\u0017w\r'), ['x', 'w']);
  assert.equal(words(stateOf(), ':x y\u0015ps\r'), ['ps']);
});

test('a line is edited in its middle, too', () =>
  assert.equal(words(stateOf(), 'cad\u001b[D\u001b[Db\u001b[C\u001b[Cc\u001b[D\u001b[3~\r'), [
    'commit',
    'hello1',
    'bad',
  ]));

test('an open quote is refused', () => {
  const { state, effect } = type(stateOf(), ":run 'x\r");
  assert.is(effect, undefined);
  assert.match(state.message?.text ?? '', /quote is opened/);
});

test('a command at work is shown until it has ended, and then what it said', () => {
  const { state } = type(stateOf(), 's');
  assert.equal(state.jobs, ['tinydocker stop hello1']);
  const message = { kind: 'failed', text: 'It could not be stopped.' } as const;
  const ended = after(state, { type: 'ended', command: 'tinydocker stop hello1', message });
  assert.equal([ended.jobs, ended.message], [[], message]);
  assert.is(type(ended, DOWN).state.message, undefined);
});

test('a filter goes with every letter, and Escape takes it away', () => {
  const state = type(stateOf(), '/we').state;
  assert.equal([state.filter, state.container], ['we', 'web']);
  const kept = type(state, ENTER).state;
  assert.equal([kept.prompt, kept.filter], [undefined, 'we']);
  assert.is(type(kept, ESCAPE).state.filter, '');
  assert.is(type(state, ESCAPE).state.filter, '');
  assert.is(type(stateOf(), '/zzz\r').state.container, undefined);
  assert.equal(words(type(stateOf(), '/zzz\r').state, 's'), undefined);
});

test('Tab goes round; numbers choose a panel; Escape goes back', () => {
  assert.is(type(stateOf(), TAB).state.place, 'images');
  assert.is(type(stateOf(), TAB + TAB).state.place, 'panel');
  assert.is(type(stateOf(), TAB + TAB + TAB).state.place, 'containers');
  assert.is(type(stateOf(), '\u001b[Z').state.place, 'panel');
  assert.is(type(stateOf(), '3').state.panel, 'namespaces');
  assert.is(type(stateOf(), '7').state.panel, 'events');
  assert.is(type(stateOf(), '8').state.panel, 'changes');
  const logs = type(stateOf(), 'l').state;
  assert.equal([logs.panel, logs.opened, logs.place], ['logs', true, 'panel']);
  assert.is(type(logs, ESCAPE).state.opened, false);
  assert.is(type(logs, ESCAPE + ESCAPE).state.place, 'containers');
});

test('Enter goes into the panel, and there opens what is selected', () => {
  const state = seeing(stateOf(), CHANGES);
  const inPanel = type(state, ENTER).state;
  assert.is(inPanel.place, 'panel');
  const { state: opened, effect } = type(inPanel, `${DOWN}${ENTER}`);
  assert.equal(effect, { type: 'command', way: 'page', words: ['diff', '--content', 'hello1', '/b'] });
  assert.is(opened.page?.command, 'tinydocker diff --content hello1 /b');
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
  const printed = after(opened, { type: 'printed', command: opened.page?.command ?? '', lines });
  assert.is(type(printed, END).state.page?.top, 50 - 19);
  assert.is(type(printed, ESCAPE).state.page, undefined);
  assert.is(type(printed, 'q').state.page, undefined);
});

test('Enter on an image shows its history; on a step, why it is there', () => {
  assert.equal(words(stateOf(), TAB + ENTER), ['history', 'base']);
  const plan: PanelData = {
    panel: 'plan',
    plan: {
      kind: 'run',
      values: [],
      steps: ['reserve-name', 'pivot-root'].map(id => ({ id, title: '', state: 'done', undo: undefined })),
    },
  };
  assert.equal(words(seeing(stateOf(), plan), ENTER + DOWN + ENTER), ['explain', 'pivot-root']);
});

test('a selection in a panel stays within what there is', () => {
  const state = type(seeing(stateOf(), CHANGES), ENTER + END).state;
  assert.is(state.line, 2);
  assert.is(seeing(state, { ...CHANGES, changes: [] }).line, 0);
});

test('what was looked at of another container, or for another panel, is not shown', () => {
  const state = stateOf();
  assert.is(after(state, { type: 'looked', container: 'web', data: CHANGES }), state);
  assert.is(
    after({ ...state, panel: 'logs' }, { type: 'looked', container: 'hello1', data: CHANGES }).data,
    undefined,
  );
});

test('logs are scrolled from their end, and stay there', () => {
  const lines = Array.from({ length: 100 }, (_, index) => ({ stream: 'stdout', text: `${index}` }) as const);
  const state = type(
    seeing({ ...stateOf(), place: 'panel' }, { panel: 'logs', lines, kept: true }),
    UP + UP,
  ).state;
  assert.is(state.top, 2);
  assert.is(type(state, END).state.top, 0);
});

test('y copies the command line that shows the same', () => {
  const copied = (state: DashboardState) => {
    const { effect } = type(state, 'y');
    return effect?.type === 'copy' ? effect.text : undefined;
  };
  assert.is(copied(stateOf()), 'tinydocker ps -a');
  assert.is(copied(stateOf({ place: 'images' })), 'tinydocker images');
  assert.is(copied(stateOf({ place: 'panel' })), 'tinydocker diff --stat hello1');
  assert.is(copied(stateOf({ place: 'panel', panel: 'mounts' })), 'cat /proc/7955/mountinfo');
  assert.is(shownCommand(stateOf({ place: 'panel', panel: 'logs' })), 'tinydocker logs -f hello1');
});

test('quit, by q and Ctrl-C, also out of a question; Ctrl-Z', () => {
  assert.is(type(stateOf(), 'q').effect?.type, 'quit');
  assert.is(type(stateOf(), 'd\u0003').effect?.type, 'quit');
  assert.is(type(stateOf(), '/q').effect, undefined);
  assert.is(type(stateOf(), '\u001a').effect?.type, 'suspend');
});

test('help is scrolled, and goes with any other key, which does nothing else', () => {
  const help = type(stateOf({ rows: 12 }), '?').state;
  assert.is(help.help, 0);
  assert.ok((type(help, DOWN).state.help ?? 0) === 1);
  const closed = type(help, 'q');
  assert.equal([closed.state.help, closed.effect], [undefined, undefined]);
});

test('nothing is changed by what is no news', () => {
  const state = stateOf();
  assert.is(after(state, { type: 'time', now: state.now }), state);
});

test('without a container the keys say so', () => {
  const state = stateOf({}, []);
  for (const key of ['e', 'a', 's', 'k', 'd', 'c', 'f', 'l', 'p']) {
    const { state: after, effect } = type(state, key);
    assert.is(effect, undefined, key);
    assert.match(after.message?.text ?? '', /No container is selected/, key);
  }
});

test('no two actions have one key, and none that means something else', () => {
  const keys = ACTIONS.map(({ key }) => key);
  assert.is(new Set(keys).size, keys.length);
  for (const key of ['q', '?', '/', 'y', '1']) assert.not.ok(keys.includes(key));
});

const WORDS: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['run c1  sh', ['run', 'c1', 'sh']],
  [`sh -c 'echo "a b"'`, ['sh', '-c', 'echo "a b"']],
  ['"a\\"b" c\\ d', ['a"b', 'c d']],
  [`a'b'"c"`, ['abc']],
  [`''`, ['']],
  ['', []],
  [`'`, undefined],
  ['"a', undefined],
  ['a\\', undefined],
];
for (const [text, expected] of WORDS)
  test(`the words of ${JSON.stringify(text)}`, () => assert.equal(wordsOf(text), expected));

test.run();
