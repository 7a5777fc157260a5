/** Executables' headers: real ones, and garbage. */

import { readFileSync, realpathSync } from 'node:fs';
import process from 'node:process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readExecutable } from '../../src/host/elf.ts';

test("reads this machine's own programs", () => {
  const own = readExecutable(readFileSync(realpathSync('/bin/sh')).subarray(0, 65_536));
  assert.is(own.type, 'elf');
  if (own.type === 'elf' && own.interpreter !== undefined) assert.match(own.interpreter, /^\/.*ld/);
  if (own.type === 'elf' && process.arch === 'x64') assert.is(own.machine, 62);
});

test('reads a "#!" line as the kernel does', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['#!/bin/sh\n', '/bin/sh'],
    ['#! /usr/bin/env python3\nx', '/usr/bin/env'],
    ['#!\t/bin/sh\r\n', '/bin/sh\r'],
    ['#!/bin/sh', '/bin/sh'],
    ['#!\n', undefined],
    ['#!   \n/bin/sh', undefined],
    ['echo', undefined],
    ['', undefined],
  ];
  for (const [text, interpreter] of cases) {
    const found = readExecutable(Buffer.from(text));
    assert.is(found.type === 'script' ? found.interpreter : undefined, interpreter, JSON.stringify(text));
  }
});

test('no bytes make it fail', () => {
  const head = fc.constantFrom('', '\x7fELF', '\x7fELF\x02\x01', '\x7fELF\x01\x02', '#!');
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 400 }), (magic, rest) => {
      const found = readExecutable(Buffer.concat([Buffer.from(magic, 'latin1'), rest]));
      assert.ok(['elf', 'script', 'other'].includes(found.type));
    }),
    { numRuns: 2000 },
  );
});

test.run();
