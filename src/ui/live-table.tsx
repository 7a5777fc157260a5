/** A table on stdout, again and again: redrawn on a terminal that can, one after the other elsewhere. */

import process from 'node:process';
import { capabilities } from './capabilities.ts';
import type { LiveView } from './live-view.tsx';
import { type Ink, loadInk } from './load-ink.ts';

export interface LiveTable {
  show(text: string): void;
  /** What was shown last stays. */
  end(): void;
}

/** With `redraws` false, or without a terminal, each text follows the one before, and Ink is not loaded. */
export async function openLiveTable(redraws: boolean): Promise<LiveTable> {
  const able = capabilities(process.stdout, process.env);
  if (!redraws || !able.redraws)
    return {
      show: text => void process.stdout.write(text),
      end: () => undefined,
    };
  return new Redrawn(await loadInk(able.colour));
}

class Redrawn implements LiveTable {
  readonly #ink: Ink;
  #live: LiveView | undefined;
  #text = '';

  constructor(ink: Ink) {
    this.#ink = ink;
  }

  show(text: string): void {
    this.#text = text;
    const { TableView, showLive } = this.#ink;
    const view = <TableView lines={text.trimEnd().split('\n')} rows={process.stdout.rows || 24} />;
    if (this.#live === undefined)
      this.#live = showLive(view, process.stdout, frame => void process.stdout.write(frame));
    else this.#live.update(view);
  }

  end(): void {
    this.#live?.remove();
    process.stdout.write(this.#text);
  }
}
