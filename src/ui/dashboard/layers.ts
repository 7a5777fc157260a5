/** The layers of the selected container: what it sees, and what that is made of. Pure. */

import type { ContainerLook } from '../../host/container-look.ts';
import { shortName } from '../../host/images.ts';
import type { Sheet } from '../screen/layout.ts';
import { fitText, type Line, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import type { DashboardState } from './state.ts';
import { changeCountText } from './text.ts';

/** Topmost first, as reads fall through them. */
export function layerLines(
  state: DashboardState,
  look: ContainerLook | undefined,
  { rows, columns, marks }: Sheet,
): readonly Line[] {
  if (look === undefined) return [];
  const { container } = look;
  const count = state.counts.get(container.name);
  const row = (kind: string, name: string, mode: string, rest: string, colour?: 'green'): Line => [
    { text: `  ${fitText(kind, 7)} `, look: { bold: true } },
    { text: `${fitText(visible(name), Math.max(6, Math.min(18, columns - 26)), marks.cut)} ` },
    { text: `${mode}  `, look: { dim: true } },
    { text: rest, ...(colour === undefined ? {} : { look: { colour } }) },
  ];
  const changes = count === undefined ? '' : changeCountText(count);
  const upper = row('upper', container.name, 'rw', changes === '0' ? 'empty' : changes, 'green');
  const frozen = container.frozen
    .toReversed()
    .map(link => row('frozen', link, 'ro', sharedText(state, link)));
  const lower = container.layers
    .toReversed()
    .map(link => row('lower', digestOf(state, link) ?? link, 'ro', sharedText(state, link)));
  const all = [
    line(
      `merged  what ${look.status.type === 'running' ? '' : 'a start of '}${visible(container.name)} sees`,
    ),
    upper,
    ...frozen,
    ...lower,
  ];
  const image = container.image === undefined ? [] : [line(`image   ${visible(shortName(container.image))}`)];
  const room = rows - image.length;
  if (all.length <= room) return [...all, ...image];
  const hidden = all.length - room + 1;
  return [...all.slice(0, room - 1), line(`  and ${hidden} layers below`, { dim: true }), ...image];
}

/** Who else stands on it. */
function sharedText({ containers }: DashboardState, link: string): string {
  const users = containers.filter(
    ({ container }) => container.layers.includes(link) || container.frozen.includes(link),
  );
  return users.length > 1 ? `shared by ${users.length}` : '';
}

/** The beginning of its digest, if an image has it. */
function digestOf({ images }: DashboardState, link: string): string | undefined {
  for (const { layers } of images)
    for (const layer of layers) if (layer.link === link) return layer.digest.slice(0, 12);
  return undefined;
}
