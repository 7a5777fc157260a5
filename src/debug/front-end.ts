/** What the debugger asks of whoever shows it: the line prompt (line-prompt.ts), or the screen. */

import type { Command } from './command.ts';
import type { DebugEvent, DebugState } from './state.ts';

export interface DebugFrontEnd {
  /**
   * What the person wants next; `state.stop` says why it is asked. Settles soon after `stopped` is aborted, with whatever: nobody listens any more.
   * Asked again at once after a command that does not lead on; then `state.message` has what there is to say.
   */
  ask(state: DebugState, stopped: AbortSignal): Promise<Command>;
  /** Called after each event, with the state that it led to. */
  show(state: DebugState, event: DebugEvent): void;
  /** Somebody else gets the terminal: a shell, or the container. When it resolves, nothing reads from it or writes to it. */
  handOver(): Promise<void>;
  /** It is ours again. Also called when it was never handed over. */
  takeBack(): Promise<void>;
  /** Something that no event tells. Without it, it is printed. */
  say?(text: string): void;
  /** Everything has been shown. */
  close(state: DebugState): Promise<void>;
}
