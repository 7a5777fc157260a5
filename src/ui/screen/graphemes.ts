/** A text in what a reader takes for its characters: a letter with its accents, an emoji with its colour. Pure. */

const SEGMENTER = new Intl.Segmenter();

export function* graphemes(text: string): Iterable<string> {
  // What names, paths and commands usually are needs no look at tables.
  if (/^[\u0020-\u007e]*$/.test(text)) yield* text;
  else for (const { segment } of SEGMENTER.segment(text)) yield segment;
}
