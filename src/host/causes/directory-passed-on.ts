/** A directory of the host in place of a file: init's parent, and whoever enters a container, refuse to pass it on; see NO_DIRECTORIES in src/plan/run/init.ts. */

import type { Cause } from './scene.ts';

export const directoryPassedOn: Cause = ({ failure: { stderr } }) =>
  /^a directory can not be passed on$/m.test(stderr)
    ? {
        cause:
          'stdin, stdout or stderr is a directory, and through it the command could reach the whole host.',
        hint: 'Redirect it from a file: </dev/null.',
      }
    : undefined;
