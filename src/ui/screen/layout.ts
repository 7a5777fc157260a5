/** Parts of a screen, as rows of text: boxes with a title in their border, parts beside each other, lists that scroll. Pure. */

import type { Marks } from '../marks.ts';
import { columnsOf, fit, type Line, type Look, line, type Span, widthOf } from './text.ts';

/** What the terminal is like, for whatever is drawn in it. */
export interface Sheet {
  readonly columns: number;
  readonly rows: number;
  readonly marks: Marks;
}

export interface BoxOptions {
  /** In the upper border: " Plan ". */
  readonly title: Line | string;
  /** In the lower border, to the right: " 5/8 ". */
  readonly foot?: string | undefined;
  /** With the border. */
  readonly columns: number;
  readonly rows: number;
  /** What is in it; rows that do not fit are left out. */
  readonly lines: readonly Line[];
  /** The keys are for this one. */
  readonly focused?: boolean;
  readonly marks: Marks;
}

/** A box of exactly that size. */
export function box({
  title,
  foot,
  columns,
  rows,
  lines,
  focused = false,
  marks,
}: BoxOptions): readonly Line[] {
  const { border, cut } = marks;
  const look: Look = focused ? { colour: 'cyan', bold: true } : { dim: true };
  const inner = columns - 2;
  if (inner < 1 || rows < 2) return Array.from({ length: Math.max(0, rows) }, () => fit([], columns));
  const edge = (text: string): Span => ({ text, look });
  const name: Line =
    typeof title === 'string' ? [{ text: title, look: focused ? look : { bold: true } }] : title;
  const head: Line = widthOf(name) === 0 ? [] : [edge(`${border.horizontal} `), ...name, edge(' ')];
  const tail = foot === undefined || columnsOf(foot) + 4 > inner ? '' : ` ${foot} ${border.horizontal}`;
  const filled = (row: Line, end: string): Line => {
    const left = inner - widthOf(row) - columnsOf(end);
    return left < 0 ? fit(row, inner, cut) : [...row, edge(border.horizontal.repeat(left) + end)];
  };
  return [
    [edge(border.topLeft), ...filled(head, ''), edge(border.topRight)],
    ...Array.from({ length: rows - 2 }, (_, row) => [
      edge(border.vertical),
      ...fit([{ text: ' ' }, ...(lines[row] ?? [])], inner, cut),
      edge(border.vertical),
    ]),
    [edge(border.bottomLeft), ...filled([], tail), edge(border.bottomRight)],
  ];
}

/** Parts beside each other; each has rows of the same width, and the highest says how many there are. */
export function beside(...parts: readonly (readonly Line[])[]): readonly Line[] {
  const rows = Math.max(0, ...parts.map(part => part.length));
  const widths = parts.map(part => widthOf(part[0] ?? []));
  return Array.from({ length: rows }, (_, row) =>
    parts.flatMap((part, index) => part[row] ?? fit([], widths[index] ?? 0)),
  );
}

/** Exactly so many rows of exactly so many columns: what goes to a terminal. */
export function screenful(lines: readonly Line[], { columns, rows, marks }: Sheet): readonly Line[] {
  return Array.from({ length: rows }, (_, row) => fit(lines[row] ?? [], columns, marks.cut));
}

/** Which part of a list is seen, given what is selected: it stays away from the edges as long as there is more. */
export function windowOf(
  total: number,
  selected: number,
  rows: number,
): { readonly from: number; readonly to: number } {
  const most = Math.max(0, total - rows);
  const from = Math.min(most, Math.max(0, selected - Math.floor(rows / 2)));
  return { from, to: Math.min(total, from + Math.max(0, rows)) };
}

/** A part of a text that begins at a row; at the end there is no more than a screenful. */
export function scrolled<Row>(rows: readonly Row[], top: number, height: number): readonly Row[] {
  const from = Math.max(0, Math.min(top, rows.length - height));
  return rows.slice(from, from + Math.max(0, height));
}

/** A list with a selection, as rows; only what is seen is made, however long the list is. `row` makes one, without the pointer. */
export function list<Item>(
  items: readonly Item[],
  selected: number,
  { rows, columns, marks, row }: Sheet & { readonly row: (item: Item, index: number) => Line },
): readonly Line[] {
  const { from, to } = windowOf(items.length, selected, rows);
  return items.slice(from, to).map((item, offset) => {
    const index = from + offset;
    const text = row(item, index);
    if (index !== selected) return fit([{ text: '  ' }, ...text], columns, marks.cut);
    return fit([{ text: `${marks.pointer} ` }, ...text], columns, marks.cut).map(span => ({
      ...span,
      look: { ...span.look, inverse: true as const },
    }));
  });
}

/** Words in as many rows as they need, for the keys at the bottom: a group is never broken. */
export function flow(groups: readonly (readonly Span[])[], columns: number): readonly Line[] {
  const rows: Span[][] = [];
  for (const group of groups) {
    const last = rows.at(-1);
    const gap: Span = { text: '  ' };
    if (last !== undefined && widthOf(last) + 2 + widthOf(group) <= columns) last.push(gap, ...group);
    else rows.push([{ text: ' ' }, ...group]);
  }
  return rows;
}

/** "e exec": a key and what it does. */
export function keyHint(key: string, does: string): readonly Span[] {
  return [{ text: key, look: { bold: true } }, { text: ` ${does}` }];
}

/** An empty row. */
export const BLANK: Line = line('');
