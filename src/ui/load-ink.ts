/** Ink, told beforehand what it would guess: chalk decides about colours while it is loaded, by stdout, and Ink draws nothing when it believes to be in CI. */

import process from 'node:process';
import type { ColourLevel } from './capabilities.ts';
import { loadLiveView } from './load-live-view.ts';

export type Ink = typeof import('./live-view.tsx');

export function loadInk(colour: ColourLevel): Promise<Ink> {
  process.env['FORCE_COLOR'] = String(colour);
  process.env['CI'] = 'false';
  return loadLiveView();
}
