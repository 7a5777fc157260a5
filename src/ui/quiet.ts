/** Nothing but what went wrong. */

import { messageText } from './messages.ts';
import type { Reporter, Write } from './reporter.ts';
import { discardedSentence } from './summary.ts';

/** `notes`: also what the user should know although nothing went wrong, and what a signal led to. */
export function quietReporter(write: Write, { notes }: { readonly notes: boolean }): Reporter {
  return {
    ...(notes ? {} : { errorsOnly: true }),
    emit(event) {
      if (!notes) return;
      if (event.type === 'note') write(messageText({ kind: 'note', text: event.text }));
      if (event.type === 'interrupted') write(`tinydocker: ${event.signal}: ${event.reaction}\n`);
      if (event.type === 'changes-discarded')
        write(messageText({ kind: 'note', text: discardedSentence(event) }));
    },
    say(message) {
      if (notes || message.kind === 'error') write(messageText(message));
    },
    close: () => Promise.resolve(),
  };
}
