/** A recording as a file for others. */

import { extname } from 'node:path';
import type { Recording } from '../record/read.ts';
import { asciicast } from './asciicast.ts';
import { plainReporter } from './plain.ts';
import { play, type Timing } from './player.ts';
import { recordingHtml } from './recording-html.ts';
import { recordingMarkdown } from './recording-markdown.ts';

export const EXPORT_FORMATS = ['asciicast', 'md', 'html', 'text'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const BY_EXTENSION: Readonly<Record<string, ExportFormat>> = {
  '.cast': 'asciicast',
  '.md': 'md',
  '.html': 'html',
  '.htm': 'html',
  '.markdown': 'md',
  '.txt': 'text',
};

/** What a file's name says that it is to be. */
export function formatOfFile(name: string): ExportFormat | undefined {
  const extension = extname(name).toLowerCase();
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
}

/** The file's text. Only an asciicast has times. */
export async function exported(recording: Recording, format: ExportFormat, timing: Timing): Promise<string> {
  switch (format) {
    case 'asciicast':
      return asciicast(recording, timing);
    case 'md':
      return recordingMarkdown(recording);
    case 'html':
      return recordingHtml(recording);
    case 'text':
      return sentences(recording, timing);
  }
}

/** What `--progress plain` says. */
async function sentences(recording: Recording, timing: Timing): Promise<string> {
  let text = '';
  await play(recording, timing, {
    open: () =>
      plainReporter(more => {
        text += more;
      }),
    pause: () => Promise.resolve(),
  });
  return text;
}
