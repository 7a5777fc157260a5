/** What is undone, newest first, and what is left of the container then: during the end, and when all is over. Pure. */

import { leftLines } from '../../debug/text.ts';
import { undoText } from '../../plan/display.ts';
import { duration } from '../messages.ts';
import type { UndoProgress } from '../progress.ts';
import { count } from '../progress.ts';
import { BLANK, box, type Sheet } from '../screen/layout.ts';
import { fit, type Line, type Look, line, wrapText } from '../screen/text.ts';
import { cleanedUpSentence, failedSentence } from '../summary.ts';
import { visible } from '../visible.ts';
import type { ScreenState } from './state.ts';

const LOOKS: Readonly<Record<UndoProgress['status'], Look>> = {
  'to do': { dim: true },
  running: { colour: 'cyan' },
  undone: { colour: 'green' },
  'undo failed': { colour: 'red', bold: true },
};

/** The last sentence about a plan, which stays when the screen is gone. */
export function lastSentence({ debug: { progress } }: ScreenState): string {
  return progress.outcome?.type === 'succeeded' ? cleanedUpSentence(progress) : failedSentence(progress);
}

export function undoBox(state: ScreenState, sheet: Sheet): readonly Line[] {
  const { columns, rows, marks } = sheet;
  const { progress } = state.debug;
  const width = columns - 4;
  const done = count(progress.undos, 'undone');
  return box({
    title: 'Undo, newest first',
    foot: `${done}/${progress.undos.length}`,
    columns,
    rows,
    lines: [...progress.undos.flatMap(row => undoLines(row, width, sheet)), BLANK, ...remains(state, width)],
    marks,
  });
}

function undoLines(
  { step, status, milliseconds, reason }: UndoProgress,
  width: number,
  { marks }: Sheet,
): readonly Line[] {
  const time = milliseconds === undefined ? status : duration(milliseconds);
  const left: Line = [
    { text: `${marks.status[status]} `, look: LOOKS[status] },
    { text: visible(undoText(step)) },
  ];
  return [
    [...fit(left, width - time.length - 1, marks.cut), { text: ` ${time}`, look: { dim: true } }],
    ...(reason === undefined
      ? []
      : wrapText(`  ${visible(reason)}`, width).map(text => line(text, { colour: 'red' }))),
  ];
}

/** Counted at the last look, and not concluded from the undos. */
function remains({ debug, notes }: ScreenState, width: number): readonly Line[] {
  const { first, now, left, progress } = debug;
  if (first === undefined || now === undefined) return [];
  const row = (what: string, before: number, after: number) =>
    line(`  ${what.padEnd(28)}${String(before).padStart(6)}${String(after).padStart(6)}`);
  const told =
    left === undefined
      ? []
      : left.length === 0
        ? wrapText('Nothing is left: the machine is as it was before step 1.', width).map(text =>
            line(text, { bold: true }),
          )
        : leftLines(debug).map(text => line(visible(text)));
  const more = [...notes, ...(progress.status === undefined ? [] : [endOf(progress.status)])];
  return [
    ...told,
    ...more.flatMap(text => wrapText(visible(text), width)).map(text => line(text)),
    ...(told.length + more.length === 0 ? [] : [BLANK]),
    line(`${'On the machine'.padEnd(30)}${'before'.padStart(6)}${'now'.padStart(6)}`, { bold: true }),
    row('mounts of the host', first.host.mounts, now.host.mounts),
    row('mounts of the container', first.init?.mounts.length ?? 0, now.init?.mounts.length ?? 0),
    row('processes of the container', first.init?.processes.length ?? 0, now.init?.processes.length ?? 0),
    row('files in $C', first.directory.length, now.directory.length),
    row('files in the writable layer', first.upper.length, now.upper.length),
  ];
}

function endOf(status: number): string {
  return `The command ended with exit status ${status}.`;
}
