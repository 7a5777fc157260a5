/** A failed step: what was executed, what it said, what commonly goes wrong there. */

import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import type { StepFailure } from '../events.ts';
import type { Translate } from '../plan/translate.ts';
import { endingSentence } from './messages.ts';
import type { StepProgress } from './progress.ts';
import { visible, visibleLines } from './visible.ts';

/** The most of a command's stderr that is shown, in lines; the last ones count. */
const LINES = 8;

export function FailureDetails({
  row: { step },
  failure,
  say,
}: {
  readonly row: StepProgress;
  readonly failure: StepFailure;
  readonly say: Translate;
}): ReactNode {
  const said = failure.stderr.trim() === '' ? [] : visibleLines(failure.stderr);
  const lines = [
    `$ ${visible(failure.command)}`,
    ...(said.length > LINES ? [say(`(${said.length - LINES} lines before)`)] : []),
    ...said.slice(-LINES),
    say(failure.onPurpose ? 'It was made to fail on purpose (--fail-at).' : endingSentence(failure)),
  ];
  // What often goes wrong is worth a word only as long as nobody knows what did.
  const known = failure.onPurpose || failure.diagnosis ? undefined : step.pitfalls[0];
  return (
    <Box flexDirection="column" paddingLeft={5}>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change their order
        <Text key={index}>{line}</Text>
      ))}
      {known !== undefined && <Text>{`${say('Often')}  ${visible(known)}`}</Text>}
    </Box>
  );
}
