/** What the terminal behind stderr can show. Decided from the environment before anything that guesses by itself (Ink, chalk) is loaded. */

/** 0: none; 1: 16 colours; 2: 256; 3: 16 million. As chalk counts. */
export type ColourLevel = 0 | 1 | 2 | 3;

export interface Capabilities {
  /** stderr is a terminal. */
  readonly terminal: boolean;
  /** A terminal on which lines can be redrawn: large enough, not dumb, not a CI log. */
  readonly redraws: boolean;
  readonly colour: ColourLevel;
  /** The locale's character set is UTF-8. */
  readonly unicode: boolean;
}

/** Smaller than this, in columns and rows, nothing is redrawn. */
const SMALLEST = { columns: 40, rows: 10 } as const;

/** Reads stderr's size and the environment: NO_COLOR, FORCE_COLOR, COLORTERM, TERM, CI, LC_ALL, LC_CTYPE, LANG. */
export function capabilities(
  stream: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Capabilities {
  const terminal = stream.isTTY === true;
  const dumb = (environment['TERM'] ?? 'dumb') === 'dumb';
  const ci = !['', 'false', '0'].includes(environment['CI'] ?? '');
  const fits = (stream.columns ?? 0) >= SMALLEST.columns && (stream.rows ?? 0) >= SMALLEST.rows;
  return {
    terminal,
    redraws: terminal && fits && !dumb && !ci,
    colour: colourLevel(terminal && !dumb, environment),
    unicode: /utf-?8/i.test(environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || ''),
  };
}

/** https://no-color.org: any value that is not empty. FORCE_COLOR as Node and chalk read it; NO_COLOR wins. */
function colourLevel(
  capable: boolean,
  environment: Readonly<Record<string, string | undefined>>,
): ColourLevel {
  if (environment['NO_COLOR']) return 0;
  switch (environment['FORCE_COLOR']) {
    case undefined:
      break;
    case '0':
    case 'false':
      return 0;
    case '2':
      return 2;
    case '3':
      return 3;
    default:
      return 1;
  }
  if (!capable) return 0;
  if (/^(truecolor|24bit)$/.test(environment['COLORTERM'] ?? '')) return 3;
  return environment['TERM']?.includes('256color') ? 2 : 1;
}
