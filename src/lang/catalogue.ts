/**
 * Texts in another language, found by the English ones. Where a text has a part that differs, its key has a placeholder: `{name}` for what stays as it is (a path, a
 * number), `{@name}` for what is a text of its own, or nothing: it is looked up as well.
 */

/** English to the other language. A key is a whole text of a plan or of a screen. */
export type Catalogue = Readonly<Record<string, string>>;

export interface Found {
  readonly text: string;
  /** The keys that it was made of. */
  readonly keys: readonly string[];
}

/** A text in the other language; undefined when the catalogue has no key for it, or none for a part of it. */
export type LookUp = (english: string) => Found | undefined;

interface Template {
  readonly key: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** How many characters of it are fixed. */
  readonly fixed: number;
}

const PLACEHOLDER = /\{(@?[a-z]+)\}/g;

/** The placeholders of a text, in alphabetical order. */
export function placeholders(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name).sort();
}

/** Looks texts up: a key that is the text counts before one with placeholders, and of these the one with the longest fixed part. */
export function lookUpIn(catalogue: Catalogue): LookUp {
  const templates = Object.keys(catalogue)
    .filter(key => placeholders(key).length > 0)
    .map(template)
    .sort((one, other) => other.fixed - one.fixed);
  const lookUp: LookUp = english => {
    if (Object.hasOwn(catalogue, english)) return { text: catalogue[english] ?? '', keys: [english] };
    for (const { key, pattern, names } of templates) {
      const match = pattern.exec(english);
      const found = match === null ? undefined : filled(key, names, match.slice(1));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  /** The translation of a key with its placeholders filled; undefined when one of them is a text that is not in the catalogue. */
  const filled = (key: string, names: readonly string[], values: readonly string[]): Found | undefined => {
    const parts = new Map<string, Found>();
    for (const [index, name] of names.entries()) {
      const value = values[index] ?? '';
      const part = name.startsWith('@') && value !== '' ? lookUp(value.trim()) : { text: value, keys: [] };
      if (part === undefined) return undefined;
      parts.set(name, part);
    }
    return {
      text: (catalogue[key] ?? '').replaceAll(PLACEHOLDER, (_, name: string) => parts.get(name)?.text ?? ''),
      keys: [key, ...[...parts.values()].flatMap(part => part.keys)],
    };
  };
  return lookUp;
}

function template(key: string): Template {
  const names = [...key.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const fixed = key.split(PLACEHOLDER).filter((_, index) => index % 2 === 0);
  const source = fixed
    .map(text => text.replaceAll(/[\\^$.|?*+()[\]{}]/g, '\\$&'))
    .reduce((all, text, index) => `${all}${names[index - 1]?.startsWith('@') ? '(.*?)' : '(.+?)'}${text}`);
  return { key, names, pattern: new RegExp(`^${source}$`, 's'), fixed: fixed.join('').length };
}
