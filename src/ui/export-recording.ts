/** A recording as a file for others. */

import { extname } from 'node:path';
import type { Language } from '../lang/choose-language.ts';
import { localizedEvent } from '../lang/localized.ts';
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

/** The file's text, with the plans' texts in the language. Only an asciicast has times. */
export async function exported(
  recording: Recording,
  format: ExportFormat,
  timing: Timing,
  language: Language = 'en',
): Promise<string> {
  switch (format) {
    case 'asciicast':
      return asciicast(recording, timing, language);
    case 'md':
      return recordingMarkdown(inLanguage(recording, language));
    case 'html':
      return recordingHtml(inLanguage(recording, language));
    case 'text':
      return sentences(recording, timing, language);
  }
}

/** The recording with the plans' texts in the language; the words around them stay English. */
function inLanguage(recording: Recording, language: Language): Recording {
  const lines = recording.lines.map(line => {
    const { event } = line;
    return event.type === 'message' || event.type === 'continued'
      ? line
      : { ...line, event: localizedEvent(event, language) };
  });
  return { ...recording, lines };
}

/** What `--progress plain` says. */
async function sentences(recording: Recording, timing: Timing, language: Language): Promise<string> {
  let text = '';
  await play(recording, timing, {
    open: () =>
      plainReporter(more => {
        text += more;
      }, language),
    pause: () => Promise.resolve(),
  });
  return text;
}
