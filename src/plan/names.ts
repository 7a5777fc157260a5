/** Names that users give to containers and images, and what is wrong with one. */

import { failed, ok, type PlanFailure, type Result } from './result.ts';

export const DEFAULT_IMAGE = 'base';

const CONTAINER = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const LONGEST = 63;
const IMAGE_PART = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/;
const LONGEST_TAG = 128;
/** Of a file's name, on all common file systems. */
const LONGEST_FILE = 255;

/** What is wrong with a container's name, or undefined. At most 63 characters, because it is the default hostname too. */
export function containerNameFailure(name: string): PlanFailure | undefined {
  const reason = nameProblem(name, CONTAINER);
  if (reason === undefined) return undefined;
  return {
    code: 'bad-name',
    status: 2,
    message: `${shown(name)} can not be a container's name: ${reason}.`,
    hint: 'Use letters, digits, "_", "." and "-", beginning with a letter or a digit, at most 63 characters: hello1.',
  };
}

/** An image's name with its tag made explicit ("debian" is "debian:latest"), or what is wrong with it. */
export function parseImageName(text: string): Result<string> {
  const colon = text.lastIndexOf(':');
  const [repository, tag] =
    colon > text.lastIndexOf('/') && colon >= 0
      ? [text.slice(0, colon), text.slice(colon + 1)]
      : [text, 'latest'];
  const [first = '', ...rest] = repository.split('/');
  // A registry may have a port.
  const parts = rest.length > 0 ? [first.replace(/:\d{1,5}$/, ''), ...rest] : [first];
  const problem =
    (text !== '' && parts.includes('') ? 'a part of it is empty' : undefined) ??
    parts.map(part => nameProblem(part, IMAGE_PART)).find(reason => reason !== undefined) ??
    tagProblem(tag) ??
    (recordFile(`${repository}:${tag}`).length > LONGEST_FILE
      ? 'it is too long for the name of a file'
      : undefined);
  if (problem === undefined) return ok(`${repository}:${tag}`);
  return failed({
    code: 'bad-image-name',
    status: 2,
    message: `${shown(text)} can not be an image's name: ${problem}.`,
    hint: 'Write NAME or NAME:TAG, with letters, digits, "_", "." and "-": debian or debian:12.',
  });
}

/** The file name of an image's record: "/" can't be part of one. */
export function recordFile(name: string): string {
  return `${name.replaceAll('/', '%2F')}.json`;
}

/** A value that came from outside, safe to print on a terminal: quoted, control characters escaped, not too long. */
export function shown(value: string): string {
  const text = JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.length > 120 ? `${text.slice(0, 116)}..."` : text;
}

/** The names most like `name`, nearest first, at most three: for "did you mean". */
export function nearNames(name: string, known: readonly string[]): readonly string[] {
  return known
    .map(candidate => ({ candidate, distance: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance: edits }) =>
        edits <= Math.max(1, Math.floor(Math.min(name.length, candidate.length) / 3)),
    )
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function tagProblem(tag: string): string | undefined {
  return nameProblem(tag, TAG, LONGEST_TAG)?.replace(/^it/, 'the tag after ":"');
}

function nameProblem(name: string, pattern: RegExp, longest = LONGEST): string | undefined {
  if (name === '') return 'it is empty';
  if (name.length > longest) return `it has ${name.length} characters, and ${longest} is the limit`;
  if (pattern.test(name)) return undefined;
  const first = [...name][0] ?? '';
  if (!pattern.test(first)) return `it begins with ${shown(first)}`;
  const odd = [...name].find(character => !/[a-zA-Z0-9_.-]/.test(character)) ?? '';
  return `it contains ${shown(odd)}`;
}

/** Edit distance in which two neighbours that changed places count as one slip: optimal string alignment. */
function distance(a: string, b: string): number {
  let above: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (above[j - 2] ?? 0) + 1 : substituted;
      next.push(Math.min(substituted, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    above = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
