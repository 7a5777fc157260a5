/** Whether somebody is at work in a directory, seen from outside. */

import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { containerStateNow } from '../../src/host/containers.ts';
import { withTempDir } from '../support/dirs.ts';

test('a directory that was made a moment ago is being filled, and not a leftover', () =>
  withTempDir(dir => {
    const container = join(dir, 'c1');
    assert.is(containerStateNow(container), undefined);
    mkdirSync(container);
    assert.is(containerStateNow(container), 'alive');
    utimesSync(container, 0, 0);
    assert.is(containerStateNow(container), 'leftover');
  }));

test('a record without somebody who holds the gate is that of a container that ended', () =>
  withTempDir(dir => {
    const record = join(dir, 'container.json');
    writeFileSync(record, '{"keep":true,"layers":[]}');
    assert.is(containerStateNow(dir), 'kept');
    writeFileSync(record, '{"keep":false,"layers":[]}');
    assert.is(containerStateNow(dir), 'leftover');
  }));

test.run();
