/** The smallest parts of the views: one line of text, one mark. */

import { Text } from 'ink';
import type { ReactNode } from 'react';
import type { StepStatus } from './progress.ts';

const COLOURS: Readonly<Record<StepStatus, string | undefined>> = {
  'to do': undefined,
  running: 'cyan',
  done: 'green',
  failed: 'red',
  undone: 'yellow',
  'undo failed': 'red',
  skipped: undefined,
};

/** A mark in the colour of its state. */
export function StatusText({
  status,
  text,
}: {
  readonly status: StepStatus;
  readonly text: string;
}): ReactNode {
  const colour = COLOURS[status];
  return (
    <Text
      bold={status === 'undo failed'}
      {...(colour === undefined ? { dimColor: true } : { color: colour })}
    >
      {text}
    </Text>
  );
}

/** Exactly one line: what does not fit is cut off. */
export function Line({
  children,
  bold = false,
  dim = false,
}: {
  readonly children: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
}): ReactNode {
  return (
    <Text wrap="truncate-end" bold={bold} dimColor={dim}>
      {children}
    </Text>
  );
}
