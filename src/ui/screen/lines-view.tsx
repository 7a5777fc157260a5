/** Rows of a screen, drawn by Ink. */

import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import { asciiColumns, type Line, type Look, plainText } from './text.ts';

/** Each row is exactly one row of the terminal. `unicode`: whether the terminal can show more than ASCII. */
export function LinesView({
  lines,
  unicode,
}: {
  readonly lines: readonly Line[];
  readonly unicode: boolean;
}): ReactNode {
  return (
    <Box flexDirection="column">
      {lines.map((row, index) => (
        // A row has no name of its own: it is its place. An empty text would have no height.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Text key={index} wrap="truncate">
          {plainText(row) === '' ? ' ' : ''}
          {row.map(({ text, look }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same
            <Text key={place} {...textProps(look)}>
              {unicode ? text : asciiColumns(text)}
            </Text>
          ))}
        </Text>
      ))}
    </Box>
  );
}

function textProps({ colour, bold, dim, inverse }: Look = {}) {
  return {
    ...(colour === undefined ? {} : { color: colour }),
    bold: bold ?? false,
    dimColor: dim ?? false,
    inverse: inverse ?? false,
  };
}
