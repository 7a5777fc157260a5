/** A table that is redrawn. */

import { Box, Text } from 'ink';

export interface TableViewProps {
  readonly lines: readonly string[];
  /** Rows of the terminal: a frame that fills it would take the scrollback away. */
  readonly rows: number;
}

export function TableView({ lines, rows }: TableViewProps) {
  const most = Math.max(2, rows - 3);
  const left = lines.length - most;
  return (
    <Box flexDirection="column">
      {lines.slice(0, most).map((line, index) => (
        // A line has no name of its own: it is its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Text key={index} wrap="truncate">
          {line}
        </Text>
      ))}
      {left > 0 && <Text>... and {left} more</Text>}
    </Box>
  );
}
