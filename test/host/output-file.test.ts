/** Where a verb may make its output: every refusal in a sentence, and links followed. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../../src/errors.ts';
import { type OutputKind, outputPath } from '../../src/host/output-file.ts';
import { withTempDir } from '../support/dirs.ts';

function said(path: string, kind: OutputKind = 'file', store = '/nowhere'): string {
  try {
    return `none: ${outputPath(path, kind, store)}`;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    assert.match(error.message, /^[A-Z"].*\.$/);
    return `${error.message} ${error.hint ?? ''}`;
  }
}

test('a file that is there, or not yet, by its path without links', () =>
  withTempDir(dir => {
    mkdirSync(join(dir, 'real'));
    symlinkSync('real', join(dir, 'link'));
    writeFileSync(join(dir, 'real/there'), 'x');
    symlinkSync('real/there', join(dir, 'there'));
    assert.is(outputPath(join(dir, 'link/new.tar'), 'file', '/nowhere'), join(dir, 'real/new.tar'));
    assert.is(outputPath(join(dir, 'there'), 'file', '/nowhere'), join(dir, 'real/there'));
    assert.is(outputPath(join(dir, 'link/../x/../new'), 'directory', '/nowhere'), join(dir, 'new'));
    mkdirSync(join(dir, 'empty'));
    assert.is(outputPath(join(dir, 'empty/'), 'directory', '/nowhere'), join(dir, 'empty'));
  }));

test('what can not be the output', () =>
  withTempDir(dir => {
    const at = (name: string) => join(dir, name);
    writeFileSync(at('file'), 'x');
    mkdirSync(at('full'));
    writeFileSync(at('full/x'), '');
    symlinkSync('gone', at('dangling'));
    symlinkSync('circle', at('circle'));
    assert.match(said(at('full')), /full" is a directory\. Give the file a name: -o ".*full\/image\.tar"/);
    assert.match(said(at('full'), 'directory'), /full" is a directory that is not empty\. Name a directory/);
    assert.match(said(at('file'), 'directory'), /file" is not a directory\./);
    assert.match(said(at('no/such/x.tar')), /There is no directory ".*no\/such" for the output .* mkdir -p/);
    assert.match(said(at('file/x.tar')), /no directory|is not a directory, so/);
    assert.match(said(at('dangling')), /is a symbolic link that leads nowhere\./);
    assert.match(said(at('circle')), /its links lead in a circle\./);
    assert.match(said(at('n'.repeat(300))), /a name in it is too long\./);
    assert.match(said('/dev/null'), /is not a regular file\. Without -o it goes to stdout/);
    assert.match(said(at('full/y'), 'file', at('full')), /lies inside the store/);
    assert.match(said(at('full/\u001b[31m/x')), /There is no directory ".*\\u001b\[31m"/);
  }));

test.run();
