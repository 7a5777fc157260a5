/** The Simplified Chinese catalogue; docs/glossary-zh.md has its words. Functions, so that V8 compiles the texts only for those who read them. */

import type { Catalogue } from '../catalogue.ts';
import { exec } from './exec.ts';
import { files } from './files.ts';
import { imports } from './import.ts';
import { removal } from './removal.ts';
import { run } from './run.ts';
import { save } from './save.ts';

/** By what they are about; each key is in one part only. */
export const PARTS: readonly (() => Catalogue)[] = [run, exec, imports, save, files, removal];

export function chinese(): Catalogue {
  return Object.assign({}, ...PARTS.map(part => part())) as Catalogue;
}
