/** The mounts of a container as rows: those that it has of its own, and how many came from the host. Pure. */

import { namesOf } from '../../debug/state.ts';
import { type Change, short } from '../../snapshot/compare.ts';
import type { MountRow } from '../../snapshot/snapshot.ts';
import type { Sheet } from '../screen/layout.ts';
import { cells, type Line, line } from '../screen/text.ts';
import { visible } from '../visible.ts';
import { changeLine, type Parts, SIGN_LOOKS } from './change-lines.ts';
import type { ScreenState } from './state.ts';

interface Mounts {
  readonly own: readonly MountRow[];
  /** Those that came with the table, or went below the new root with it. */
  readonly inherited: readonly MountRow[];
}

function mountsOf({ debug, since, everything }: ScreenState): Mounts {
  const mounts = debug.now?.init?.mounts ?? [];
  const isOwn = ({ id, target }: MountRow) => everything || since.has(id) || target === '/';
  return { own: mounts.filter(isOwn), inherited: mounts.filter(mount => !isOwn(mount)) };
}

/** Those that no change tells of already. */
export function mountList(state: ScreenState, latest: readonly Change[]): readonly Line[] {
  const names = namesOf(state.debug.plan);
  const { own, inherited } = mountsOf(state);
  const told = new Set(latest.map(({ text }) => text.split('  ')[0]));
  return [
    ...own
      .map(mount => ({ target: short(mount.target, names), mount }))
      .filter(({ target }) => !told.has(target))
      .map(({ target, mount }) =>
        line(`  ${visible(cells([target, mount.type, access(mount), mount.propagation], [16, 8, 4]))}`),
      ),
    ...inheritedLine(inherited.length),
  ];
}

function inheritedLine(count: number): readonly Line[] {
  return count === 0 ? [] : [line(`  ${count} mounts of the host, unchanged  (a shows them)`, { dim: true })];
}

function access({ options }: MountRow): string {
  return options.split(',')[0] ?? '';
}

/** With ids, as the kernel lists them, and since which step they are there. */
export function mountTable(state: ScreenState, latest: readonly Change[], { columns, marks }: Sheet): Parts {
  const { debug, since } = state;
  const names = namesOf(debug.plan);
  const { own, inherited } = mountsOf(state);
  const before = new Set(debug.before?.init?.mounts.map(({ id }) => id));
  const isNew = ({ id }: MountRow) => before.size > 0 && !before.has(id);
  const left = Math.max(20, columns - 32);
  const widths = [5, 6, Math.ceil(left / 2), 8, Math.floor(left / 2), 4];
  const row = (texts: readonly string[]) => visible(cells(texts, widths, marks.cut));
  const mountLine = (mount: MountRow): Line => {
    const source = mount.root === '/' ? mount.source : `${mount.source}${mount.root}`;
    return [
      { text: isNew(mount) ? '+ ' : '  ', look: SIGN_LOOKS['+'] },
      {
        text: row([
          ...[String(mount.id), String(mount.parent), short(mount.target, names), mount.type],
          `${source} ${access(mount)} ${mount.propagation}`,
          String(since.get(mount.id) ?? '-'),
        ]),
      },
    ];
  };
  // A mount that is new stands in its row; what went, or moved, or came with its table, has none.
  const others = latest.filter(({ sign }) => sign !== '+' || before.size === 0);
  return {
    changed: [
      ...others.map(changeLine),
      line(`  ${row(['id', 'parent', 'target', 'type', 'source, options', 'step'])}`, { dim: true }),
      ...own.filter(isNew).map(mountLine),
    ],
    present: [...own.filter(mount => !isNew(mount)).map(mountLine), ...inheritedLine(inherited.length)],
  };
}
