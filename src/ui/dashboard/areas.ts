/** Where what is on the screen, by its size. Pure. */

import type { DashboardState } from './state.ts';

export type Shape =
  /** Containers and images above, layers and the panel below. */
  | 'large'
  /** Containers and layers above, the panel below. */
  | 'usual'
  /** One column: a list, and the panel below. */
  | 'narrow'
  /** Only where one is. */
  | 'small'
  /** Nothing can be shown. */
  | 'too small';

export interface Areas {
  readonly shape: Shape;
  /** Rows of the upper half and of the lower one, with borders. */
  readonly upper: number;
  readonly lower: number;
  /** Columns of what stands to the left above, and below; the rest is to the right. */
  readonly left: number;
  readonly lowerLeft: number;
  /** Rows and columns of the panel's text. */
  readonly panelRows: number;
  readonly panelColumns: number;
}

/** The first row is a heading; at the bottom are a message and the keys. */
export const HEAD = 1;
const FEET: Readonly<Record<Shape, number>> = { large: 3, usual: 3, narrow: 3, small: 2, 'too small': 0 };

export function areas({ columns, rows, opened }: Pick<DashboardState, 'columns' | 'rows' | 'opened'>): Areas {
  const shape = shapeOf(columns, rows);
  const body = Math.max(0, rows - HEAD - FEET[shape]);
  const upper =
    opened || shape === 'small' ? 0 : Math.max(5, Math.floor(body * (shape === 'large' ? 0.3 : 0.4)));
  const lower = shape === 'small' && !opened ? body : body - upper;
  const left = Math.floor(columns * (shape === 'large' ? 0.55 : 0.5));
  const lowerLeft = shape === 'large' && !opened ? Math.floor(columns * 0.33) : 0;
  return {
    ...{ shape, upper, lower, left, lowerLeft },
    // The last row of the panel is the command line that does the same.
    panelRows: Math.max(0, lower - 3),
    panelColumns: Math.max(0, columns - lowerLeft - 3),
  };
}

function shapeOf(columns: number, rows: number): Shape {
  if (columns < 30 || rows < 8) return 'too small';
  if (columns >= 110 && rows >= 30) return 'large';
  if (rows < 16) return 'small';
  return columns >= 72 ? 'usual' : 'narrow';
}
