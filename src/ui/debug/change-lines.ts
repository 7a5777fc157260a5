/** A change as a row, and the two parts that a panel's rows are in. Pure. */

import type { Change } from '../../snapshot/compare.ts';
import type { Line, Look } from '../screen/text.ts';
import { visible } from '../visible.ts';

export const SIGN_LOOKS: Readonly<Record<Change['sign'], Look>> = {
  '+': { colour: 'green' },
  '-': { colour: 'red' },
  '~': { colour: 'yellow' },
};

export interface Parts {
  /** What is another than before, with its sign. */
  readonly changed: readonly Line[];
  /** What is there besides. */
  readonly present: readonly Line[];
}

export function changeLine({ sign, text }: Change): Line {
  return [{ text: `${sign} `, look: SIGN_LOOKS[sign] }, { text: visible(text) }];
}
