/** `tinydocker doctor`: what this machine can do. */

import process from 'node:process';
import { type Examination, examinationStatus, examine } from '../doctor/examine.ts';
import { EXIT, usageError } from '../errors.ts';
import { shown } from '../plan/names.ts';
import { capabilities } from '../ui/capabilities.ts';
import { doctorText } from '../ui/doctor-text.ts';
import { parseOptions } from './options.ts';

const OPTIONS = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;

/** The version of --json. It changes when a field changes its meaning or goes; new fields may come at any time. */
const VERSION = 1;

export const help = `Find out what this machine can do.

Examples
  tinydocker doctor                            try everything
  sudo tinydocker doctor                       the same for root
  tinydocker doctor --json | jq '.checks[] | select(.status != "ok")'

Usage
  tinydocker doctor [--json]

Each line is a fact that was tried out: namespaces are made, an overlay is
mounted in a private mount namespace, pivot_root is called. Then comes what it
means, and the command that mends it (on Debian). Nothing is left behind and no
privileges are needed; what you get is true for the user who asks.

Options
      --json    for programs: version, status, checks
  -h, --help    print this text

Exit status
  0  everything works
  1  containers run, with limits
  2  containers can not run (or the command line is wrong)

See also
  tinydocker explain      what the steps of a run need
`;

const STATES = ['fine', 'limited', 'unable'] as const;

export async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'doctor', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const [surplus] = positionals;
  if (surplus !== undefined) throw usageError(`doctor takes no arguments, and got ${shown(surplus)}.`);
  const examinations = await examine();
  process.stdout.write(
    values.json ? json(examinations) : doctorText(examinations, capabilities(process.stdout, process.env)),
  );
  return examinationStatus(examinations);
}

function json(examinations: readonly Examination[]): string {
  const status = examinationStatus(examinations);
  const checks = examinations.flatMap(({ topic, checks: found }) =>
    found.map(check => ({ topic, ...check })),
  );
  return `${JSON.stringify({ version: VERSION, status: STATES[status], exitStatus: status, checks }, null, 2)}\n`;
}
