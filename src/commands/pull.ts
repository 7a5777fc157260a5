/** `tinydocker pull`: an image from a registry. */

import process from 'node:process';
import { archiveImport } from '../archive/import-archive.ts';
import { inspectRemote } from '../archive/registry.ts';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { planPull } from '../plan/image/plan-pull.ts';
import { parseReference } from '../plan/image/reference.ts';
import { shown } from '../plan/names.ts';
import { IMPORT_OPTIONS, IMPORT_OPTIONS_HELP, maxSize } from './import-options.ts';
import { parseOptions } from './options.ts';
import { carryOut, planOptions } from './plan-options.ts';

export const help = `Get an image from a registry.

Examples
  tinydocker pull debian:12
  tinydocker pull registry.example.com/team/app@sha256:1f9e...
  tinydocker pull --tls-verify=false 127.0.0.1:5000/app  a registry without TLS
  tinydocker pull --dry-run debian:12                    see what it would do

Usage
  tinydocker pull [OPTIONS] REFERENCE

REFERENCE is what docker takes: [HOST[:PORT]/]PATH[:TAG][@DIGEST]. skopeo does
the fetching, with the logins that it and podman keep. The manifest is looked at
first, by --dry-run too, and fetched by its digest. Layers that the store has
are not fetched; each other one is compared with the digest that the
configuration names.

Options
      --tls-verify=false  do not ask the registry who it is
${IMPORT_OPTIONS_HELP}
Exit status
  0  done; stdout has the image's name
  1  failed; everything was undone
  2  the command line is wrong
`;

const OPTIONS = { ...IMPORT_OPTIONS, 'tls-verify': { type: 'string' } } as const;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, OPTIONS, { verb: 'pull', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const limit = maxSize(values);
  const tls = values['tls-verify'] ?? 'true';
  if (tls !== 'true' && tls !== 'false')
    throw usageError(`--tls-verify ${shown(tls)} is not known.`, 'It is true or false.');
  const [text, surplus] = positionals;
  if (text === undefined) throw usageError('pull needs a reference.', 'tinydocker pull debian:12');
  if (surplus !== undefined) throw usageError(`pull takes one reference, and got ${shown(surplus)} too.`);
  const reference = valueOf(parseReference(text));
  const facts = probeFacts();
  const image = await inspectRemote(reference, tls === 'true');
  const input = archiveImport(text, { images: [image] }, facts, reference.name);
  const { reference: pinned, blobs } = image;
  const plan = planPull({ ...input, maxSize: limit, reference: pinned, blobs, tlsVerify: tls === 'true' });
  const status = await carryOut(plan, options, commandLine);
  if (status === EXIT.ok && !options.dryRun) process.stdout.write(`${reference.name}\n`);
  return status;
}
