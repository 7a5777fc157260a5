/** `tinydocker tag`: another name for an image. */

import process from 'node:process';
import { EXIT, usageError, valueOf } from '../errors.ts';
import { probeFacts } from '../host/facts.ts';
import { requireImage } from '../host/images.ts';
import { newLinkName, newOperationId } from '../host/operation.ts';
import { storePaths } from '../host/store-paths.ts';
import { planTag } from '../plan/image/plan-tag.ts';
import { parseImageName, shown } from '../plan/names.ts';
import { parseOptions } from './options.ts';
import { carryOut, PLAN_OPTIONS, PLAN_OPTIONS_HELP, planOptions } from './plan-options.ts';

export const help = `Give an image another name.

Examples
  tinydocker tag debian mine:2             mine:2 is the same image
  tinydocker tag --dry-run debian mine:2   see what it would do

Usage
  tinydocker tag [OPTIONS] IMAGE[:TAG] NAME[:TAG]     (also: image tag)

The layers are shared: a name takes a few kilobytes. If NAME is taken, it means
this image from then on.

Options
${PLAN_OPTIONS_HELP}
Exit status
  0  done
  1  failed; everything was undone
  2  the command line is wrong
`;

export async function run(argv: readonly string[], commandLine: string): Promise<number> {
  const { values, positionals } = parseOptions(argv, PLAN_OPTIONS, { verb: 'tag', anywhere: true });
  if (values.help) {
    process.stdout.write(help);
    return EXIT.ok;
  }
  const options = planOptions(values);
  const [from, to, surplus] = positionals;
  if (from === undefined || to === undefined)
    throw usageError('tag needs an image and a name.', 'tinydocker tag debian mine:2');
  if (surplus !== undefined)
    throw usageError(`tag takes an image and a name, and got ${shown(surplus)} too.`);
  const name = valueOf(parseImageName(to));
  const facts = probeFacts();
  const image = requireImage(storePaths(facts.storeRoot), valueOf(parseImageName(from)));
  const links = image.layers.map(newLinkName);
  const plan = planTag({ image, name, links, id: newOperationId(), facts });
  return carryOut(plan, options, commandLine);
}
