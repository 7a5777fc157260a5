/** From rows of a screen to what a terminal gets, by Ink. Loaded only with it. */

import { renderToString } from 'ink';
import type { ReactNode } from 'react';
import { LinesView } from './lines-view.tsx';
import type { Line } from './text.ts';

/** Rows that have not changed are not drawn again: Ink takes some 15 ms for a screenful of 24, and 40 for one of 60. */
export class RowPainter {
  readonly #unicode: boolean;
  #painted: ReadonlyMap<string, string> = new Map();

  constructor(unicode: boolean) {
    this.#unicode = unicode;
  }

  /** The rows with their colours; all of them as wide as `columns` at most. */
  paint(lines: readonly Line[], columns: number): readonly string[] {
    const keys = lines.map(row => JSON.stringify(row));
    const fresh = new Map<string, Line>();
    for (const [index, key] of keys.entries()) {
      const row = lines[index];
      if (row !== undefined && !this.#painted.has(key)) fresh.set(key, row);
    }
    const drawn = paintedRows(
      <LinesView lines={[...fresh.values()]} unicode={this.#unicode} />,
      columns,
      fresh.size,
    );
    const added = [...fresh.keys()].map((key, index) => [key, drawn[index] ?? ''] as const);
    const all = new Map([...this.#painted, ...added]);
    this.#painted = new Map(keys.map(key => [key, all.get(key) ?? '']));
    return keys.map(key => this.#painted.get(key) ?? '');
  }
}

function paintedRows(view: ReactNode, columns: number, rows: number): readonly string[] {
  return rows === 0 ? [] : renderToString(view, { columns }).split('\n');
}
