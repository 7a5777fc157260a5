/** The containers and the images. Only the rows that are seen are made, however many there are. Pure. */

import type { ContainerLook } from '../../host/container-look.ts';
import { shortName } from '../../host/images.ts';
import type { ImageRecord } from '../../plan/image/image.ts';
import { commandText } from '../container-text.ts';
import { box, list, type Sheet } from '../screen/layout.ts';
import { fit, fitText, type Line, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { type DashboardState, shownContainers } from './state.ts';
import { changeCountText, shortSpan, stateSpan, troubleOf } from './text.ts';

/** Columns of what is not the name. */
const STATE = 13;
const PID = 8;
const CHANGES = 9;
const IMAGE = 14;

export function containerBox(state: DashboardState, { columns, rows, marks }: Sheet): readonly Line[] {
  const looks = shownContainers(state);
  const width = columns - 4;
  const withImage = width >= 58;
  const withPid = width >= 42;
  // The pointer takes two.
  const rest = STATE + CHANGES + (withPid ? PID : 0) + (withImage ? IMAGE : 0);
  const name = Math.max(6, width - 2 - rest);
  const row = (look: ContainerLook): Line => {
    const span = stateSpan(look, state.now, marks);
    const { container, status } = look;
    const count = state.counts.get(container.name);
    return [
      { text: `${fitText(visible(container.name), name - 1, marks.cut)} ` },
      ...(withImage
        ? [{ text: `${fitText(visible(shortName(container.image ?? '')), IMAGE - 1, marks.cut)} ` }]
        : []),
      ...fit([span], STATE, marks.cut),
      ...(withPid ? [{ text: fitText(status.type === 'running' ? String(status.init.pid) : '', PID) }] : []),
      { text: count === undefined ? '' : changeCountText(count) },
    ];
  };
  const heading = [
    fitText('NAME', name),
    withImage ? fitText('IMAGE', IMAGE) : '',
    fitText('STATUS', STATE),
    withPid ? fitText('PID', PID) : '',
    'CHANGES',
  ].join('');
  const trouble = rows >= 8 ? looks.map(troubleOf).find(text => text !== undefined) : undefined;
  const inner = rows - 2 - (trouble === undefined ? 1 : 2);
  const selected = looks.findIndex(({ container }) => container.name === state.container);
  const found = list(looks, selected, { columns: width, rows: inner, marks, row });
  const filled = [...found, ...Array.from({ length: Math.max(0, inner - found.length) }, () => line(''))];
  return box({
    title: `Containers (${looks.length}${state.filter === '' ? '' : `, filter ${visible(state.filter)}`})`,
    foot: looks.length > inner ? `${selected + 1}/${looks.length}` : undefined,
    columns,
    rows,
    lines: [
      line(`  ${heading}`, { dim: true }),
      ...(looks.length === 0 ? [line(emptySentence(state))] : filled),
      ...(trouble === undefined ? [] : [line(`! ${visible(trouble)}`, { colour: 'yellow' })]),
    ],
    focused: state.place === 'containers',
    marks,
  });
}

function emptySentence({ known, containers }: DashboardState): string {
  if (!known) return '';
  return containers.length === 0 ? 'There is none. r runs one.' : 'The filter lets none through.';
}

export function imageBox(state: DashboardState, { columns, rows, marks }: Sheet): readonly Line[] {
  const { images, containers, now } = state;
  const width = columns - 4;
  const name = Math.max(8, Math.min(30, width - 26));
  const row = (image: ImageRecord): Line => {
    const links = new Set(image.layers.map(({ link }) => link));
    const users = containers
      .filter(({ container }) => container.layers.some(link => links.has(link)))
      .map(({ container }) => visible(container.name));
    const age = now - Date.parse(image.created);
    return [
      { text: fitText(visible(shortName(image.name)), name - 1, marks.cut) },
      { text: ` ${fitText(String(image.layers.length), 7)}` },
      { text: fitText(Number.isNaN(age) ? '' : shortSpan(age), 5, marks.cut) },
      { text: users.length > 3 ? `${users.length} containers` : users.join(' ') },
    ];
  };
  const selected = images.findIndex(image => image.name === state.image);
  const selectedRecord = images[selected];
  const command = selectedRecord?.config.Cmd;
  const entries = list(images, selected, { columns: width, rows: rows - 3, marks, row });
  return box({
    title: `Images (${images.length})`,
    foot: command === undefined ? undefined : `runs ${commandText(command, false)}`,
    columns,
    rows,
    lines: [
      line(`  ${fitText('NAME', name)}${fitText('LAYERS', 7)}${fitText('AGE', 5)}USED BY`, {
        dim: true,
      }),
      ...(images.length === 0
        ? [line('There is none. r makes one, of the tools of this machine.')]
        : entries),
    ],
    focused: state.place === 'images',
    marks,
  });
}
