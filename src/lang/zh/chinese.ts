/** The Simplified Chinese catalogues; docs/glossary-zh.md has their words. Functions, so that V8 compiles the texts only for those who read them. */

import type { Catalogue } from '../catalogue.ts';
import { exec } from './exec.ts';
import { files } from './files.ts';
import { imports } from './import.ts';
import { lesson } from './lesson.ts';
import { removal } from './removal.ts';
import { run } from './run.ts';
import { save } from './save.ts';
import { screen } from './screen.ts';

/** What plans say, by what they do; each key is in one part only. */
export const PLAN_PARTS: readonly (() => Catalogue)[] = [run, exec, imports, save, files, removal, lesson];

export function chinesePlans(): Catalogue {
  return Object.assign({}, ...PLAN_PARTS.map(part => part())) as Catalogue;
}

/** What is said around them: in a sentence that has a plan's summary in it, the summary's own key must not be found. */
export const chineseScreens: () => Catalogue = screen;
