/** Errors on stderr, as every verb tells them. */

import process from 'node:process';
import type { UserError } from '../errors.ts';
import { messageText } from '../ui/messages.ts';

/** Tells an error that does not end the verb: what is left to do can be done. */
export function tellError({ message, hint, checked, lesson }: UserError): void {
  const more = { ...(checked === undefined ? {} : { checked }), ...(lesson === undefined ? {} : { lesson }) };
  process.stderr.write(messageText({ kind: 'error', text: message, hint, ...more }));
}
