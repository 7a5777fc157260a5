/** Ink at work on stderr. This module, and with it Ink and React, is loaded only when something has to be redrawn. */

import { PassThrough, Writable } from 'node:stream';
import { render, renderToString } from 'ink';
import type { ReactNode } from 'react';
import type { Write } from './reporter.ts';

export { dashboard } from './dashboard/view.ts';
export { debugScreen } from './debug/view.ts';
export { screenful } from './screen/layout.ts';
export { RowPainter } from './screen/row-painter.tsx';
export { TableView } from './table-view.tsx';
export { CleanupView, Ending, finishedRows, RunView } from './views.tsx';

/** The size of a terminal, and word when it changes. Where it is none, as when a file is made, Ink leaves the cursor alone. */
export type Screen = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'rows'> &
  Pick<NodeJS.EventEmitter, 'on' | 'off'>;

export interface LiveView {
  update(view: ReactNode): void;
  /** Takes the view off: what is live is erased, what is static stays. Nothing of Ink is left listening. */
  remove(): void;
}

/** The cursor stays: after Ctrl-Z or kill -9 nobody would bring it back. See console_codes(4). */
const HIDE_CURSOR = '\u001b[?25l';

/** Shows a view that can be redrawn below the cursor, at most `fps` times in a second. */
export function showLive(view: ReactNode, stream: Screen, write: Write, fps = 30): LiveView {
  let shown = true;
  const instance = render(view, {
    stdout: output(stream, text => shown && write(text)),
    // Never our stdin: once Node has begun to read it, it takes the container's first keys.
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    exitOnCtrlC: false,
    maxFps: fps,
    patchConsole: false,
  });
  return {
    update: instance.rerender,
    remove() {
      instance.clear();
      // Ink's farewell would bring the last frame back.
      shown = false;
      instance.unmount();
      instance.cleanup();
    },
  };
}

/** A view as text with its colours, for what is printed once and stays. */
export function viewText(view: ReactNode, columns: number): string {
  return renderToString(view, { columns });
}

/** Ink's idea of a terminal: the size of the real one, writing through us. */
function output(stream: Screen, write: Write): NodeJS.WriteStream {
  const proxy = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      write(String(chunk).replaceAll(HIDE_CURSOR, ''));
      done();
    },
  });
  Object.defineProperties(proxy, {
    isTTY: { value: stream.isTTY },
    columns: { get: () => stream.columns },
    rows: { get: () => stream.rows },
  });
  const resized = () => proxy.emit('resize');
  proxy.on('newListener', name => {
    if (name === 'resize' && proxy.listenerCount('resize') === 0) stream.on('resize', resized);
  });
  proxy.on('removeListener', name => {
    if (name === 'resize' && proxy.listenerCount('resize') === 0) stream.off('resize', resized);
  });
  return proxy as unknown as NodeJS.WriteStream;
}
