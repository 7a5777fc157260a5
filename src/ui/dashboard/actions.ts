/** What the keys do to the selected container: each is a command line of this program, which is shown, and carried out as it stands. Pure. */

import { type ContainerLook, stateWord } from '../../host/container-look.ts';
import { shortName } from '../../host/images.ts';
import { quoteArgv } from '../../plan/quote.ts';
import { lineOf } from '../screen/line-editor.ts';
import { visible } from '../visible.ts';
import {
  type DashboardState,
  isRunning,
  type Panel,
  type Prompt,
  panelData,
  selectedContainer,
  selectedImage,
} from './state.ts';
import { changeCountText } from './text.ts';

/** How a command is carried out. */
export type Way =
  /** While the dashboard goes on; what it says becomes a message. */
  | 'beside'
  /** With the whole terminal. */
  | 'terminal'
  /** What it prints is shown. */
  | 'page';

export type Outcome =
  | { readonly type: 'command'; readonly way: Way; readonly words: readonly string[] }
  | { readonly type: 'ask'; readonly prompt: Prompt }
  | { readonly type: 'panel'; readonly panel: Panel }
  /** It can not be done, and why. */
  | { readonly type: 'refused'; readonly reason: string };

export interface Action {
  readonly key: string;
  /** In the row of keys: "stop". */
  readonly label: (look: ContainerLook | undefined) => string;
  /** In the help. */
  readonly summary: string;
  /** The command line, with NAME and the like in it, for the help. */
  readonly usage: string;
  readonly press: (state: DashboardState) => Outcome;
}

/** A command line as it can be typed. */
export function commandLine(words: readonly string[]): string {
  return visible(quoteArgv(['tinydocker', ...words]));
}

const label = (text: string) => () => text;
/** A command line that is to be carried out. */
export const command = (way: Way, ...words: readonly string[]): Outcome => ({ type: 'command', way, words });
/** No command line, and why. */
export const refused = (reason: string): Outcome => ({ type: 'refused', reason });

export const ACTIONS: readonly Action[] = [
  {
    key: 'e',
    label: label('exec sh'),
    summary: 'a shell in the container',
    usage: 'exec -it NAME sh',
    press: state => running(state, name => command('terminal', 'exec', '-it', name, 'sh')),
  },
  {
    key: 'a',
    label: label('attach'),
    summary: 'join it; ctrl-p ctrl-q leaves a terminal',
    usage: 'attach NAME',
    press: state => running(state, name => command('terminal', 'attach', name)),
  },
  {
    key: 'l',
    label: label('logs'),
    summary: 'what it has written',
    usage: 'logs -f NAME',
    press: state => selected(state, () => ({ type: 'panel', panel: 'logs' })),
  },
  {
    key: 's',
    label: look => (look === undefined || isRunning(look) ? 'stop' : 'start'),
    summary: 'stop it; start one that has ended',
    usage: 'stop NAME',
    press: state =>
      selected(state, (name, look) =>
        isRunning(look) ? ending(look, ['stop', name]) : command('beside', 'start', name),
      ),
  },
  {
    key: 'k',
    label: label('kill'),
    summary: 'end it at once',
    usage: 'kill NAME',
    press: state => running(state, (name, look) => ending(look, ['kill', name])),
  },
  {
    key: 'd',
    label: label('remove…'),
    summary: 'remove it, with what it wrote; asks',
    usage: 'rm [-f] NAME',
    press: state => selected(state, (name, look) => removal(state, name, look)),
  },
  {
    key: 'c',
    label: label('commit…'),
    summary: 'an image of what it changed; asks its name',
    usage: 'commit NAME IMAGE',
    press: state =>
      selected(state, name => ask('commit', `Commit ${name}: name of the image?`, { container: name })),
  },
  {
    key: 'f',
    label: label('fork…'),
    summary: 'a second one of its files; asks its name',
    usage: 'fork NAME NEW',
    press: state =>
      selected(state, (name, look) =>
        isRunning(look)
          ? refused(`${name} runs: a container can be forked when it has ended.`)
          : ask('fork', `Fork ${name}: name of the new container?`, { container: name }),
      ),
  },
  {
    key: 'p',
    label: label('plan'),
    summary: 'the steps that made it, and their undos',
    usage: 'explain',
    press: state => selected(state, () => ({ type: 'panel', panel: 'plan' })),
  },
  {
    key: 'r',
    label: label('run…'),
    summary: 'a new container; asks for the words',
    usage: 'run ...',
    press: state => ask('run', 'tinydocker run', { text: runText(state) }),
  },
  {
    key: 'D',
    label: label('debug…'),
    summary: 'step through a run, forward and back',
    usage: 'run --step ...',
    press: state => ask('debug', 'tinydocker run --step', { text: runText(state) }),
  },
  {
    key: 'L',
    label: label('lesson…'),
    summary: 'learn what a container is; asks which',
    usage: 'lesson [NAME]',
    press: () => ask('lesson', 'Lesson (Enter lists them):', {}),
  },
  {
    key: ':',
    label: label('command'),
    summary: 'any command line',
    usage: '...',
    press: () => ask('command', 'tinydocker', {}),
  },
];

/** "f" and "F" mean the same. */
export function actionOf(key: string): Action | undefined {
  return ACTIONS.find(action => action.key === (key === 'F' ? 'f' : key));
}

/** What Enter does in the place where one is. */
export function open(state: DashboardState): Outcome | undefined {
  if (state.place === 'images') {
    const image = selectedImage(state);
    return image === undefined ? undefined : command('page', 'history', shortName(image.name));
  }
  const data = panelData(state);
  const name = selectedContainer(state)?.container.name;
  if (state.place !== 'panel' || name === undefined || data === undefined || 'nothing' in data)
    return undefined;
  if (data.panel === 'plan') {
    const step = data.plan.steps[state.line]?.id;
    return step === undefined ? undefined : command('page', 'explain', step);
  }
  const path = data.panel === 'changes' ? data.changes[state.line]?.path : undefined;
  return path === undefined ? undefined : command('page', 'diff', '--content', name, path.toString('utf8'));
}

/** The command line that shows what the panel shows. Not every one is ours. */
export function panelCommand(panel: Panel, look: ContainerLook): string {
  const { name } = look.container;
  const pid = look.status.type === 'running' ? look.status.init.pid : undefined;
  switch (panel) {
    case 'changes':
      return commandLine(['diff', '--stat', name]);
    case 'mounts':
      return pid === undefined ? commandLine(['inspect', name]) : `cat /proc/${pid}/mountinfo`;
    case 'namespaces':
      return pid === undefined ? commandLine(['inspect', name]) : `lsns -p ${pid}`;
    case 'usage':
      return commandLine(['stats', name]);
    case 'logs':
      return commandLine(['logs', '-f', name]);
    case 'plan':
      return commandLine(['explain']);
    case 'events':
      return commandLine(['events', '--since', '1h', '--filter', `container=${name}`]);
  }
}

/** The command line that does what is on the screen: what `y` copies. */
export function shownCommand(state: DashboardState): string {
  if (state.page !== undefined) return state.page.command;
  if (state.place === 'images') return commandLine(['images']);
  const look = selectedContainer(state);
  if (look === undefined || (state.place === 'containers' && !state.opened)) return commandLine(['ps', '-a']);
  return panelCommand(state.panel, look);
}

function ask(
  kind: Prompt['kind'],
  question: string,
  { text = '', ...more }: Partial<Pick<Prompt, 'container' | 'words'>> & { readonly text?: string },
): Outcome {
  return { type: 'ask', prompt: { kind, question, line: lineOf(text), ...more } };
}

function selected(state: DashboardState, act: (name: string, look: ContainerLook) => Outcome): Outcome {
  const look = selectedContainer(state);
  return look === undefined ? refused('No container is selected.') : act(look.container.name, look);
}

function running(state: DashboardState, act: (name: string, look: ContainerLook) => Outcome): Outcome {
  return selected(state, (name, look) =>
    isRunning(look) ? act(name, look) : refused(`${name} does not run: s starts it again, if it was kept.`),
  );
}

/** A container that is not kept takes what it wrote with it: that is said before. */
function ending(look: ContainerLook, words: readonly string[]): Outcome {
  const { name, record } = look.container;
  if (record?.keep !== false) return command('beside', ...words);
  return ask(
    'confirm',
    `${name} was run without --keep: when it ends, what it wrote is gone. ${words[0] === 'kill' ? 'Kill' : 'Stop'} it? y/N`,
    {
      container: name,
      words,
    },
  );
}

function removal(state: DashboardState, name: string, look: ContainerLook): Outcome {
  // One that has ended may be held for a moment more, by whoever tidies up after it; rm without -f would refuse it then.
  const held = look.container.state === 'alive';
  const lives = held && stateWord(look) !== 'exited';
  const count = state.counts.get(name);
  const changes =
    count === undefined || changeCountText(count) === '0'
      ? ''
      : ` and its changes (${changeCountText(count)})`;
  return ask('confirm', `${lives ? 'Kill and remove' : 'Remove'} ${name}${changes}? y/N`, {
    container: name,
    words: held ? ['rm', '-f', name] : ['rm', name],
  });
}

/** A name that is free, and the image of what is selected. */
function runText(state: DashboardState): string {
  const image = state.place === 'images' ? selectedImage(state)?.name : undefined;
  const taken = new Set(state.containers.map(({ container }) => container.name));
  let number = 1;
  while (taken.has(`c${number}`)) number += 1;
  return `-it --keep ${image === undefined ? '' : `--image ${shortName(image)} `}c${number} sh`;
}
