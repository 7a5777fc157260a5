/** What a word of a help text stands for, as it is on this machine: names of containers and images, steps, files. */

import { constants } from 'node:os';
import process from 'node:process';
import { UserError } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { filesIn, listImages, shortName } from '../host/images.ts';
import { listOperations } from '../host/operations.ts';
import { type StorePaths, storePaths, storeRoot } from '../host/store-paths.ts';
import { LANGUAGES } from '../lang/choose-language.ts';
import { examplePlan } from '../plan/example.ts';
import { LESSON_NAMES } from '../plan/lessons.ts';
import { SHELLS } from '../ui/completion-scripts.ts';

export interface Candidate {
  /** One that ends with ":" is continued without a space. */
  readonly text: string;
  readonly description?: string;
}

export interface Candidates {
  readonly values: readonly Candidate[];
  /** What the shell is to add by itself. */
  readonly paths?: 'files' | 'directories';
}

/** Formats and modes; which of them an option takes, its description says. */
const CHOICES =
  /\b(?<!-)(auto|tty|plain|json|quiet|sh|table|text|asciicast|md|html|docker-archive|oci-archive|oci-dir|oci)\b(?!-)/g;

/** Verbs whose NAME must not be there yet. */
const NEW_NAME: ReadonlySet<string> = new Set(['run', 'create']);

/** Verbs whose STEP is one of a run. */
const RUN_STEPS: ReadonlySet<string> = new Set(['run', 'explain']);

const NONE: Candidates = { values: [] };

/** What can stand for a help text's word in a command line of the verb. What does not begin as `current` does may be among it. */
export async function candidatesFor(
  verb: string,
  { word, description }: { readonly word: string; readonly description: string },
  current: string,
): Promise<Candidates> {
  switch (word) {
    case 'NAME':
    case 'CONTAINER':
      return NEW_NAME.has(verb) ? NONE : containers();
    case 'IMAGE':
    case 'IMAGE:TAG':
    case 'NAME:TAG':
    case 'REFERENCE':
      return images(current);
    case 'NAME|IMAGE':
      return { values: [...containers().values, ...images(current).values] };
    case 'NAME:PATH':
    case 'NAME:SOURCE':
    case 'NAME:TARGET':
      return { values: containers().values.map(({ text }) => ({ text: `${text}:` })) };
    case 'VERB':
      return { values: (await import('./candidates.ts')).verbNames() };
    case 'SHELL':
      return { values: SHELLS.map(text => ({ text })) };
    case 'LESSON':
      return { values: LESSON_NAMES.map(text => ({ text })) };
    case 'LANG':
      return { values: LANGUAGES.map(text => ({ text })) };
    case 'STEP':
      return RUN_STEPS.has(verb) ? steps() : NONE;
    case 'FORMAT':
    case 'MODE':
      return { values: [...new Set(description.match(CHOICES))].map(text => ({ text })) };
    case 'ID':
      return { values: [{ text: 'show' }, ...operations('').values] };
    case 'FILE|@ID':
      return current.startsWith('@') ? operations('@') : FILES;
    case 'SIGNAL':
      return { values: Object.keys(constants.signals).map(text => ({ text })) };
    case 'DIR':
      return { values: [], paths: 'directories' };
    // A path of a container: "c1:/etc".
    case 'SOURCE':
    case 'TARGET':
      return current.includes(':') ? NONE : FILES;
    case 'ARCHIVE':
    case 'ARG':
    case 'COMMAND':
    case 'FILE':
    case 'PATH':
    case 'PROG':
      return FILES;
    default:
      if (/^[a-z]/.test(word)) return { values: [{ text: word }] };
      return word.startsWith('HOST-PATH') ? FILES : NONE;
  }
}

const FILES: Candidates = { values: [], paths: 'files' };

function containers(): Candidates {
  return inStore(paths => filesIn(paths.containers));
}

/** With the tag that goes without saying once somebody begins to type one. */
function images(current: string): Candidates {
  return inStore(paths =>
    listImages(paths).map(({ name }) => (current.includes(':') ? name : shortName(name))),
  );
}

function operations(before: string): Candidates {
  return inStore(paths => listOperations(paths).map(({ id }) => `${before}${id}`));
}

/** None when the store can not be read: completion is no place to say so. */
function inStore(list: (paths: StorePaths) => readonly string[]): Candidates {
  try {
    return { values: list(storePaths(storeRoot(process.getuid?.() === 0))).map(text => ({ text })) };
  } catch (error) {
    if (error instanceof UserError) return NONE;
    throw error;
  }
}

function steps(): Candidates {
  return {
    values: examplePlan(probeFacts()).steps.map(({ id, title }) => ({ text: id, description: title })),
  };
}
